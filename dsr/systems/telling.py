"""Tell other systems what is asked of them, remind them, and say when nothing is asked any more: by mail or webhook.

As with notices to recipients, a message goes out before it is marked as sent, so that none is lost (ADR 0013).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.mail import mailers
from django.db import transaction
from django.db.models import F
from django.utils import translation

from contacts.base import audit, budgets
from contacts.base.budgets import IsOver
from contacts.base.days import day_of
from contacts.disclosure import webhook_client
from contacts.disclosure.webhook_client import Post, PostError
from contacts.models import PolicyVersion
from contacts.outbox import mail_errors
from contacts.words.vocabulary import ReachedBy
from dsr.models import SystemTask
from dsr.records.transitions import RequestError
from dsr.systems import asking_words, owner_letters, owner_links, reporting, sought
from dsr.systems.reporting import Said
from dsr.words.vocabulary import TaskAnswer

log = structlog.get_logger(__name__)

CLAIM = dt.timedelta(minutes=15)
_LONGEST_PAUSE = 12 * 60  # minutes, after pauses of 1, 2, 4 …
BY = "task:systems"


@dataclass(frozen=True)
class _Sender:
    policy: PolicyVersion
    now: Callable[[], dt.datetime]
    post: Post


def send_due(
    *,
    at: dt.datetime,
    now: Callable[[], dt.datetime],
    post: Post = webhook_client.post,
    is_over: IsOver = budgets.endless,
) -> int:
    """Send what is due at `at`, and return how many messages it was. Several may run at once, each with its tasks."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return 0
    sender, sent = _Sender(policy, now, post), 0
    for key in SystemTask.objects.to_send(at, day_of(at, policy.zone)).values_list("pk", flat=True):
        if is_over():
            break
        if task := _claim(key, sender):
            sent += _tell(task, sender)
    return sent


@transaction.atomic
def _claim(key: int, sender: _Sender) -> SystemTask | None:
    at = sender.now()
    due = SystemTask.objects.to_send(at, day_of(at, sender.policy.zone)).filter(pk=key)
    task = due.select_for_update(of=("self",), skip_locked=True).select_related("system", "request").first()
    if task:
        task.claimed_until = at + CLAIM
        task.save(update_fields=["claimed_until"])
    return task


def _tell(task: SystemTask, sender: _Sender) -> int:
    at = sender.now()
    try:
        by_webhook = task.system.reached_by == ReachedBy.WEBHOOK and not _is_reminder(task)
        _post(task, sender, at) if by_webhook else _mail(task, sender, at)
    except PostError as error:
        return _postpone(task, error.code, at)
    except Exception as error:
        # Whatever went wrong with one system must not keep the others from hearing.
        return _postpone(task, mail_errors.failure(error).code, at)
    return 1


def _is_reminder(task: SystemTask) -> bool:
    """Tell whether a system is told once more what it was asked: its owner is, by mail."""
    return task.is_open and task.told_at is not None and task.owner_number == task.system.owner_number


def _mail(task: SystemTask, sender: _Sender, at: dt.datetime) -> None:
    day = day_of(at, sender.policy.zone)
    mailers.default.send_messages([owner_letters.write(task, policy=sender.policy, day=day)])
    _mark_sent(task, at, day)


def _post(task: SystemTask, sender: _Sender, at: dt.datetime) -> None:
    answer = sender.post(task.system, str(task.public_id), payload(task), at)
    _mark_sent(task, at, day_of(at, sender.policy.zone))
    if answer.acknowledged and task.is_open:
        _done(task, at)


def _done(task: SystemTask, at: dt.datetime) -> None:
    """Take a server at its word that it has done what was asked; what it is to send, it posts to the task's page."""
    try:
        reporting.report(task.pk, Said(TaskAnswer.DONE), at=at, by=f"system:{task.system_id}")
    except RequestError:
        log.info("system_task.acknowledged", task=task.pk)


def _order(task: SystemTask) -> str:
    if task.is_open:
        return asking_words.code(task.request)
    if task.is_to_undo:
        return "undo"
    return "use_again" if task.answered_at else "nothing"


def payload(task: SystemTask) -> dict[str, Any]:
    """Return a task for programs: what to do, by when, about whom, and where the answer goes."""
    with translation.override("en"):
        page = owner_links.page_of(task)
    return {
        "id": str(task.public_id),
        "request": task.request.number,
        "do": _order(task),
        "kind": task.request.kind,
        "due_on": task.due_on.isoformat(),
        "about": sought.of(task),
        "answer": page,
    }


def _mark_sent(task: SystemTask, at: dt.datetime, day: dt.date) -> None:
    """Note what a system has heard. What was called off while it was being told is told so next.

    Where its link was made anew meanwhile, nothing is noted, and it is told once more.
    """
    changes: dict[str, Any] = {"claimed_until": None, "attempts": 0, "reason": ""}
    if task.called_off_at:
        changes["called_off_told_at"] = at
    elif task.answered_at:
        changes["lifted_told_at"] = at
    elif _is_reminder(task) or task.system.reached_by == ReachedBy.API:
        changes["reminded_on"] = day
    else:
        asked_on = max(task.due_on, day)
        changes |= {"told_at": at, "link_until": asked_on + owner_links.GRACE, "owner_number": task.system.owner_number}
    SystemTask.objects.filter(pk=task.pk, link_number=task.link_number).update(**changes)
    audit.record("system_task.told", at=at, by=BY, rule=f"system:{task.system_id}")


def _postpone(task: SystemTask, code: str, at: dt.datetime) -> int:
    """Try it again after a pause that doubles with each attempt."""
    pause = dt.timedelta(minutes=min(2 ** min(task.attempts, 16), _LONGEST_PAUSE))
    log.warning("system_task.failed", system=task.system_id, code=code, attempts=task.attempts + 1)
    failed = SystemTask.objects.filter(pk=task.pk)
    failed.update(claimed_until=None, attempts=F("attempts") + 1, not_before=at + pause, reason=code)
    return 0
