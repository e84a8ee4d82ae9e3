"""Have other systems undo what they did for a request that was about the wrong person, or came to nothing (L18).

What a system has answered stays on record, with the day on which it was told to undo it; no letter and no certificate
counts it any more. It is told by its own way, as when it was asked.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dsr.models import Request, SystemTask, SystemTasks
from dsr.records import timeline, transitions
from dsr.records.transitions import MovedError, RequestError
from dsr.systems import asking_words, sought
from dsr.words.vocabulary import Kind, Outcome, PaperKind, Step

# Of a restriction and an objection that end otherwise, systems hear that they may use the details again (`lifted`).
_WRONG = (Outcome.UNIDENTIFIED, Outcome.MISTAKEN)
_IN_VAIN = (Outcome.REFUSED, Outcome.WITHDRAWN)


@transaction.atomic
def undo(task_id: int, why: str, *, at: dt.datetime, by: str) -> None:
    """Have a system undo what it said it did; what it sent is deleted, and nobody gets it. `why` stays on record.

    Raises RequestError where no reason is given, MovedError where the system has said nothing that could be undone.
    """
    if not why.strip():
        raise RequestError(_("Say why the system is to undo it."))
    found = SystemTask.objects.select_related("system").filter(pk=task_id).first()
    if found is None:
        raise MovedError(_("This task is not on record any more."))
    request = transitions.lock(found.request_id)
    if not have_undone(SystemTask.objects.filter(pk=task_id), request, about=sought.told(request), at=at, as_=by):
        raise MovedError(_("This system has done nothing for this request that it could undo."))
    request.papers.filter(kind=PaperKind.SYSTEM, data__task=task_id).delete()
    found.files.all().delete()
    timeline.note(request, PaperKind.REASON, why.strip(), data={"system": found.system.name}, at=at)


def is_in_vain(request: Request, outcome: Outcome) -> bool:
    """Tell whether systems did something for a request that ends so, which nobody had a right to or wants any more."""
    acts = asking_words.CODES.get(Kind(request.kind)) in ("delete", "correct")
    return outcome in _WRONG or (outcome in _IN_VAIN and acts)


def have_undone(
    tasks: SystemTasks, request: Request, *, about: dict[str, Any], at: dt.datetime, as_: str, by: str = ""
) -> int:
    """Mark what a locked request had done as to be undone, and return how many systems it is. `about` is whom."""
    done = list(tasks.to_undo().select_related("system").order_by("pk"))
    for task in done:
        timeline.record(request, Step.SYSTEM_UNDONE, at=at, by=by or as_, rule=f"system:{task.system_id}")
    named = sought.kept(about, at=at)
    marked = SystemTask.objects.to_undo().filter(pk__in=[task.pk for task in done])
    return marked.update(called_off_at=at, called_off_by=as_, not_before=at, claimed_until=None, attempts=0, **named)
