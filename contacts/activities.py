"""Record that a person did something: it keeps every scenario that runs on their last activity."""

import datetime as dt

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from contacts import audit, clocks
from contacts.days import day_of
from contacts.models import Activity, Contact, PolicyVersion


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
        raise FutureActivityError("An activity cannot lie in the future.")
    day = day_of(occurred_at, policy.zone)
    # The UPDATE comes first: it waits for a run that holds the row, and finds none where the run deleted it.
    moved = (
        Contact.objects.whole().filter(pk=contact_id).update(last_activity_on=Greatest("last_activity_on", Value(day)))
    )
    if not moved:
        raise ContactGoneError("This person is no longer held.")
    _, fresh = Activity.objects.get_or_create(
        contact_id=contact_id, kind=kind, occurred_at=occurred_at, reference=reference
    )
    clocks.refresh_contacts([contact_id])
    if fresh:
        public_id = Contact.objects.values_list("public_id", flat=True).get(pk=contact_id)
        audit.record("activity.recorded", at=at, by=by, public_id=public_id, rule=kind)
