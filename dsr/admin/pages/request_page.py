"""Everything that the page of a request shows, from top to bottom, with as many queries for many papers as for one."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.admin.shared import acts
from contacts.admin.shared.people import name_of
from contacts.models import Contact, PolicyVersion, RecipientNotice, System
from dsr.admin import proposals
from dsr.admin.pages import inbox, letter_words, next_steps, representative_words, request_words, systems_words
from dsr.models import Attachment, Entry, Handover, Request
from dsr.records import deadlines, paper_words
from dsr.records.deadlines import Deadline
from dsr.words.vocabulary import PaperKind, State, Step
from retention.forecasts import explain, words

# What stands on the page at a place of its own.
_PLACED = {*letter_words.THREAD, PaperKind.STATEMENT, PaperKind.IDENTITY, PaperKind.ADDRESS}


@dataclass(frozen=True)
class Person:
    """Somebody on file whom a request is about: `why` says why they are held, and until when."""

    contact: Contact
    name: str
    url: str
    why: list[str]
    restricted: bool


def fill(record: Request, policy: PolicyVersion | None, day: dt.date) -> dict[str, Any]:
    papers = list(record.papers.prefetch_related(Prefetch("attachments", Attachment.objects.defer("content"))))
    entries = list(record.entries.all())
    contacts = [subject.contact for subject in _subjects(record)]
    people = [_person(contact, policy, day) for contact in contacts]
    who = request_words.who([person.name for person in people], papers)
    return {
        "headline": request_words.headline(record, representative_words.speaker(record, who)),
        "standing": request_words.standing(record, day),
        "tone": inbox.standing(record, day)[0],
        "main": next_steps.act(record, day),
        "next": next_steps.of(record, day, found=bool(people)),
        "dates": dates(record, day),
        "asker": request_words.asker(record, papers, entries),
        "acting": representative_words.of(record, day),
        "statement": next((paper for paper in papers if paper.kind == PaperKind.STATEMENT), None),
        "typed": request_words.typed(papers),
        "people": people,
        "proposed": proposals.of(record, contacts, policy, day) if record.is_standing else [],
        "duplicates": _duplicates(record, day),
        "noted": [(paper, paper_words.rows(paper.data)) for paper in papers if paper.kind not in _PLACED],
        "handovers": _handovers(record, policy),
        "systems": systems_words.of(record, day),
        "waits": systems_words.waits(record),
        **letter_words.thread([paper for paper in papers if paper.kind in letter_words.THREAD], record),
        "worker": worker(record),
        "certificates": list(record.certificates.all()),
        "notices": _notices(contacts),
        "timeline": timeline(entries),
    }


def dates(record: Request, day: dt.date) -> list[tuple[str, str]]:
    """Return both dates; and where the clock waited or was given more time, what they would be without, and why."""
    shown = [(_("Received on"), date_format(record.received_on))]
    if record.paused_since:
        waited = record.paused_days + (day - record.paused_since).days
        extended = bool(record.extended_on)
        then = deadlines.deadline(record.received_on, extended=extended, paused_days=waited)
        shown.append((_("Answer by, if they answered today"), _both(then)))
    elif record.state != State.CLOSED:
        shown.append((_("Answer by"), _both(Deadline(record.safe_on, record.legal_on))))
    if record.paused_days or record.paused_since:
        shown.append((_("Without the pause"), _both(deadlines.unpaused(record))))
        shown.append((_("Paused, waiting for the person"), _waited(record)))
    if record.extended_on:
        text = _("since %s, noted too late") if record.extended_late else _("since %s")
        shown.append((_("Extended by two months"), text % date_format(record.extended_on)))
    if record.agreed_by:
        shown.append((_("Promised to the person by"), date_format(record.agreed_by)))
    if record.closed_on:
        shown.append((_("Closed on"), date_format(record.closed_on)))
    return shown


def worker(record: Request) -> str:
    """Return who works on it, by the name of their account; empty where nobody does yet."""
    return acts.who([record.worked_on_by])[record.worked_on_by] if record.worked_on_by else ""


def timeline(entries: list[Entry]) -> list[tuple[Entry, str, str]]:
    """Return each entry with what happened and who did it, in words."""
    ids = {number for number in map(_user, entries) if number}
    names = dict(get_user_model().objects.filter(pk__in=ids).values_list("pk", "username")) if ids else {}
    systems = _systems_of(entries)
    return [(entry, _deed(entry, systems), names.get(_user(entry) or 0) or _by(entry)) for entry in entries]


def _deed(entry: Entry, systems: dict[str, str]) -> str:
    name = systems.get(_system_of(entry))
    return f"{request_words.deed(entry)}: {name}" if name else request_words.deed(entry)


def _systems_of(entries: list[Entry]) -> dict[str, str]:
    """Return the names of the other systems that entries are about, by their keys."""
    keys = {key for key in map(_system_of, entries) if key}
    found = System.objects.filter(pk__in=keys).values_list("pk", "name") if keys else []
    return {str(pk): name for pk, name in found}


def _system_of(entry: Entry) -> str:
    kind, _colon, rest = entry.rule.partition(":")
    return rest.partition(":")[0] if kind == "system" and entry.step in _OF_SYSTEMS else ""


def _subjects(record: Request) -> Any:
    return record.subjects.select_related("contact__organisation").order_by("pk")


def _person(contact: Contact, policy: PolicyVersion | None, day: dt.date) -> Person:
    why: list[str] = []
    if policy:
        why = words.sentences(explain.of_one(contact, policy=policy, day=day), contact, policy, day)
    restricted = contact.restricted_through is not None and contact.restricted_through >= day
    url = reverse("admin:contacts_contact_change", args=[contact.public_id])
    return Person(contact, name_of(contact), url, why, restricted)


def _both(due: Deadline) -> str:
    told = {"safe": date_format(due.safe_on), "legal": date_format(due.legal_on)}
    return _("%(safe)s, by law at the latest on %(legal)s") % told


def _waited(record: Request) -> str:
    days = ngettext("%d day", "%d days", record.paused_days) % record.paused_days
    if record.paused_since is None:
        return days
    since = _("since %s") % date_format(record.paused_since)
    return f"{days}, {since}" if record.paused_days else since


def _duplicates(record: Request, day: dt.date) -> list[tuple[str, str, str]]:
    found = Request.objects.duplicates_of(record).by_due() if record.is_standing else []
    url = "admin:dsr_request_change"
    return [(other.number, reverse(url, args=[other.public_id]), capfirst(inbox.due(other, day))) for other in found]


def _handovers(record: Request, policy: PolicyVersion | None) -> list[tuple[Handover, dt.date]]:
    """Return each package that was made ready, with the last day on which it can be fetched."""
    zone = policy.zone if policy else timezone.get_default_timezone()
    return [(handover, handover.last_day(zone)) for handover in record.handovers.all()]


def _notices(contacts: list[Contact]) -> list[RecipientNotice]:
    references = [contact.public_id for contact in contacts]
    found = RecipientNotice.objects.filter(reference__in=references).select_related("recipient")
    return list(found.order_by("created_at", "pk")) if references else []


def _user(entry: Entry) -> int | None:
    kind, _colon, number = entry.by.partition(":")
    return int(number) if kind == "user" and number.isdecimal() else None


_OF_SYSTEMS = {Step.SYSTEM_ASKED, Step.SYSTEM_ANSWERED, Step.SYSTEM_CALLED_OFF, Step.SYSTEM_UNDONE}
_THE_PERSONS = {Step.PROVEN, Step.FETCHED, Step.OBJECTED, Step.WITHDRAWN, Step.RECEIVED}


def _by(entry: Entry) -> str:
    """Return who did it, where it was no member of staff."""
    if entry.by.startswith("user:"):
        return _("somebody who has no account any more")
    if entry.by.startswith("system:"):
        return _("its owner")
    return _("the person") if entry.step in _THE_PERSONS else _("by itself")
