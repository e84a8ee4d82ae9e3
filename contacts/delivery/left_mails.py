"""Note that a mail has left: at once, or by the next sender, where somebody holds a row that this asks for.

Until then it stands beside the outbox that the mail has left (`LeftMail`): nobody waits for whoever holds the row, and
nobody sends it again.
"""

import datetime as dt
from collections.abc import Collection
from functools import partial

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F

from contacts.base import held, retry
from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.breaches import letters as breach_letters
from contacts.information import informing, longer
from contacts.models import LeftMail, Message, PolicyVersion
from contacts.models.outbox import FORGOTTEN
from contacts.outbox import counts
from contacts.words.vocabulary import MailTemplate

log = structlog.get_logger(__name__)


def note(message: Message, told: Collection[int], *, policy: PolicyVersion, at: dt.datetime) -> None:
    """Note that a mail has left, which told of the bases `told`."""
    try:
        retry.persist(partial(_note, message, told, policy, at))
    except DatabaseError as error:
        log.warning("mail.not_marked", message=message.pk, code=type(error).__name__)
        note_later(message.pk, told, digest=message.digest, at=at)


def note_later(message_id: int, told: Collection[int] = (), *, digest: str = "", at: dt.datetime) -> None:
    """Have the next sender note it. Whoever holds the message, or its person, is not waited for."""
    LeftMail.objects.create(message_id=message_id, left_at=at, digest=digest, bases=list(told))


def note_earlier(*, policy: PolicyVersion) -> None:
    """Note what left earlier; what is still held is left for the next time."""
    if not (earlier := list(LeftMail.objects.order_by("pk"))):
        return
    with limits(lock=held.BRIEF):
        for left in earlier:
            try:
                retry.persist(partial(_note_earlier, left, policy))
            except DatabaseError as error:
                log.warning("mail.not_marked", message=left.message_id, code=type(error).__name__)


@transaction.atomic
def _note_earlier(left: LeftMail, policy: PolicyVersion) -> None:
    if LeftMail.objects.select_for_update(skip_locked=True).filter(pk=left.pk).first() is None:
        return  # another sender is at it
    if message := Message.objects.filter(pk=left.message_id).first():
        message.digest = left.digest
        _note(message, left.bases, policy, left.left_at)
    left.delete()


def _told(message: Message, bases: Collection[int], policy: PolicyVersion, day: dt.date) -> None:
    """Note what the mail has told its reader of (L5, L13)."""
    if message.template == MailTemplate.LONGER:
        longer.told(message, bases, day=day)
    else:
        informing.told(bases, policy=policy, day=day, mail=message.public_id)


@transaction.atomic
def _note(message: Message, told: Collection[int], policy: PolicyVersion, at: dt.datetime) -> None:
    _told(message, told, policy, day_of(at, policy.zone))
    informing.enqueue_beside(message, policy=policy, at=at)
    waiting = Message.objects.filter(pk=message.pk, sent_at__isnull=True, ended_at__isnull=True)
    sent = {"sent_at": at, "digest": message.digest, "claimed_until": None, "reason": ""}
    marked = waiting.update(attempts=F("attempts") + 1, **sent, **FORGOTTEN)
    if marked and message.mailing_id:
        counts.sent(message.mailing_id)
    if marked and message.breach_letter_id:
        breach_letters.left(message, at)
