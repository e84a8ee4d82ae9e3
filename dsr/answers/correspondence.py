"""What is written about a request beside its answer: letters, what came in, notes, and who works on it."""

import datetime as dt
from dataclasses import dataclass
from pathlib import PurePath

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from dsr.answers import answering
from dsr.answers.answering import Draft
from dsr.models import Attachment, Paper, Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import STANDING, PaperKind, Source, State, Step

# What people send, and what a browser may be told that it is. Nothing of it is ever shown by us, only downloaded.
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".txt": "text/plain",
    ".eml": "message/rfc822",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
}
MEGABYTES = 10

_KNOWN = (*STANDING, State.CLOSED)


@dataclass(frozen=True)
class Enclosed:
    """A file that came with what came in."""

    name: str
    content: bytes


@transaction.atomic
def write(request_id: int, draft: Draft, *, at: dt.datetime, by: str) -> Paper:
    """Send a letter that decides nothing: the request stays as it is, and its clock as well.

    Raises RequestError where we have nowhere to write to; MovedError where the request is not on record.
    """
    request = _of_somebody(request_id)
    return answering.send(request, draft, at=at, by=by)


@transaction.atomic
def came_in(
    request_id: int,
    words: str,
    *,
    source: Source,
    on: dt.date,
    enclosed: Enclosed | None = None,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Paper:
    """Keep what the person wrote, said or sent on a day, with a file where there is one.

    Raises RequestError for a day to come, for nothing, and for a file of a kind or size that is not kept.
    """
    if on > day_of(at, policy.zone):
        raise RequestError(_("It cannot have come in on a day to come."))
    if not words.strip() and enclosed is None:
        raise RequestError(_("Say what came in, or choose a file."))
    if enclosed:
        check(enclosed.name, len(enclosed.content))
    request = _of_somebody(request_id)
    data = {"source": source, "came_on": on.isoformat()}
    paper = timeline.note(request, PaperKind.INCOMING, words, data=data, at=at)
    if enclosed:
        size = len(enclosed.content)
        Attachment.objects.create(paper=paper, name=enclosed.name, size=size, content=enclosed.content)
    timeline.record(request, Step.CAME_IN, at=at, by=by, rule=source)
    return paper


def check(name: str, size: int) -> None:
    """Raise RequestError where a file of this name and size, in bytes, is not kept."""
    if PurePath(name).suffix.lower() not in MEDIA_TYPES:
        kinds = ", ".join(kind[1:] for kind in MEDIA_TYPES)
        raise RequestError(_("Choose a file of one of these kinds: %(kinds)s.") % {"kinds": kinds})
    if size > MEGABYTES * 1_000_000:
        raise RequestError(_("The file is larger than %(most)s MB.") % {"most": MEGABYTES})
    if not size:
        raise RequestError(_("The file is empty."))


@transaction.atomic
def note(request_id: int, words: str, *, at: dt.datetime, by: str) -> Paper:
    """Keep a note of ours. It is about the person, too: they get it with their data, and it goes with them.

    Raises RequestError where nothing is said, or nobody is on file any more.
    """
    if not words.strip():
        raise RequestError(_("Write the note."))
    request = _of_somebody(request_id)
    paper = timeline.note(request, PaperKind.NOTE, words, at=at)
    timeline.record(request, Step.NOTED, at=at, by=by)
    return paper


@transaction.atomic
def assign(request_id: int, to: str, *, at: dt.datetime, by: str) -> None:
    """Say who works on a request: `user:ID`, or nobody where empty. Raises MovedError where it is closed."""
    request = transitions.lock(request_id)
    transitions.change(request, among=STANDING, worked_on_by=to)
    timeline.record(request, Step.ASSIGNED, at=at, by=by, rule=to or "nobody")


def _of_somebody(request_id: int) -> Request:
    """Lock a request of which papers are kept: while it stands, and later as long as its person is held."""
    request = transitions.lock(request_id)
    transitions.change(request, among=_KNOWN)
    if request.state == State.CLOSED and not request.subjects.exists():
        raise RequestError(_("Nobody is on file any more, and nothing is kept about them."))
    return request
