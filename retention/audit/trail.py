"""The audit trail ends by whole months: an entry says up to which moment (P17, L20; ADR 0068).

The application's role may not delete from the trail. Functions of the owner's make the months to come, drop those that
are over, and delete what was written before there were months. They take nothing of the last eleven months, whatever
they are asked for, and leave a month for the next time where somebody holds the trail.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model

from contacts.base import audit, held
from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.models import AuditEvent, BounceUndoing, LookAgain, PolicyVersion, Restoration
from retention.due.months import latest_due_anchor
from retention.models import ClockDifference, PurgeRun, RunStatus, StatementCheck

BATCH = 5000
AHEAD = 3  # months: a job that stood still for a quarter of a year is noticed

CODE, BY = "trail.shortened", "shorten_trail"
_BEFORE = "before:"


def make_months(policy: PolicyVersion) -> list[str] | None:
    """Make the months to come, by the company's clock, and return those that were not there, such as 2026_12.

    None where somebody held the trail.
    """
    return held.passed_over("audit_months", partial(_make, policy))


_MAKE = "SELECT contacts_make_audit_months(%(zone)s, %(ahead)s)"
_DROP = "SELECT ends, entries FROM contacts_drop_audit_months(%(over)s)"


def _make(policy: PolicyVersion) -> list[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MAKE, {"zone": policy.time_zone, "ahead": AHEAD})
        return [month for (month,) in cursor.fetchall()]


@limits(statement="15min")
def shorten(*, months: int, policy: PolicyVersion, at: dt.datetime) -> int | None:
    """Delete the months that ended `months` calendar months ago, whole, and return how many entries went.

    None where somebody held the trail, so that the months that are due wait for the next time.
    """
    over = over_at(months, policy, at)
    earlier = _end_earlier(_whole_months(over, policy), at)
    dropped = held.passed_over("audit_months", partial(_drop, over, at))
    return None if dropped is None else earlier + dropped


def _drop(over: dt.datetime, at: dt.datetime) -> int:
    """Drop the months that are over. In the same transaction, the trail says from when on it is whole."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DROP, {"over": over})
            dropped = cursor.fetchall()
        if dropped:
            _say(max(ends for ends, _ in dropped), at)
        return sum(entries for _, entries in dropped)


def _end_earlier(until: dt.datetime, at: dt.datetime) -> int:
    """Delete what is as old and was written before there were months, and return how many entries went.

    Each batch is a transaction, and begins where the last one ended: a run that was broken off leaves the rest to the
    next, and so is an entry that somebody else holds. The first says in the trail what is gone, so that nothing goes
    unsaid.
    """
    number, reached = 0, 0
    while True:
        with transaction.atomic():
            gone, end = _end_some(until, after=reached)
            if gone and not number:
                _say(until, at)
        if end is None:
            return number
        number, reached = number + gone, end


def _say(whole_from: dt.datetime, at: dt.datetime) -> None:
    audit.record(CODE, at=at, by=BY, rule=f"{_BEFORE}{whole_from.astimezone(dt.UTC).isoformat()}")


def over_at(months: int, policy: PolicyVersion, at: dt.datetime) -> dt.datetime:
    """Return the moment before which everything is `months` calendar months old, by the company's clock."""
    last = latest_due_anchor(day_of(at, policy.zone), months)
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), policy.zone)


def _whole_months(over: dt.datetime, policy: PolicyVersion) -> dt.datetime:
    return dt.datetime.combine(day_of(over, policy.zone).replace(day=1), dt.time(), policy.zone)


def shorten_ledgers(*, months: int, policy: PolicyVersion, at: dt.datetime) -> None:
    """Delete what is as old from the ledgers of nights, searches, undone bounces, clocks and restores.

    The last night and the last search stay, and so does what is open still, such as a night that waits for approval.
    """
    until = over_at(months, policy, at)
    open_still = [RunStatus.NEEDS_APPROVAL, RunStatus.APPROVED, RunStatus.RUNNING]
    PurgeRun.objects.filter(at__lt=until).exclude(status__in=open_still).exclude(pk__in=_asked_for()).delete()
    StatementCheck.objects.filter(at__lt=until, pk__lt=_last(StatementCheck)).delete()
    BounceUndoing.objects.filter(at__lt=until).delete()
    ClockDifference.objects.filter(seen_at__lt=until, stands=False).delete()
    Restoration.objects.settled().filter(found_at__lt=until).delete()
    LookAgain.objects.filter(seen_at__lt=until).delete()


def _asked_for() -> list[int]:
    """Return the last night, the last that finished and the last with a forecast: the next one compares with them."""
    finished = PurgeRun.objects.filter(status=RunStatus.FINISHED)
    foreseeing = PurgeRun.objects.filter(foreseen_through__isnull=False)
    ledgers = (PurgeRun.objects.order_by("pk"), finished.order_by("at", "pk"), foreseeing.order_by("pk"))
    return [last.pk for ledger in ledgers if (last := ledger.last())]


def _last(ledger: type[Model]) -> int:
    return int(ledger._default_manager.aggregate(last=Max("pk", default=0))["last"])


def begins() -> dt.datetime:
    """Return the moment from which on the trail is whole, as it says itself: of what came before it knows nothing."""
    said = AuditEvent.objects.filter(by=BY, code=CODE).aggregate(latest=Max("rule"))["latest"]
    return dt.datetime.fromisoformat(said.removeprefix(_BEFORE)) if said else dt.datetime.min.replace(tzinfo=dt.UTC)


def _end_some(until: dt.datetime, *, after: int) -> tuple[int, int | None]:
    """Delete a batch, and return how many went, and the last key that was looked at, None where there was none."""
    values: dict[str, Any] = {"until": until, "after": after, "batch": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_END_EARLIER, values)
        gone, end = cursor.fetchone()
    return gone, end


# Keys grow with time, or nearly: in their order a night reads the table once, and no look pays for another index.
_END_EARLIER = """
    WITH old AS MATERIALIZED (
        SELECT id FROM contacts_auditevent_before
        WHERE id > %(after)s AND at < %(until)s ORDER BY id LIMIT %(batch)s
    )
    SELECT contacts_end_entries(ARRAY(SELECT id FROM old), %(until)s), (SELECT max(id) FROM old)"""
