"""What happened to a request, when and by whom: a line of its timeline, in codes, and one of the audit trail."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from contacts.base import audit
from contacts.models import Contact
from dsr.models import Entry, Paper, Request, Requests
from dsr.words.vocabulary import ASKED_NOBODY, Kind, PaperKind, State, Step

# What an entry says that somebody was found, and does not say who asks.
TAKEN_OFF = "taken_off"
ADDRESS = "address"
_OF_NOBODY = (TAKEN_OFF, ADDRESS, ASKED_NOBODY)

# What an entry says where an address was proven, and nobody knows yet whether the record under it is its owner's.
MAILBOX = "mailbox"


def record(request: Request, step: Step, *, at: dt.datetime, by: str, rule: str = "") -> None:
    """Write one line. `rule` is a code, never a word of anybody's."""
    Entry.objects.create(request=request, at=at, by=by, step=step, rule=rule)
    audit.record(f"request.{step}", at=at, by=by, public_id=request.public_id, rule=rule or request.kind)


def record_each(requests: Collection[Request], step: Step, *, at: dt.datetime, by: str, rule: str = "") -> None:
    """Write the same line for each of several requests, in two statements."""
    Entry.objects.bulk_create(Entry(request=request, at=at, by=by, step=step, rule=rule) for request in requests)
    numbers = [request.public_id for request in requests]
    audit.record_each(f"request.{step}", numbers, at=at, by=by, rule=rule)


def note(
    request: Request, kind: PaperKind, text: str = "", *, at: dt.datetime, data: dict[str, Any] | None = None
) -> Paper:
    """Keep something in words, as long as the person is held."""
    return Paper.objects.create(request=request, contact=person(request), kind=kind, at=at, text=text, data=data or {})


def person(request: Request) -> Contact | None:
    """Return the first of the records that a request is about, on which its papers hang."""
    subject = request.subjects.select_related("contact").order_by("pk").first()
    return subject.contact if subject else None


def is_hearsay(request: Request) -> bool:
    """Tell whether we may have heard from somebody else what a request says, so that nobody says the person asked."""
    return request.kind == Kind.LEAVER and not request.entries.filter(step=Step.PROVEN).exists()


def people(request: Request) -> list[Contact]:
    """Return the records that a request is about, the first one first."""
    return [subject.contact for subject in request.subjects.select_related("contact").order_by("pk")]


def resting_state(request: Request) -> State:
    """Return the state of a request that waits for nobody: whether it is known whom it is about, and who asks."""
    sure = made_sure(Request.objects.filter(pk=request.pk)).exists()
    return State.OPEN if sure and request.subjects.exists() else State.NEW


def made_sure(found: Requests) -> Requests:
    """Return those of which the person has proven who they are, or the officer has said how that is known."""
    identified = Q(step=Step.IDENTIFIED) & ~Q(rule__in=_OF_NOBODY)
    proven = Q(step=Step.PROVEN) & ~Q(rule=MAILBOX)
    sure = Entry.objects.filter(proven | identified)
    return found.filter(pk__in=sure.values("request"))
