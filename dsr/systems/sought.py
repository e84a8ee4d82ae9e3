"""Whom another system is to look for: read from the request as long as its people are on file, and no longer (L18)."""

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from contacts.base import held
from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from dsr.models import SOUGHT, Request, SystemTask, SystemTasks
from dsr.records import timeline
from dsr.systems import asking_words
from dsr.words.vocabulary import Kind, PaperKind, TaskAnswer

# What the person says of these tells the system what to do.
_WITH_WORDS = (Kind.RECTIFICATION, Kind.OBJECTION, Kind.RESTRICTION)


def of(task: SystemTask) -> dict[str, Any]:
    """Return names, addresses and companies to look for, and the person's words where the system needs them.

    Empty once it has answered, or need not any more; not where it only stores them, nor where it is to undo something.
    """
    if task.is_to_undo:
        return dict(task.sought)
    if not task.is_open and not _is_stored(task):
        return {}
    return task.sought or told(task.request)


def on_page(task: SystemTask) -> dict[str, Any]:
    """Return the same for the page behind an owner's link, which names nobody who need not be looked for now."""
    return of(task) if task.is_open or task.is_to_undo else {}


def _is_stored(task: SystemTask) -> bool:
    """Tell whether a system only stores what it holds, and has to find the person again once that ends."""
    stores = task.answer == TaskAnswer.DONE and asking_words.code(task.request) == "restrict"
    return stores and task.lifted_told_at is None and task.system.ended_on is None


def told(request: Request) -> dict[str, Any]:
    """Return whom a request is about, as a system needs it."""
    people = timeline.people(request)
    statement = request.papers.filter(kind=PaperKind.STATEMENT).order_by("pk").first()
    said = statement.data if statement and not people else {}
    found: dict[str, Any] = {**_named(people, said)}
    words = statement.text if statement and request.kind in _WITH_WORDS else ""
    return {name: value for name, value in {**found, "words": words}.items() if value}


def naming(people: Collection[Contact]) -> dict[str, Any]:
    """Return how these people are found."""
    return {name: value for name, value in _named(people).items() if value}


def kept(about: dict[str, Any], *, at: dt.datetime) -> dict[str, Any]:
    """Return the fields of a task that says by itself whom it is about, and until when."""
    policy = PolicyVersion.objects.in_force()
    day = day_of(at, policy.zone) if policy else at.date()
    return {"sought": about, "sought_until": day + SOUGHT if about else None}


def _named(people: Collection[Contact], said: Mapping[str, Any] = MappingProxyType({})) -> dict[str, list[str]]:
    names = [f"{person.first_name} {person.last_name}".strip() for person in people] + [said.get("name")]
    emails = [person.email for person in people] + [said.get("address"), said.get("old_address")]
    companies = [person.organisation.name if person.organisation else person.company for person in people]
    return {"names": _once(names), "emails": _once(emails), "companies": _once(companies)}


def _once(texts: list[Any]) -> list[str]:
    return list(dict.fromkeys(str(text) for text in texts if text))


def leave_to(request: Request, *, day: dt.date) -> list[int]:
    """Have the tasks that are still open say whom they are about, before these are deleted, and return their keys."""
    still_open = list(request.system_tasks.open())
    if about := told(request):
        _drop_undone(about)
        ends = {"sought": about, "sought_until": day + SOUGHT}
        SystemTask.objects.filter(pk__in=[task.pk for task in still_open]).update(**ends)
    return [task.pk for task in still_open]


def _drop_undone(about: dict[str, Any]) -> None:
    """Forget them where a system was to undo something about them: everything about them goes."""
    undone = SystemTask.objects.filter(called_off_at__isnull=False)
    for address in about.get("emails", []):
        undone.filter(sought__emails__contains=[address]).update(sought={}, sought_until=None)


def forget(*, day: dt.date) -> int:
    """Forget whom open tasks are about once their time is over, answered or not, and return how many there were."""
    over: SystemTasks = SystemTask.objects.filter(sought_until__lt=day)
    gone: list[int] = []

    def act(keys: list[int]) -> None:
        gone.append(SystemTask.objects.filter(pk__in=keys).update(sought={}, sought_until=None))

    held.sweep("tasks of other systems", held.by_key(over), act)
    return sum(gone)
