"""How the other systems that a request asked stand: what keeps its answer, and what it can say of them (L18, L20)."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dsr.models import Request, SystemTask
from dsr.records.transitions import RequestError
from dsr.systems import opening
from dsr.words.vocabulary import TaskAnswer


@dataclass(frozen=True)
class Standing:
    """The tasks of a request by what became of them, as they are on record."""

    done: list[SystemTask]
    nothing: list[SystemTask]
    kept: list[SystemTask]
    waiting: list[SystemTask]

    @property
    def is_everything(self) -> bool:
        """Tell whether each system that was asked has answered, and none keeps what it was asked to give up."""
        return not self.waiting and not self.kept

    @property
    def asked(self) -> bool:
        return bool(self.done or self.nothing or self.kept or self.waiting)


def of(request: Request) -> Standing:
    tasks = list(request.system_tasks.standing().select_related("system"))
    by = {answer: [task for task in tasks if task.answer == answer] for answer in ["", *TaskAnswer.values]}
    return Standing(by[TaskAnswer.DONE], by[TaskAnswer.NOTHING], by[TaskAnswer.KEPT], by[""])


def wait_for(request: Request, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Have the answer to a locked request wait for the other systems until its safe date; then it names them.

    Raises RequestError while it waits. Nobody is forgotten: what was not asked yet is asked now.
    """
    opening.open_for(request, at=at, by=by)
    waiting = of(request).waiting
    if waiting and day < request.safe_on:
        named = ", ".join(_awaited(task) for task in waiting)
        text = _(
            "Other systems have not answered yet: %(systems)s. From %(day)s on the letter can go without them, and"
            " says so."
        )
        raise RequestError(text % {"systems": named, "day": date_format(request.safe_on)})


def _awaited(task: SystemTask) -> str:
    return _("%(system)s (by %(day)s)") % {"system": task.system.name, "day": date_format(task.due_on)}


def check_nobody(request: Request, *, at: dt.datetime) -> None:
    """Raise RequestError where nothing may be said to be held, since a system was not asked about this person."""
    if missing := opening.unasked(request, at=at):
        named = ", ".join(system.name for system in missing)
        text = _("Ask the other systems first, or say that they need not be asked: %(systems)s.")
        raise RequestError(text % {"systems": named})
