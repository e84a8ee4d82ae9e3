"""Entries of the trail as sentences, a few queries for however many entries.

No name of a person is read here: a list of entries is no look at a hundred people (ADR 0080).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from contacts.models import AuditEvent
from dsr.models import Request
from privacy_crm.staff.trail import actors, deeds, places

LIST = "admin:contacts_auditevent_changelist"
SEES_PEOPLE = "contacts.see_reduced"


@dataclass(frozen=True)
class Told:
    """An entry in words."""

    actor: str
    deed: SafeString  # the person in it is a link
    plain: str
    place: str


def tell(events: Sequence[AuditEvent], user: Any) -> list[Told]:
    """Return each entry in words, as far as this user may see what they are about."""
    who = actors.named(event.by for event in events)
    where = places.told((event.rule for event in events), user)
    numbers = _numbers(events)
    return [_told(event, who[event.by], where[event.rule], numbers, user) for event in events]


def short(public_id: uuid.UUID) -> str:
    """Return a short number for an id: enough to tell people on one page apart, though not all people there are."""
    digits = f"{int.from_bytes(public_id.bytes[:4]) % 10**8:08}"
    return f"{digits[:4]} {digits[4:]}"


def person(public_id: uuid.UUID | None, user: Any) -> str:
    """Return what a list calls a person: never by name."""
    if public_id is None:
        return _("somebody")
    return _("a contact") if user.has_perm(SEES_PEOPLE) else _("Person %s") % short(public_id)


def _numbers(events: Sequence[AuditEvent]) -> dict[uuid.UUID, str]:
    """Return the numbers of the requests that entries are about."""
    ids = {event.public_id for event in events if event.public_id and deeds.about_request(event.code)}
    return {each.public_id: each.number for each in Request.objects.filter(public_id__in=ids)} if ids else {}


def _told(event: AuditEvent, actor: str, place: str, numbers: dict[uuid.UUID, str], user: Any) -> Told:
    words = str(deeds.deed(event.code))
    name, link = _subject(event, numbers, user)
    shown = format_html('<a href="{}">{}</a>', link, name) if link else conditional_escape(name)
    beginning = actor if event.by.startswith(actors.STAFF) else capfirst(actor)
    return Told(beginning, mark_safe(_filled(conditional_escape(words), shown)), _filled(words, name), place)  # noqa: S308


def _filled(words: str, subject: str) -> str:
    return words.replace("%(person)s", subject).replace("%(request)s", subject)


def _subject(event: AuditEvent, numbers: dict[uuid.UUID, str], user: Any) -> tuple[str, str]:
    """Return what an entry is about and where that leads: to all entries about a person, or to a request."""
    if not deeds.about_request(event.code):
        link = f"{reverse(LIST)}?person={event.public_id}" if event.public_id else ""
        return person(event.public_id, user), link
    if event.public_id is None or not user.has_perm("dsr.view_request"):
        return (_("request %s") % short(event.public_id) if event.public_id else _("a request")), ""
    if event.public_id not in numbers:
        return _("a request that is gone"), ""
    return _("request %s") % numbers[event.public_id], reverse("admin:dsr_request_change", args=[event.public_id])
