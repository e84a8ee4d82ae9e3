"""Send a mailing: find its people once, release so many mails a minute, and end it when the last has left.

A mail is owed once to a person, in the transaction that takes them off the list of those who wait. So whatever breaks
off is found where it stood, and nobody gets a second copy.
"""

import datetime as dt
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from psycopg2 import sql

from contacts.base import audit
from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.base.queries import composed
from contacts.disclosure import disclosing
from contacts.disclosure.disclosing import DisclosureError
from contacts.information import informing
from contacts.mailings import drafts
from contacts.mailings import people as mailing_people
from contacts.models import Addressee, Contact, Mailing, Message, PolicyVersion, Recipient
from contacts.outbox import counts, outbox
from contacts.words.vocabulary import DisclosureKind, MailingKind, MailingState, MailPurpose, MailTemplate, Scenario

log = structlog.get_logger(__name__)

BY = "task:mailings"
_MINUTE = dt.timedelta(minutes=1)
_LOCK = 4_711_679  # any number will do, as long as it is ours alone
_PURPOSES = {MailingKind.MARKETING: MailPurpose.MARKETING, MailingKind.IMPORTANT: MailPurpose.IMPORTANT}


def start(mailing: Mailing, people: QuerySet[Contact], *, policy: PolicyVersion, at: dt.datetime) -> bool:
    """Find whom of these people a mailing goes to, and begin; returns whether it was ours to begin.

    Where the register lets nobody's data go to whoever sends our mail, it is a draft again, and nobody is found.
    """
    day = day_of(at, policy.zone)
    with transaction.atomic():
        ours = Mailing.objects.startable(at).filter(pk=mailing.pk)
        if not ours.update(state=MailingState.SENDING, started_at=at):
            return False
        try:
            provider = _provider(day)
        except DisclosureError:
            _hold_up(mailing, {"state": MailingState.DRAFT, "scheduled_for": None, "started_at": None}, at)
            return False
        found = mailing_people.judged(mailing, people, provider=provider, day=day)
        number = _line_up(mailing, found.filter(answer=""))
        Mailing.objects.filter(pk=mailing.pk).update(people=number, left_out=_left_out(found))
        audit.record("mailing.started", at=at, by=BY, rule=drafts.rule(mailing))
    return True


def release(mailing: Mailing, *, policy: PolicyVersion, at: dt.datetime) -> int:
    """Owe the next mails of a mailing that is being sent, and return how many.

    As many as keep what leaves in any minute within its rate, however often and however late this is called; none while
    the mail server is at fault. Where the register has come to let nobody's data go to whoever sends our mail, the
    mailing is paused.
    """
    with transaction.atomic():
        if not _is_ours_to_release(mailing):
            return 0
        try:
            provider = _provider(day_of(at, policy.zone))
        except DisclosureError:
            _hold_up(mailing, {"state": MailingState.PAUSED}, at)
            return 0
        taken = _take(mailing, _room(mailing, at))
        owed = _enqueue(mailing, taken, provider, policy, at) if taken else 0
        if owed < len(taken):
            counts.withheld(mailing.pk, len(taken) - owed)
        return owed


def tidy(*, at: dt.datetime) -> None:
    """End the mailings whose last mail has left, what is owed of those that were stopped, and what was broken off."""
    outbox.end_broken_off(at)
    stopped = Mailing.objects.filter(state=MailingState.STOPPED)
    Addressee.objects.filter(mailing__in=stopped).delete()
    outbox.call_back_mailings(stopped, at=at)
    waiting = Message.objects.filter(mailing=OuterRef("pk"), sent_at__isnull=True, ended_at__isnull=True)
    queued = Addressee.objects.filter(mailing=OuterRef("pk"))
    done = Mailing.objects.under_way().exclude(Exists(queued)).exclude(Exists(waiting))
    done.update(state=MailingState.SENT, ended_at=at, authors=[])


def _provider(day: dt.date) -> Recipient | None:
    """Return who sends our mail, with the agreement kept as it is read here until the transaction ends."""
    provider = mailing_people.sender(Recipient.objects.select_for_update(no_key=True))
    if provider:
        disclosing.check(provider, day)
    return provider


def _hold_up(mailing: Mailing, change: dict[str, Any], at: dt.datetime) -> None:
    Mailing.objects.under_way().filter(pk=mailing.pk).update(**change)
    log.warning("mailing.held_up", mailing=mailing.pk)
    audit.record("mailing.held_up", at=at, by=BY, rule=drafts.rule(mailing))


# In key order, as every act locks people; whoever is deleted meanwhile is passed over.
_LINE_UP = sql.SQL("""
    INSERT INTO contacts_addressee (mailing_id, contact_id)
    SELECT %(mailing)s, found.id FROM ({found} FOR KEY SHARE OF contacts_contact) found (id)""")


def _line_up(mailing: Mailing, people: QuerySet[Any]) -> int:
    query, values = composed(people.order_by("pk").values_list("pk"))
    with limits(statement="10min"), connection.cursor() as cursor:
        cursor.execute(_LINE_UP.format(found=query), values | {"mailing": mailing.pk})
        return int(cursor.rowcount)


def _left_out(found: QuerySet[Any]) -> dict[str, int]:
    others = found.exclude(answer="").order_by()
    return dict(others.values_list("answer").annotate(number=Count("pk")))


_OURS = """
    SELECT pg_try_advisory_xact_lock(%(lock)s, %(mailing)s::int)
        AND NOT EXISTS (SELECT 1 FROM contacts_mailstandstill WHERE ended_at IS NULL)"""


def _is_ours_to_release(mailing: Mailing) -> bool:
    """Let nobody else release this mailing until the transaction ends, and tell whether we may, and mail leaves."""
    with connection.cursor() as cursor:
        cursor.execute(_OURS, {"lock": _LOCK, "mailing": mailing.pk})
        (ours,) = cursor.fetchone()
    return bool(ours)


def _room(mailing: Mailing, at: dt.datetime) -> int:
    """Return how many more may leave within the minute, beside those that left in the last or wait to leave.

    A full mailbox that is tried again later holds nobody up; a server that is away does, or all would leave at once.
    """
    full = Q(reason__startswith="SMTPRecipientsRefused", not_before__gt=at + _MINUTE)
    waiting = Q(sent_at__isnull=True, ended_at__isnull=True) & ~full
    busy = Message.objects.filter(waiting | Q(sent_at__gt=at - _MINUTE), mailing=mailing).count()
    return max(mailing.rate - busy, 0)


_LOCK_NEXT = """
    SELECT contact.id FROM contacts_addressee waiting JOIN contacts_contact contact ON contact.id = waiting.contact_id
    WHERE waiting.mailing_id = %(mailing)s
    ORDER BY waiting.contact_id LIMIT %(number)s FOR SHARE OF contact SKIP LOCKED"""


def _take(mailing: Mailing, number: int) -> list[int]:
    """Take the next people off the list: they are locked before their place on it, as by whoever deletes them.

    Whom somebody else holds keeps their place.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_NEXT, {"mailing": mailing.pk, "number": number})
        taken = [contact_id for (contact_id,) in cursor.fetchall()]
    Addressee.objects.filter(mailing=mailing, contact__in=taken).delete()
    return taken


def _enqueue(
    mailing: Mailing, taken: list[int], provider: Recipient | None, policy: PolicyVersion, at: dt.datetime
) -> int:
    """Owe these people their mail, and put on record that their details go to whoever sends it."""
    day, people = day_of(at, policy.zone), Contact.objects.whole().filter(pk__in=taken)
    told: QuerySet[Any] = mailing_people.judged(mailing, people, provider=provider, day=day).filter(answer="")
    if provider:
        purpose, kind = disclosing.own_purpose(provider, Scenario.CUSTOMER), DisclosureKind.MAILING
        given = disclosing.disclose_found(told, provider, purpose=purpose, kind=kind, at=at, by=BY)
        told = Contact.objects.filter(disclosures__batch=given.batch)
    if mailing.kind == MailingKind.IMPORTANT:
        informing.enqueue_before(told, policy=policy, at=at)
    found = told.annotate(about=Value(mailing.pk), said_once=Value(drafts.rule(mailing)))
    return outbox.enqueue_each(
        MailTemplate.MAILING,
        found.values_list("pk", "about", "said_once"),
        ("contact_id", "mailing_id", "once"),
        at=at,
        purpose=_PURPOSES[MailingKind(mailing.kind)],
    )
