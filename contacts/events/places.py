"""A guest gives up their place at an event: it is free for somebody else, and what they eat is forgotten at once.

A mail with its link may have been passed on. So the guest is told, and can sign up again (L15).
"""

import datetime as dt
import uuid

from django.db import transaction

from contacts.base import audit, merge_redirects
from contacts.journal import writing
from contacts.models import FoodPreference, Registration
from contacts.outbox import outbox
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import MailTemplate


class PlaceError(ValueError):
    """The place cannot be given up; the message says why."""


def find(public_id: uuid.UUID, event_id: int) -> Registration | None:
    """Return somebody's place at an event, also under the number of a record that was merged into theirs since."""
    person = merge_redirects.holder(public_id)
    places = Registration.objects.select_related("event", "contact")
    return places.filter(contact__public_id=person, event=event_id).first()


@transaction.atomic
def give_up(registration_id: int, *, at: dt.datetime, by: str) -> Registration:
    """Cancel a registration, delete its food preference (P8), and owe the guest a mail that says so.

    It is no activity, so it lengthens nothing. Nudge a worker once it has committed.

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
    forgotten, _ = FoodPreference.objects.filter(registration=place).delete()
    if forgotten:
        writing.write(JournalAct.FOOD, [place.contact.public_id], at=at, event=place.event.slug)
    audit.record(
        "registration.cancelled", at=at, by=by, public_id=place.contact.public_id, rule=f"event:{place.event_id}"
    )
    outbox.enqueue(MailTemplate.GIVEN_UP, contact=place.contact, registration=place, event=place.event, at=at)
    place.cancelled_at = at
    return place
