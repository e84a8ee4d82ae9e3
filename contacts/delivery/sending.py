"""Send the mails that are owed, each by whoever claims it first: a broken-off attempt is made again, none is lost.

A mail goes out before it is marked as sent, outside any transaction. Where a sender dies in between, the next one sends
it again under the same Message-ID, once its claim has ended. A mailing's is not sent again: one that is missing does
less harm than a second copy (`outbox.end_broken_off`). Whoever holds a row is waited for by none: the mail is passed
over, or noted as sent by the next sender.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import mailers
from django.db import Error, connection
from psycopg2 import sql

from contacts.base import budgets, prepared
from contacts.base.budgets import IsOver
from contacts.base.limits import limits
from contacts.base.queries import composed
from contacts.delivery import failing, left_mails, letters, order, send_guard
from contacts.delivery.failing import HeldError, ServerAwayError
from contacts.delivery.mailing_turns import Turn, Turns
from contacts.delivery.order import Due, Mails
from contacts.information import informing, longer
from contacts.models import Contact, MailStandstill, Message, PolicyVersion
from contacts.models.outbox import MessageEnd
from contacts.outbox import mail_smtp, standstill
from contacts.words.vocabulary import MailTemplate

log = structlog.get_logger(__name__)

CLAIM = dt.timedelta(minutes=10)  # longer than a server may take over one mail
MOST = 100_000  # mails a call: more than a task has time for


type Clock = Callable[[], dt.datetime]


def send_due(
    *,
    at: dt.datetime,
    now: Clock,
    limit: int = MOST,
    of: Mails = Mails.ALL,
    is_over: IsOver = budgets.endless,
    ask_others: Callable[[], None] = lambda: None,
) -> int:
    """Send what is due at `at`, at most `limit` messages, and return how many this call dealt with.

    Several may run at once: a message is claimed by one of them. `now` is asked as it goes on. It stops where the mail
    server is at fault, and once `is_over` says so; what is left is found by the next call. `ask_others` is to ask for
    another sender: the first mail has left, and more are due.
    """
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return 0
    dealt_with = 0
    with _sender(policy, now) as sender:
        try:
            if (stands := standstill.current()) and not _may_go_on(stands, at, sender):
                return 0
            for number, (pk, mailing_id) in enumerate(_in_turn(of, at, limit, sender)):
                if is_over():
                    break
                if number == 1:
                    ask_others()
                dealt_with += _deal_with_one(pk, mailing_id, sender)
        except ServerAwayError:
            log.warning("mail.server_away")
    return dealt_with


@dataclass
class _Sender:
    """What the mails of one call share: two connections, each kept until its end."""

    policy: PolicyVersion
    now: Clock
    mailer: Any
    turns: Turns
    narrowed: bool = False  # to what people await


@contextmanager
def _sender(policy: PolicyVersion, now: Clock) -> Iterator[_Sender]:
    with limits(lock=settings.SWEEP_LOCK_TIMEOUT), prepared.prepared() as statements:
        left_mails.note_earlier(policy=policy)
        sender = _Sender(policy, now, mailers.default, Turns(statements, policy))
        try:
            yield sender
        finally:
            _settle_last(sender)
            _hang_up(sender.mailer)


def _may_go_on(stands: MailStandstill, at: dt.datetime, sender: _Sender) -> bool:
    """Tell whether anything is to be sent: all of it, once the server took a mail, or what people await alone."""
    if standstill.end_if_disproved(stands, at) or _tried(stands, at, sender):
        return True
    sender.narrowed = standstill.spares_awaited(stands)
    return sender.narrowed


def _tried(stands: MailStandstill, at: dt.datetime, sender: _Sender) -> bool:
    """Send one mail as a trial, if it is time, and tell whether the server took it. Raises ServerAwayError."""
    if not standstill.take_trial(stands, at):
        return False
    held_by = standstill.blaming() if standstill.spares_awaited(stands) else None
    try:
        return any(_tried_with(pk, sender) for pk in order.trials(at, MOST, held_by))
    except HeldError:
        return False


def _tried_with(pk: int, sender: _Sender) -> bool:
    sent = _deal_with(pk, sender.mailer, sender.policy, sender.now)
    return sent and standstill.end_if_sent(pk, sender.now())


def _in_turn(of: Mails, at: dt.datetime, limit: int, sender: _Sender) -> Iterator[Due]:
    """Yield what is due portion by portion: what has become pressing meanwhile goes first."""
    before: list[Due] = []
    while limit > 0 and (portion := _portion(of, at, limit, sender)) != before:
        sender.turns.read_again(at)
        narrowed = sender.narrowed
        for each in portion:
            yield each
            limit -= 1
            if sender.narrowed != narrowed:
                break
        _settle_last(sender)
        if sender.narrowed == narrowed and len(portion) < order.PORTION:
            return  # that was all; what this call has owed is for the next
        before, at = portion, max(at, sender.now())


def _portion(of: Mails, at: dt.datetime, limit: int, sender: _Sender) -> list[Due]:
    held_by = standstill.blaming() if sender.narrowed else None
    return order.due(of, at, min(limit, order.PORTION), held_by)


def _deal_with_one(pk: int, mailing_id: int | None, sender: _Sender) -> bool:
    try:
        return _sent_or_noted(pk, mailing_id, sender)
    except HeldError:
        sender.narrowed = True
        return True


def _sent_or_noted(pk: int, mailing_id: int | None, sender: _Sender) -> bool:
    if mailing_id is not None:
        return _deal_with_turn(pk, mailing_id, sender)
    _settle_last(sender)
    return _deal_with(pk, sender.mailer, sender.policy, sender.now)


def _deal_with_turn(pk: int, mailing_id: int, sender: _Sender) -> bool:
    """Do for a mailing's mail what `_deal_with` does, without composing for each what is the same for all."""
    at = sender.now()
    turn = sender.turns.take(pk, mailing_id, at, until=at + CLAIM)
    if turn is None:
        return False
    try:
        if turn.refusal:
            failing.end(turn.message, MessageEnd.SKIPPED, turn.refusal, at)
            return True
        if turn.untold:
            _inform_first(turn.reader, sender, at)
        _hand_over_turn(turn, sender, at)
    except ServerAwayError:  # by the letter that goes first: this mail has not been tried
        failing.ours(turn.message).update(claimed_until=None)
        raise
    except Exception as error:
        failing.note(turn.message, error, sender.policy, sender.now())
    else:
        sender.turns.leave(turn, sender.now())
    return True


def _inform_first(reader: Contact, sender: _Sender, at: dt.datetime) -> None:
    """Send what tells a reader where we have their details from: it was owed with the mailing, and leaves first."""
    owed = Message.objects.due(at).filter(contact=reader.pk, template=MailTemplate.INFORM)
    for pk in list(owed.values_list("pk", flat=True)):
        _deal_with(pk, sender.mailer, sender.policy, sender.now)


def _hand_over_turn(turn: Turn, sender: _Sender, at: dt.datetime) -> None:
    by_smtp = isinstance(sender.mailer, mail_smtp.EmailBackend)
    if not (by_smtp and sender.turns.hand_over(turn, sender.mailer, at)):
        _hand_over(turn.message, sender.mailer, sender.policy, at)


def _settle_last(sender: _Sender) -> None:
    """Note that the last mail of a mailing has left. Where that fails it stays claimed: sent again, it comes twice."""
    try:
        sender.turns.settle()
    except Error as error:
        log.warning("mail.not_marked", code=type(error).__name__)


def _deal_with(pk: int, mailer: Any, policy: PolicyVersion, now: Callable[[], dt.datetime]) -> bool:
    """Claim one message and send it, or end it; returns whether it was ours. Raises ServerAwayError."""
    at = now()
    message = _claim(pk, at)
    if message is None:
        return False
    try:
        if reason := send_guard.reason(message, policy=policy, at=at):
            failing.end(message, MessageEnd.SKIPPED, reason, at)
            return True
        told = informing.to_tell(message) or longer.to_tell(message, policy)
        message.digest = _hand_over(message, mailer, policy, at)
    except Exception as error:
        # One message that fails, whatever the reason, must not keep the others from going out.
        failing.note(message, error, policy, now())
    else:
        left_mails.note(message, told, policy=policy, at=now())
    return True


# Whoever holds it is not waited for, and once it is locked, it is looked at again whether it is due.
_CLAIM = sql.SQL("""
    WITH due (id) AS ({} FOR UPDATE OF contacts_message SKIP LOCKED)
    UPDATE contacts_message SET claimed_until = %(until)s FROM due WHERE contacts_message.id = due.id""")


def _claim(pk: int, at: dt.datetime) -> Message | None:
    """Take a message for ourselves until CLAIM has passed, or return None where somebody else has it."""
    due, values = composed(Message.objects.due(at).filter(pk=pk).values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(due), values | {"until": at + CLAIM})
        if not cursor.rowcount:
            return None
    asked = ("sign_up__event", "sign_up__whitepaper")
    about = ("contact", "registration__contact", "event", "whitepaper", "mailing", "breach_letter")
    return Message.objects.select_related(*asked, *about).filter(pk=pk).first()


def _hand_over(message: Message, mailer: Any, policy: PolicyVersion, at: dt.datetime) -> str:
    """Send a mail, and return the digest that proves what it said, where it asks for a consent (Art. 7 GDPR)."""
    envelope = letters.write(message, policy=policy, at=at)
    mailer.open()  # and stays open for the next one
    mailer.send_messages([envelope])
    return envelope.digest() if message.sign_up and message.sign_up.consents else ""


def _hang_up(mailer: Any) -> None:
    try:
        mailer.close()
    except Exception as error:  # the mails are sent; a server that does not say good-bye changes nothing
        log.info("mail.no_goodbye", code=type(error).__name__)
