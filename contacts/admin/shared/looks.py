"""Who has looked at whom: on their page, on a list, in a search. Written down by id (ADR 0016)."""

import uuid
from collections.abc import Iterable

from django.http import HttpRequest
from django.utils import timezone

from contacts.admin.shared import acts
from contacts.base import audit


def note_look(request: HttpRequest, people: Iterable[uuid.UUID], page: str) -> None:
    """Record that this user has looked at the page of these people, or at one that shows their details."""
    if request.method != "HEAD" and (seen := list(people)):
        audit.record_each("contact.viewed", seen, at=timezone.now(), by=acts.by(request), rule=f"page:{page}")


def note_list(request: HttpRequest, people: Iterable[uuid.UUID], rule: str) -> None:
    """Record that this user has opened a list with these people on it."""
    if request.method != "HEAD" and (seen := list(dict.fromkeys(people))):
        audit.record_each("contact.listed", seen, at=timezone.now(), by=acts.by(request), rule=rule)


def note_search(request: HttpRequest, people: list[uuid.UUID]) -> None:
    """Record that this user has searched, and whom the page with the answer shows: never what was searched for."""
    by, now = acts.by(request), timezone.now()
    audit.record("contact.searched", at=now, by=by, rule=f"found:{len(people)}")
    if people:
        audit.record_each("contact.found", people, at=now, by=by, rule="")
