"""Ask the other systems that may hold the person of a request: one task each, with a day of its own (L18).

What an Art. 19 notice tells a recipient (L4) is not asked of the same system once more.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction

from contacts.base import held
from contacts.base.days import day_of
from contacts.models import Basis, Contact, PolicyVersion, System
from contacts.outbox import notices
from dsr.models import MISTAKEN, Request, SystemTask, SystemTasks
from dsr.records import timeline, transitions
from dsr.records.transitions import MovedError, RequestError
from dsr.systems import sought, undoing
from dsr.words.vocabulary import STANDING, Kind, Outcome, PaperKind, State, Step

# What other systems are asked for. What is done at once reaches recipients by their notices.
KINDS = (
    *(Kind.ACCESS, Kind.PORTABILITY, Kind.RECTIFICATION, Kind.RESTRICTION, Kind.OBJECTION),
    *(Kind.ERASURE, Kind.LEAVER),
)
# Of these, every recipient hears by a notice (Art. 19 GDPR).
_BY_NOTICE = (Kind.RECTIFICATION, Kind.RESTRICTION, Kind.OBJECTION, Kind.ERASURE, Kind.LEAVER)

# What ends a request without being its answer: nobody needs to do anything any more.
_UNANSWERED = (Outcome.REFUSED, Outcome.UNIDENTIFIED, Outcome.DUPLICATE, Outcome.WITHDRAWN, Outcome.MISTAKEN)

ENDED, ANEW = "closed", "anew"  # who called it off, where no officer did


def open_for(request: Request, *, at: dt.datetime, by: str) -> None:
    """Ask each system that may hold the people of a locked request and has not been asked, once it is sure who asks."""
    if request.state == State.OPEN and request.subjects.exists():
        _ask(request, unasked(request, at=at), at=at, by=by)


@transaction.atomic
def ask(request_id: int, systems: Collection[System], *, at: dt.datetime, by: str) -> None:
    """Ask the systems that the officer chose, also about somebody who is not on file. Raises RequestError."""
    request = transitions.lock(request_id)
    transitions.change(request, among=STANDING)
    allowed = {system.pk for system in unasked(request, at=at, all_of_them=True)}
    chosen = [system for system in systems if system.pk in allowed]
    if not chosen:
        raise RequestError("Choose a system that has not been asked yet.")
    _ask(request, chosen, at=at, by=by)


def unasked(request: Request, *, at: dt.datetime, all_of_them: bool = False) -> list[System]:
    """Return the systems that may hold the people of a request and have not been asked; `all_of_them`, whoever it is.

    Somebody who is not on file here may be in each of them.
    """
    if request.kind not in KINDS:
        return []
    asked = request.system_tasks.exclude(called_off_by__in=[MISTAKEN, ANEW])
    systems = System.objects.in_use().exclude(pk__in=asked.values("system"))
    people = [person.pk for person in timeline.people(request)]
    held_as = list(Basis.objects.filter(contact__in=people).values_list("scenario", flat=True))
    if held_as and not all_of_them:
        systems = systems.filter(scenarios__overlap=held_as)
    if people and request.kind in _BY_NOTICE:
        told = notices.holders(people, at=at).filter(untold_because="")
        systems = systems.exclude(recipient__in=list(told))
    return list(systems)


def are_awaited(request: Request) -> bool:
    """Tell whether a system that a request asked has not answered."""
    return request.kind in KINDS and request.system_tasks.open().exists()


def _ask(request: Request, systems: Collection[System], *, at: dt.datetime, by: str) -> None:
    for system in systems:
        due_on = _due_on(request, system, at)
        SystemTask.objects.create(request=request, system=system, opened_at=at, not_before=at, due_on=due_on)
        timeline.record(request, Step.SYSTEM_ASKED, at=at, by=by, rule=f"system:{system.pk}")


def _due_on(request: Request, system: System, at: dt.datetime) -> dt.date:
    """Return the system's own day: before the safe date, so that its answer can go into ours."""
    policy = PolicyVersion.objects.in_force()
    day = day_of(at, policy.zone) if policy else at.date()
    return max(day, min(day + dt.timedelta(days=system.days), request.safe_on - dt.timedelta(days=1)))


@transaction.atomic
def call_off(task_id: int, why: str, *, at: dt.datetime, by: str) -> None:
    """Have a system answer no more; `why` says how the officer knows that it need not.

    Raises RequestError where that is not said, MovedError where the system has answered.
    """
    if not why.strip():
        raise RequestError("Say how you know that this system need not answer.")
    found = SystemTask.objects.select_related("system").filter(pk=task_id).first()
    if found is None:
        raise MovedError("This task is not on record any more.")
    request = transitions.lock(found.request_id)
    if not _call_off(SystemTask.objects.filter(pk=task_id), request, by=by, at=at, as_=by):
        raise MovedError("This system has answered already.")
    timeline.note(request, PaperKind.REASON, why.strip(), data={"system": found.system.name}, at=at)


@transaction.atomic
def again(task_id: int, *, at: dt.datetime, by: str) -> None:
    """Ask a system once more that has answered wrongly: what it said and sent is dropped, and nobody gets it.

    Raises RequestError where the system is out of use, MovedError where it has not answered or the request is closed.
    """
    found = SystemTask.objects.filter(pk=task_id).values_list("request", flat=True).first()
    if found is None:
        raise MovedError("This task is not on record any more.")
    request = transitions.lock(found)
    transitions.change(request, among=STANDING)
    task = SystemTask.objects.select_for_update(of=("self",)).select_related("system").get(pk=task_id)
    if task.answered_at is None or task.called_off_at:
        raise MovedError("This system has not answered yet.")
    if task.system.ended_on:
        raise RequestError("This system is out of use, and cannot be asked.")
    request.papers.filter(kind=PaperKind.SYSTEM, data__task=task.pk).delete()
    SystemTask.objects.filter(pk=task.pk).delete()
    timeline.record(request, Step.SYSTEM_CALLED_OFF, at=at, by=by, rule=f"system:{task.system_id}")
    _ask(request, [task.system], at=at, by=by)


def ended(request: Request, outcome: Outcome, *, at: dt.datetime, by: str) -> None:
    """Call off what a request asked that is closed without being carried out, and have undone what was done for it."""
    if outcome in _UNANSWERED:
        _call_off(request.system_tasks.all(), request, by=by, at=at, as_=ENDED)
    if undoing.is_in_vain(request, outcome):
        about = sought.told(request)
        undoing.have_undone(request.system_tasks.all(), request, about=about, at=at, as_=ENDED, by=by)


def mistaken(request: Request, wrong: Collection[Contact], *, at: dt.datetime, by: str) -> None:
    """Call off what was asked about the wrong people, and have undone what was done: others are asked anew.

    What is to be undone says whom it is about, since the request will not.
    """
    about, tasks = sought.naming(wrong), request.system_tasks.all()
    undoing.have_undone(tasks, request, about=about, at=at, as_=MISTAKEN, by=by)
    _call_off(tasks, request, by=by, at=at, as_=MISTAKEN, about=about)
    request.system_tasks.standing().filter(answered_at__isnull=False).delete()


def anew(request: Request, *, at: dt.datetime, by: str) -> None:
    """Ask systems to delete what they were asked to store: the objection is followed, and the person is to go."""
    _call_off(request.system_tasks.all(), request, by=by, at=at, as_=ANEW)
    request.system_tasks.standing().filter(answered_at__isnull=False).delete()
    open_for(request, at=at, by=by)


def _call_off(
    tasks: SystemTasks, request: Request, *, by: str, at: dt.datetime, as_: str, about: dict[str, Any] | None = None
) -> int:
    called = list(tasks.open().select_related("system"))
    for task in called:
        timeline.record(request, Step.SYSTEM_CALLED_OFF, at=at, by=by, rule=f"system:{task.system_id}")
    still_open = SystemTask.objects.open().filter(pk__in=[task.pk for task in called])
    named = sought.kept(about or {}, at=at)
    return still_open.update(
        called_off_at=at, called_off_by=as_, not_before=at, claimed_until=None, attempts=0, **named
    )


def sweep(*, at: dt.datetime, by: str) -> None:
    """Ask what has not been asked yet, such as a system that came into the register after the request."""

    @transaction.atomic
    def act(keys: list[int]) -> None:
        for request in Request.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
            open_for(request, at=at, by=by)

    held.sweep("requests", held.by_key(Request.objects.filter(state=State.OPEN, kind__in=KINDS)), act)
