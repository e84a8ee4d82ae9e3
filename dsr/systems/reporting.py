"""Hear from another system what it did: on the page of its task, by API, or from the officer who asked (L18)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext as _

from dsr.models import Enclosure, Request, SystemTask
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, PaperKind, Step, TaskAnswer

MOST_FILES = 10
# What a person can open, and what does nothing when they do.
FILES = (
    *(".csv", ".txt", ".json", ".xml", ".pdf", ".xlsx", ".ods", ".docx", ".odt", ".eml"),
    *(".png", ".jpg", ".jpeg", ".zip"),
)
MOST_BYTES = 10 * 1024 * 1024  # of all files of an answer
COPIES = (Kind.ACCESS, Kind.PORTABILITY)

type File = tuple[str, bytes]


@dataclass(frozen=True)
class Said:
    """An answer: its code, what there is to say of it, and the files that the person gets."""

    answer: TaskAnswer
    words: str = ""
    files: Sequence[File] = ()


@transaction.atomic
def report(task_id: int, said: Said, *, at: dt.datetime, by: str) -> None:
    """Take a system's answer, once. Raises RequestError where it has answered, need not, or something is missing.

    Words and files hang on the person, and are not kept where nobody is on file any more.
    """
    found = SystemTask.objects.filter(pk=task_id).values_list("request", flat=True).first()
    if found is None:
        raise RequestError(_("This task is not on record any more."))
    request = transitions.lock(found)
    task = SystemTask.objects.select_for_update().select_related("system").get(pk=task_id)
    if not task.is_open:
        raise RequestError(_("This task was answered before, or needs no answer any more."))
    _check(request, said)
    answered = {"answer": said.answer, "answered_at": at, "answered_by": by}
    SystemTask.objects.filter(pk=task.pk).update(**answered, sought={}, sought_until=None, claimed_until=None)
    _keep(request, task, said, at)
    timeline.record(request, Step.SYSTEM_ANSWERED, at=at, by=by, rule=f"system:{task.system_id}:{said.answer}")


def _check(request: Request, said: Said) -> None:
    if said.answer == TaskAnswer.KEPT and not said.words.strip():
        raise RequestError(_("Say what is kept, and by which law: the person is told."))
    if said.answer == TaskAnswer.DONE and request.kind in COPIES and not (said.words.strip() or said.files):
        raise RequestError(_("Send what the system holds: as a file, or in words."))
    _check_kinds(said)
    if said.answer == TaskAnswer.NOTHING and said.files:
        raise RequestError(_("Where nothing is held, there is no file to send."))
    if len(said.files) > MOST_FILES or sum(len(content) for _file, content in said.files) > MOST_BYTES:
        raise RequestError(
            _("Send %(files)d files and %(size)d MB at most.") % {"files": MOST_FILES, "size": MOST_BYTES // 1024**2}
        )


def _check_kinds(said: Said) -> None:
    """Raise RequestError for a file that a person could not open, or that could run when they do."""
    if wrong := [name for name, _content in said.files if PurePath(name).suffix.lower() not in FILES]:
        kinds = ", ".join(kind[1:] for kind in FILES)
        raise RequestError(
            _("%(file)s cannot be sent. Send files of these kinds: %(kinds)s.")
            % {"file": safe(wrong[0]), "kinds": kinds}
        )


def _keep(request: Request, task: SystemTask, said: Said, at: dt.datetime) -> None:
    person = timeline.person(request)
    if person is None and not request.is_standing:
        return
    if said.words.strip():
        data = {"system": task.system.name, "task": task.pk, "answer": said.answer}
        timeline.note(request, PaperKind.SYSTEM, said.words.strip(), data=data, at=at)
    Enclosure.objects.bulk_create(
        Enclosure(request=request, contact=person, task=task, name=safe(name), content=content, at=at)
        for name, content in said.files
    )


def safe(name: str) -> str:
    """Return a file's name without a path, and without what some system takes for one."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(each if each.isalnum() or each in " ._-()" else "_" for each in last).strip(" .")[:100] or "file"
