"""Closed requests go after a period of their own, and how many there were, and how they ended, remains.

So do notices that a recipient has acknowledged, lists that left as files, once their holder has confirmed them, and
what is known of mails that were sent.
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, Exists, Func, OuterRef, Q, Value
from django.db.models.functions import Cast

from contacts.base import held
from contacts.base.days import day_of
from contacts.models import Audience, MailStandstill, Message, PolicyVersion, RecipientNotice
from contacts.words.vocabulary import MailTemplate
from dsr.models import Request
from dsr.words.vocabulary import State
from retention.due.months import latest_due_anchor


def forget(*, months: int, policy: PolicyVersion, at: dt.datetime) -> int:
    """Delete what was closed `months` calendar months ago, with its certificates, and return how many requests went.

    Each batch is counted by the statement that deletes it, so that a request is counted once or still there. What is
    about somebody who is frozen now, by a claim or another request, waits until they are free.
    """
    day = day_of(at, policy.zone)
    until = latest_due_anchor(day, months)
    values = {"closed": State.CLOSED, "until": until, "day": day}
    gone: list[int] = []
    batches = held.by_key(Request.objects.filter(state=State.CLOSED, closed_on__lte=until))
    held.sweep("closed requests", batches, lambda keys: gone.append(_forget_some(values, keys)))
    return sum(gone)


def forget_notices(*, months: int, policy: PolicyVersion, at: dt.datetime) -> int:
    """Delete the notices that were acknowledged `months` calendar months ago, and return how many went.

    What nobody has acknowledged stays: it is chased.
    """
    until = _end_of(latest_due_anchor(day_of(at, policy.zone), months), policy)
    return held.delete(RecipientNotice.objects.filter(acknowledged_at__lt=until))


def forget_audiences(*, months: int, policy: PolicyVersion, at: dt.datetime) -> int:
    """Delete the lists that were confirmed `months` calendar months ago, and return how many went.

    What nobody has confirmed stays: it is outstanding. Who was on a list is on record as given away, and that stays.
    """
    until = _end_of(latest_due_anchor(day_of(at, policy.zone), months), policy)
    return held.delete(Audience.objects.filter(confirmed_at__lt=until))


def forget_messages(*, months: int, policy: PolicyVersion, at: dt.datetime) -> int:
    """Delete what is known of mails that were sent or ended `months` calendar months ago, and return how many.

    A letter about a request stays as long as the request, which says whether it has reached the person; the news of
    something that can still be announced stays, since nobody is told twice. So go the times when no mail left.
    """
    until = _end_of(latest_due_anchor(day_of(at, policy.zone), months), policy)
    MailStandstill.objects.filter(ended_at__lt=until).delete()
    old = Message.objects.filter(Q(sent_at__lt=until) | Q(ended_at__lt=until))
    return held.delete(old.exclude(_about_a_request()).exclude(_news(at)))


def _about_a_request() -> Q:
    """Tell of messages whether the request that they are about is on record."""
    number = Func(OuterRef("once"), Value(":"), Value(2), function="split_part", output_field=CharField())
    theirs = Request.objects.annotate(as_text=Cast("pk", CharField())).filter(as_text=number)
    return Q(Exists(theirs), once__startswith="request:")


def _news(at: dt.datetime) -> Q:
    """Tell of messages whether they announced what can still be announced."""
    current = Q(whitepaper__isnull=False, whitepaper__withdrawn_at__isnull=True) | Q(event__over_at__gt=at)
    return Q(current, template=MailTemplate.ANNOUNCE)


def _end_of(day: dt.date, policy: PolicyVersion) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), policy.zone)


@transaction.atomic
def _forget_some(values: dict[str, Any], keys: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, values | {"requests": keys})
        (gone,) = cursor.fetchone()
    return int(gone)


_FORGET = """
    WITH old AS (
        SELECT id FROM dsr_request request
        WHERE id = ANY(%(requests)s) AND state = %(closed)s AND closed_on <= %(until)s AND NOT EXISTS (
            SELECT 1 FROM dsr_subject subject JOIN contacts_contact contact ON contact.id = subject.contact_id
            WHERE subject.request_id = request.id AND contact.frozen_through >= %(day)s
        )
        ORDER BY id FOR UPDATE
    ), gone AS (
        DELETE FROM dsr_request WHERE id IN (SELECT id FROM old)
        RETURNING received_on, closed_on, legal_on, paused_days, kind, outcome
    ), counted AS (
        INSERT INTO dsr_yearcount (year, kind, outcome, number, late, days)
        SELECT extract(year FROM received_on), kind, outcome, count(*), count(*) FILTER (WHERE closed_on > legal_on),
            sum(closed_on - received_on - paused_days)
        FROM gone GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (year, kind, outcome) DO UPDATE SET
            number = dsr_yearcount.number + excluded.number,
            late = dsr_yearcount.late + excluded.late,
            days = dsr_yearcount.days + excluded.days
    )
    SELECT count(*) FROM gone"""
