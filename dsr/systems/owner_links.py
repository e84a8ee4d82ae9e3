"""The link by which a system's owner reads what a request asks: theirs alone, and open no longer than needed (L18).

Anybody who has it sees the person. So it says which owner it was made for and which link of its task it is, and ends
with a change of owner, with the system, with its task, and some days after the task's own day (Art. 5(1)(f) GDPR).
What a request still waits for that is closed, since its letter names it, is open until then as well.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from contacts.outbox import links
from dsr.models import SystemTask
from dsr.records import timeline, transitions
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Step

GRACE = dt.timedelta(days=14)


def page_of(task: SystemTask) -> str:
    """Return the address of a task's page, whose reader answers it."""
    return links.page("system_task", token(task))


def token(task: SystemTask) -> str:
    return links.task(links.Task(task.public_id, task.system.owner_number, task.link_number))


def found(sealed: str) -> tuple[SystemTask, links.Task]:
    """Return the task of a link, and what the link says. Raises InvalidLinkError where nobody made it."""
    said = links.read_task(sealed)
    task = SystemTask.objects.select_related("system", "request").filter(public_id=said.public_id).first()
    if task is None:
        raise links.InvalidLinkError
    return task, said


def has_ended(task: SystemTask, said: links.Task, *, day: dt.date) -> bool:
    """Tell whether a link shows nobody any more as of a day."""
    if (said.owner, said.number) != (task.system.owner_number, task.link_number) or task.system.ended_on:
        return True
    if task.is_to_undo:
        return task.sought_until is None or day > task.sought_until
    return day > last_day(task)


def last_day(task: SystemTask) -> dt.date:
    return task.link_until or task.due_on + GRACE


@transaction.atomic
def anew(task_id: int, *, at: dt.datetime, by: str) -> None:
    """Have the owner asked once more, by a link that is new: the ones before it end.

    Raises RequestError where the system is out of use, MovedError where it need not answer any more.
    """
    found = SystemTask.objects.filter(pk=task_id).values_list("request", flat=True).first()
    if found is None:
        raise MovedError(_("This task is not on record any more."))
    request = transitions.lock(found)
    task = SystemTask.objects.select_for_update(of=("self",)).select_related("system").get(pk=task_id)
    if not task.is_open:
        raise MovedError(_("This system has answered already, or need not answer any more."))
    if task.system.ended_on:
        raise RequestError(_("This system is out of use, and cannot be asked."))
    still_open = SystemTask.objects.open().filter(pk=task.pk)
    still_open.update(link_number=F("link_number") + 1, owner_number=0, not_before=at, attempts=0, reason="")
    timeline.record(request, Step.SYSTEM_ASKED, at=at, by=by, rule=f"system:{task.system_id}")
