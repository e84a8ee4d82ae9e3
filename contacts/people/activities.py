"""Record that a person did something, or take back that they did: every scenario that runs on it follows."""

import datetime as dt

from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext

from contacts.base import audit
from contacts.base.days import day_of
from contacts.models import Activity, Basis, Contact, PolicyVersion, Registration
from contacts.people import clocks
from contacts.words.vocabulary import ACTIVITY_SCENARIOS


class ContactGoneError(Exception):
    """The person is no longer held (or was reduced to what a duty names)."""


class FutureActivityError(ValueError):
    """Nobody has done yet what lies in the future."""


@transaction.atomic
def record(
    contact_id: int,
    kind: str,
    occurred_at: dt.datetime,
    reference: str,
    *,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> None:
    """Add an activity and move the person's last activity forward, never back.

    Raises ContactGoneError where the nightly run was faster, FutureActivityError for a moment after `at`.
    """
    if occurred_at > at:
        raise FutureActivityError(gettext("An activity cannot lie in the future."))
    day = day_of(occurred_at, policy.zone)
    # The UPDATE comes first: it waits for a run that holds the row, and finds none where the run deleted it.
    moved = (
        Contact.objects.whole().filter(pk=contact_id).update(last_activity_on=Greatest("last_activity_on", Value(day)))
    )
    if not moved:
        raise ContactGoneError(gettext("This person is no longer held."))
    _, fresh = Activity.objects.get_or_create(
        contact_id=contact_id, kind=kind, occurred_at=occurred_at, reference=reference
    )
    clocks.refresh_contacts([contact_id])
    if fresh:
        public_id = Contact.objects.values_list("public_id", flat=True).get(pk=contact_id)
        audit.record("activity.recorded", at=at, by=by, public_id=public_id, rule=kind)


@transaction.atomic
def take_back(
    contact_id: int,
    kind: str,
    occurred_at: dt.datetime,
    reference: str,
    *,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> None:
    """Delete an activity that was recorded by mistake. The person's last activity is what the others say again.

    Where the mistake had not moved it, it stays. The caller holds the lock on the person.
    """
    done = Activity.objects.filter(contact_id=contact_id, kind=kind, occurred_at=occurred_at, reference=reference)
    if not done.delete()[0]:
        return
    person = Contact.objects.whole().filter(pk=contact_id)
    moved_to = day_of(occurred_at, policy.zone)
    person.filter(last_activity_on=moved_to).update(last_activity_on=_last(contact_id, policy))
    clocks.refresh_contacts([contact_id])
    public_id = person.values_list("public_id", flat=True).first()
    audit.record("activity.taken_back", at=at, by=by, public_id=public_id, rule=kind)


def untold(contact_id: int, *, policy: PolicyVersion) -> dt.date | None:
    """Return the day of the person's last activity where no row tells of it, as after an import; None where one does.

    Whoever records an activity that may be taken back asks first, and keeps the answer with their own row.
    """
    day: dt.date | None = Contact.objects.values_list("last_activity_on", flat=True).filter(pk=contact_id).first()
    return day if day and day != _last(contact_id, policy) else None


def _last(contact_id: int, policy: PolicyVersion) -> dt.date | None:
    """Return the day of the last activity on record: of activities, registrations, and bases that began with one."""
    done = Activity.objects.filter(contact_id=contact_id).aggregate(last=Max("occurred_at"))["last"]
    places = Registration.objects.filter(contact_id=contact_id)
    registered, before = places.aggregate(at=Max("registered_at"), before=Max("active_before")).values()
    bases = Basis.objects.filter(contact_id=contact_id, scenario__in=ACTIVITY_SCENARIOS)
    collected = bases.aggregate(last=Max("collected_on"))["last"]
    days = [moment and day_of(moment, policy.zone) for moment in (done, registered)]
    return max((day for day in (*days, before, collected) if day), default=None)
