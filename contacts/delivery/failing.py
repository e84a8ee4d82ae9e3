"""What becomes of a mail that did not leave: tried later, ended, or held while the mail server is at fault."""

import datetime as dt
from typing import Any

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F

from contacts.base import held
from contacts.base.days import day_of
from contacts.breaches import letters as breach_letters
from contacts.models import Message, PolicyVersion
from contacts.models.outbox import FORGOTTEN, MessageEnd
from contacts.outbox import counts, mail_errors, standstill
from contacts.outbox.mail_errors import Failure
from contacts.people import bounces

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = 60  # minutes
# With pauses of 1, 2, 4 … 32 and then 60 minutes, the last attempt is made three days after the first.
MOST_ATTEMPTS = 7 + (3 * 24 * 60 - 63) // _LONGEST_PAUSE

BY = "task:mail"


class ServerAwayError(Exception):
    """The mail server does not take this message nor the next."""


class HeldError(ServerAwayError):
    """It blames many addresses alike, this one too: what people await goes on without it."""


def note(message: Message, error: Exception, policy: PolicyVersion, at: dt.datetime) -> None:
    """Note why a mail did not leave. Where somebody holds it, it stays claimed, and waits until that has ended."""
    try:
        _note_failure(message, error, policy, at)
    except DatabaseError as why:
        if not held.is_why(why):
            raise
        log.warning("mail.held", message=message.pk)


def _note_failure(message: Message, error: Exception, policy: PolicyVersion, at: dt.datetime) -> None:
    failure = mail_errors.failure(error)
    log.warning("mail.failed", message=message.pk, code=failure.code, attempts=message.attempts + 1)
    if failure.of_the_server:
        _try_later(message, failure, at)
        standstill.away(failure.code, at)
        raise ServerAwayError from None
    if not failure.reply:
        _try_later(message, failure, at)
    elif _is_alone(message, failure, at):
        _refused(message, failure, policy, at)


def _is_alone(message: Message, failure: Failure, at: dt.datetime) -> bool:
    """Put a refusal on record, and tell whether it may count for this mail alone. Raises ServerAwayError.

    Where others are refused alike, the mail waits as it was. What is said a second time is no more on record for it:
    the dead addresses of a mailing are tried again within one minute.
    """
    if message.refused_at is None or message.reply != failure.reply:
        ours(message).update(refused_at=at, reply=failure.reply)
    stands = standstill.refused(failure.reply, at)
    if stands is None:
        return True
    ours(message).update(claimed_until=None, not_before=at, reason=failure.code)
    raise (HeldError if standstill.spares_awaited(stands) else ServerAwayError) from None


def _refused(message: Message, failure: Failure, policy: PolicyVersion, at: dt.datetime) -> None:
    """Believe a refusal for good once it is said again after a while: until then, the server may be at fault."""
    if not failure.for_good:
        _try_later(message, failure, at)
    elif message.reply != failure.reply or message.refused_at is None or message.refused_at > at - standstill.WINDOW:
        _postpone(message, failure.code, standstill.WINDOW, at)
    else:
        end(message, MessageEnd.REFUSED, failure.code, at)
        if failure.bounces:
            _bounced(message, failure, policy, at)


def _bounced(message: Message, failure: Failure, policy: PolicyVersion, at: dt.datetime) -> None:
    told = {"reply": failure.reply, "address_hash": (message.contact and message.contact.address_hash) or ""}
    bounces.bounced(message.public_id, day=day_of(at, policy.zone), at=at, by=BY, **told)


def _try_later(message: Message, failure: Failure, at: dt.datetime) -> None:
    if failure.in_doubt and message.mailing_id:
        end(message, MessageEnd.BROKEN_OFF, failure.code, at)
    elif message.attempts + 1 >= MOST_ATTEMPTS:
        end(message, MessageEnd.GAVE_UP, failure.code, at)
    else:
        _postpone(message, failure.code, dt.timedelta(minutes=min(2**message.attempts, _LONGEST_PAUSE)), at)


def _postpone(message: Message, code: str, pause: dt.timedelta, at: dt.datetime) -> None:
    ours(message).update(claimed_until=None, attempts=F("attempts") + 1, not_before=at + pause, reason=code)


@transaction.atomic
def end(message: Message, how: MessageEnd, reason: str, at: dt.datetime) -> None:
    ended = ours(message).update(claimed_until=None, ended_at=at, end=how, reason=reason, **FORGOTTEN)
    if ended and message.mailing_id and how == MessageEnd.SKIPPED:
        counts.withheld(message.mailing_id)
    if ended and message.breach_letter_id:
        breach_letters.failed(message, how, reason)


def ours(message: Message) -> Any:
    """The message, as long as our claim on it stands."""
    return Message.objects.filter(pk=message.pk, claimed_until=message.claimed_until, sent_at__isnull=True)
