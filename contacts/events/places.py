"""A guest gives up their place at an event: it is free for somebody else, and what they eat is forgotten at once.

A mail with its link may have been passed on. So the guest is told, and can sign up again (L15).
"""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contacts.base import audit, merge_redirects
from contacts.journal import writing
from contacts.models import Contact, FoodPreference, Registration
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
        raise PlaceError(_("There is no such place, or not any more."))
    if place.event.cancelled_at:
        raise PlaceError(_("The event itself is cancelled."))
    if place.event.over_at <= at:
        raise PlaceError(_("The event is over."))
    mine = Registration.objects.filter(pk=place.pk)
    if not mine.filter(cancelled_at=None, attended_at=None).update(cancelled_at=at):
        came = mine.filter(cancelled_at=None).exists()
        raise PlaceError(_("The guest is in already.") if came else _("This place was given up before."))
    FoodPreference.objects.filter(registration=place).delete()
    writing.write(JournalAct.PLACE_GIVEN_UP, [place.contact.public_id], at=at, event=place.event.slug)
    _trace("registration.cancelled", place, at=at, by=by)
    outbox.enqueue(MailTemplate.GIVEN_UP, contact=place.contact, registration=place, event=place.event, at=at)
    place.cancelled_at = at
    return place


def give_up_again(people: Collection[Contact], event: str, *, since: dt.datetime, at: dt.datetime, by: str) -> None:
    """Free, after a restore, the places at an event, named by its slug, that people gave up at a moment before it."""
    for place in _places(people, event).filter(cancelled_at=None, attended_at=None):
        FoodPreference.objects.filter(registration=place).delete()
        Registration.objects.filter(pk=place.pk).update(cancelled_at=since)
        _trace("registration.cancelled", place, at=at, by=by)


def take_again(people: Collection[Contact], event: str, *, since: dt.datetime, at: dt.datetime, by: str) -> None:
    """Let, after a restore, the places at an event stand that people gave up and signed up for again."""
    for place in _places(people, event).filter(cancelled_at__isnull=False):
        Registration.objects.filter(pk=place.pk).update(cancelled_at=None, registered_at=since)
        _trace("registration.restored", place, at=at, by=by)


def _places(people: Collection[Contact], event: str) -> QuerySet[Registration]:
    found = Registration.objects.filter(contact__in=list(people), event__slug=event)
    return found.select_related("contact").order_by("pk")


def _trace(code: str, place: Registration, *, at: dt.datetime, by: str) -> None:
    audit.record(code, at=at, by=by, public_id=place.contact.public_id, rule=f"event:{place.event_id}")
