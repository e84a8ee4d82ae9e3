"""A guest gives up their place at an event: it is free for somebody else, and what they eat is forgotten at once."""

import datetime as dt
import uuid

from django.db import transaction

from contacts.base import audit, merge_redirects
from contacts.models import FoodPreference, Registration


class PlaceError(ValueError):
    """The place cannot be given up; the message says why."""


def find(public_id: uuid.UUID, event_id: int) -> Registration | None:
    """Return somebody's place at an event, also under the number of a record that was merged into theirs since."""
    person = merge_redirects.holder(public_id)
    places = Registration.objects.select_related("event", "contact")
    return places.filter(contact__public_id=person, event=event_id).first()


@transaction.atomic
def give_up(registration_id: int, *, at: dt.datetime, by: str) -> Registration:
    """Cancel a registration and delete its food preference (P8). It is no activity, so it lengthens nothing.

    Raises PlaceError where the place was given up before, the guest is in, or the event is over or cancelled.
    """
    place = Registration.objects.select_related("event", "contact").filter(pk=registration_id).first()
    if place is None:
        raise PlaceError("There is no such place, or not any more.")
    if place.event.cancelled_at:
        raise PlaceError("The event itself is cancelled.")
    if place.event.over_at <= at:
        raise PlaceError("The event is over.")
    mine = Registration.objects.filter(pk=place.pk)
    if not mine.filter(cancelled_at=None, attended_at=None).update(cancelled_at=at):
        came = mine.filter(cancelled_at=None).exists()
        raise PlaceError("The guest is in already." if came else "This place was given up before.")
    FoodPreference.objects.filter(registration=place).delete()
    audit.record(
        "registration.cancelled", at=at, by=by, public_id=place.contact.public_id, rule=f"event:{place.event_id}"
    )
    place.cancelled_at = at
    return place
