"""How the other systems stand that a request asked, on its page (L18)."""

import datetime as dt

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.words.vocabulary import ReachedBy
from dsr.admin.pages import inbox
from dsr.models import Enclosure, Request, SystemTask
from dsr.systems import opening
from dsr.words.vocabulary import TaskAnswer


def of(record: Request, day: dt.date) -> list[tuple[SystemTask, str]]:
    """Return each task with how it stands; what a system sent is in its `files`."""
    if record.kind not in opening.KINDS:
        return []
    sent = Prefetch("files", Enclosure.objects.defer("content").order_by("pk"))
    tasks = record.system_tasks.select_related("system").prefetch_related(sent)
    return [(task, _state(task, day)) for task in tasks]


def waits(record: Request) -> str:
    """Return until when the answer waits for them; empty where it does not."""
    if not record.is_standing or not opening.are_awaited(record):
        return ""
    text = _(
        "The answer waits for them until %s. From that day, the letter can go and names the systems that have not"
        " answered."
    )
    return text % date_format(record.safe_on)


def _state(task: SystemTask, day: dt.date) -> str:
    if task.called_off_at and task.answered_at:
        return _undone(task)
    if task.called_off_at:
        return _("need not answer")
    if task.answered_at:
        return _answered(task, task.answered_at)
    if task.due_on < day:
        return _("overdue, %s") % inbox.left(task.due_on, day)
    if task.attempts:
        return _("could not be reached yet")
    heard = task.told_at is not None or task.system.reached_by == ReachedBy.API  # which fetches it by itself
    return _("asked, has not answered") if heard else _("is being asked")


def _undone(task: SystemTask) -> str:
    if task.called_off_told_at is None:
        return _("is being told to undo it")
    return _("told on %s to undo what it did") % date_format(task.called_off_told_at)


def _answered(task: SystemTask, at: dt.datetime) -> str:
    label = f"{TaskAnswer(task.answer).label}, {date_format(at)}"
    files = len(task.files.all())
    sent = ngettext("%d file for the person", "%d files for the person", files) % files
    return f"{label} ({sent})" if files else label
