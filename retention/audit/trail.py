"""The audit trail ends: entries older than its months are deleted, and an entry says up to which moment (P17, L20).

Three things are kept for longer, since an act still reads them: under which number somebody is held whose records were
merged; who of those held is on a list that left and is outstanding; and who wrote a mailing that has not gone out yet.

The application's role may not delete from the trail. A function of the owner's does, and takes nothing of the last
eleven months, whatever it is asked for (ADR 0065).
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model
from psycopg2 import sql

from contacts.base import audit, merge_redirects
from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.mailings import drafts
from contacts.models import AuditEvent, BounceUndoing, LookAgain, PolicyVersion, Restoration
from contacts.words.vocabulary import MailingState
from retention.due.months import latest_due_anchor
from retention.models import ClockDifference, PurgeRun, RunStatus, StatementCheck

BATCH = 5000

CODE, BY = "trail.shortened", "shorten_trail"
_BEFORE = "before:"


@limits(statement="15min")
def shorten(*, months: int, policy: PolicyVersion, at: dt.datetime) -> int:
    """Delete what was written `months` calendar months ago, and return how many entries went.

    Each batch is a transaction, and begins where the last one ended: a run that was broken off leaves the rest to the
    next, and so is an entry that somebody else holds. The first says in the trail what is gone, so that nothing goes
    unsaid.
    """
    until = over_at(months, policy, at)
    number, reached = 0, 0
    while True:
        with transaction.atomic():
            gone, end = _shorten_some(until, after=reached)
            if gone and not number:
                audit.record(CODE, at=at, by=BY, rule=f"{_BEFORE}{until.astimezone(dt.UTC).isoformat()}")
        if end is None:
            return number
        number, reached = number + gone, end


def over_at(months: int, policy: PolicyVersion, at: dt.datetime) -> dt.datetime:
    """Return the moment before which everything is `months` calendar months old, by the company's clock."""
    last = latest_due_anchor(day_of(at, policy.zone), months)
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), policy.zone)


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


def _shorten_some(until: dt.datetime, *, after: int) -> tuple[int, int | None]:
    """Delete a batch, and return how many went, and the last key that was looked at, None where there was none."""
    values: dict[str, Any] = {"until": until, "after": after, "batch": BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_SHORTEN, values)
        gone, end = cursor.fetchone()
    return gone, end


# Keys grow with time, or nearly: in their order a night reads the table once, and no look pays for another index.
_SHORTEN = sql.SQL("""
    WITH RECURSIVE old AS MATERIALIZED (
        SELECT id, public_id, code, rule FROM contacts_auditevent
        WHERE id > %(after)s AND at < %(until)s ORDER BY id LIMIT %(batch)s
    ), way (id, number) AS (
        SELECT id, public_id FROM old WHERE code = {merged}
        UNION
        SELECT way.id, split_part(event.rule, ':', 2)::uuid
        FROM way JOIN contacts_auditevent event ON event.public_id = way.number
        WHERE event.code = {merged} AND starts_with(event.rule, {into})
    ), needed AS (
        SELECT way.id FROM way JOIN contacts_contact contact ON contact.public_id = way.number
        UNION ALL
        SELECT old.id FROM old JOIN contacts_contact contact ON contact.public_id = old.public_id
            JOIN contacts_audience audience ON old.rule = 'audience:' || audience.id
        WHERE old.code = 'contact.exported' AND audience.confirmed_at IS NULL
        UNION ALL
        SELECT old.id FROM old JOIN contacts_mailing mailing ON old.rule = 'mailing:' || mailing.id
        WHERE old.code IN ({written}) AND mailing.state NOT IN ({out})
    )
    SELECT contacts_end_entries(ARRAY(SELECT id FROM old EXCEPT SELECT id FROM needed), %(until)s),
        (SELECT max(id) FROM old)""").format(
    merged=sql.Literal(merge_redirects.CODE),
    into=sql.Literal(merge_redirects.INTO),
    written=sql.SQL(", ").join(map(sql.Literal, drafts.WRITTEN)),
    out=sql.SQL(", ").join(map(sql.Literal, (MailingState.SENT, MailingState.STOPPED))),
)
