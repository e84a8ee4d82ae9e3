"""Tell recipients what they have to do, by mail or signed webhook, and again until they say that it is done.

As with mails, a notice goes out before it is marked as sent, so that none is lost; a receiver knows one that comes
twice by its number.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.mail import mailers
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from contacts.base import audit, budgets
from contacts.base.budgets import IsOver
from contacts.disclosure import acknowledging, notice_letters, webhook_client
from contacts.disclosure.webhook_client import Post, PostError
from contacts.models import PolicyVersion, Recipient, RecipientNotice
from contacts.models.recipients import RecipientNotices
from contacts.outbox import links, mail_errors
from contacts.words.vocabulary import ToldBy

log = structlog.get_logger(__name__)

# At once, so that a claim outlasts them all: a webhook may take as long as its deadline.
_MOST = {ToldBy.MAIL: 500, ToldBy.WEBHOOK: 20}
CLAIM = dt.timedelta(minutes=15)

CHASE = dt.timedelta(days=7)
_LONGEST_PAUSE = 12 * 60  # minutes, after pauses of 1, 2, 4 …; a duty does not end because nobody answers

BY = "task:notices"


@dataclass(frozen=True)
class _Sender:
    """What the sending of one call shares. `now` is asked as it goes on."""

    policy: PolicyVersion
    now: Callable[[], dt.datetime]
    post: Post
    is_over: IsOver


def send_due(
    *,
    at: dt.datetime,
    now: Callable[[], dt.datetime],
    post: Post = webhook_client.post,
    is_over: IsOver = budgets.endless,
) -> int:
    """Send what is due at `at`, for the first time or again, and return how many notices this call dealt with.

    Several may run at once: a notice is claimed by one of them. What fails is tried again later, until the recipient
    acknowledges it. Nothing is begun once `is_over` says so.
    """
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return 0
    sender = _Sender(policy, now, post, is_over)
    waiting = Recipient.objects.filter(pk__in=RecipientNotice.objects.due(at).values("recipient")).order_by("pk")
    return sum(_tell(recipient, sender) for recipient in list(waiting))


def _tell(recipient: Recipient, sender: _Sender) -> int:
    """Send one recipient all that is due, in portions, each claimed before it is sent."""
    told = 0
    while not sender.is_over() and (claimed := _claim(recipient, sender.now())):
        told += len(claimed)
        _by_webhook(claimed, sender) if recipient.told_by == ToldBy.WEBHOOK else _by_mail(recipient, claimed, sender)
    return told


@transaction.atomic
def _claim(recipient: Recipient, at: dt.datetime) -> list[RecipientNotice]:
    due = RecipientNotice.objects.due(at).filter(recipient=recipient).order_by("created_at", "pk")
    free = due.select_for_update(of=("self",), skip_locked=True)
    claimed = list(free.select_related("recipient")[: _MOST[ToldBy(recipient.told_by)]])
    for notice in claimed:
        notice.claimed_until = at + CLAIM
    RecipientNotice.objects.filter(pk__in=[notice.pk for notice in claimed]).update(claimed_until=at + CLAIM)
    return claimed


def _by_mail(recipient: Recipient, claimed: list[RecipientNotice], sender: _Sender) -> None:
    at = sender.now()
    try:
        mail = notice_letters.write(recipient, claimed, policy=sender.policy, at=at)
        mailers.default.send_messages([mail])
    except Exception as error:
        # Whatever went wrong with one recipient must not keep the others from hearing.
        _postpone(claimed, mail_errors.failure(error).code, sender.now())
    else:
        _mark_sent(claimed, at)


def _by_webhook(claimed: list[RecipientNotice], sender: _Sender) -> None:
    for number, notice in enumerate(claimed):
        if sender.is_over():
            _ours(claimed[number:]).update(claimed_until=None)
            return
        try:
            _post(notice, sender)
        except PostError as error:
            if error.of_the_server:
                _postpone(claimed[number:], error.code, sender.now())
                return
            _postpone([notice], error.code, sender.now())


def _post(notice: RecipientNotice, sender: _Sender) -> None:
    at = sender.now()
    answer = sender.post(notice.recipient, str(notice.public_id), _payload(notice), at)
    _mark_sent([notice], at)
    if answer.acknowledged:
        asked = RecipientNotice.objects.filter(pk=notice.pk, details=notice.details)
        acknowledging.acknowledge(asked, at=at, by=f"recipient:{notice.recipient_id}")


def _payload(notice: RecipientNotice) -> dict[str, Any]:
    return {
        "id": str(notice.public_id),
        "kind": notice.kind,
        "reference": str(notice.reference),
        "at": notice.created_at.isoformat(),
        "details": notice.details,
        "acknowledge": links.absolute(reverse("notices", args=[links.told_of(notice)])),
    }


@transaction.atomic
def _mark_sent(sent: list[RecipientNotice], at: dt.datetime) -> None:
    """Note that these were sent; one that has come to say more meanwhile, and has lost its claim, is sent again."""
    ours = dict(_ours(sent).order_by("pk").select_for_update().values_list("pk", "reference"))
    RecipientNotice.objects.filter(pk__in=ours).update(
        chased_at=Case(When(sent_at__isnull=False, then=Value(at)), default=None),
        sent_at=Coalesce("sent_at", Value(at)),
        not_before=at + CHASE,
        claimed_until=None,
        attempts=0,
        reason="",
    )
    audit.record_each("notice.sent", ours.values(), at=at, by=BY, rule=f"recipient:{sent[0].recipient_id}")


def _postpone(failed: list[RecipientNotice], code: str, at: dt.datetime) -> None:
    """Try these again together, after a pause that doubles with each attempt."""
    attempts = max(notice.attempts for notice in failed)
    pause = dt.timedelta(minutes=min(2 ** min(attempts, 16), _LONGEST_PAUSE))
    log.warning("notice.failed", recipient=failed[0].recipient_id, code=code, attempts=attempts + 1)
    _ours(failed).update(claimed_until=None, attempts=F("attempts") + 1, not_before=at + pause, reason=code)


def _ours(notices: list[RecipientNotice]) -> RecipientNotices:
    """The notices, as long as our claim on them stands."""
    claim = notices[0].claimed_until
    return RecipientNotice.objects.filter(pk__in=[notice.pk for notice in notices], claimed_until=claim)
