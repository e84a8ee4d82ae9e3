"""A package before it has a form: what all of its files say, gathered once, so that they cannot disagree."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base.days import day_of
from contacts.models import PolicyVersion, Recipient
from contacts.outbox import notices
from dsr.package import gathering, periods, telling
from dsr.package.gathering import Section
from dsr.package.people import Person
from dsr.package.telling import Told

# Pages that people turn end somewhere; the files for machines have every row.
MOST_ROWS = 2_000
WIDEST = 6  # columns of a table that a page can show


@dataclass(frozen=True)
class Document:
    who: Person
    policy: PolicyVersion
    language: str
    at: dt.datetime
    sections: list[Section]
    told: Told

    @property
    def company(self) -> str:
        return str(self.policy.controller["name"])

    @property
    def title(self) -> str:
        return _("What %s holds about you") % self.company


def compose(who: Person, *, policy: PolicyVersion, language: str, at: dt.datetime) -> Document:
    """Gather what is held and what has to be told, as things stand at `at`. The language is active."""
    day = day_of(at, policy.zone)
    sections = gathering.gather(who, zone=policy.zone)
    kept = periods.kept(who, policy=policy, language=language, day=day)
    told = telling.tell(kept, sections, _recipients(who, day, at), policy=policy, language=language, day=day)
    return Document(who, policy, language, at, sections, told)


def _recipients(who: Person, day: dt.date, at: dt.datetime) -> list[Recipient]:
    """Return who outside has had what is held. What hangs on no contact stands on the systems of the standing ones."""
    if who.contact_ids:
        return list(notices.holders(who.contact_ids, at=at))
    return list(Recipient.objects.agreed(day).filter(standing=True))


def spoken(document: Document) -> dict[str, Any]:
    """Return what the pages for people say, as plain data: the same for PDF and HTML."""
    held = [section for section in document.sections if section.rows]
    return {
        "language": document.language,
        "title": document.title,
        "company": document.company,
        "company_address": document.policy.controller["address"],
        "privacy_contact": document.policy.controller["privacy_contact"],
        "called": _called(document.who),
        "prepared": _("Prepared on %s") % periods.full(day_of(document.at, document.policy.zone)),
        "sentences": document.told.sentences,
        "holds": [periods.held_by(hold) for hold in document.told.kept.holds],
        "reasons": [_reason(reason) for reason in document.told.kept.reasons],
        "sections": [_page(section) for section in held],
        "empty": [section.title for section in document.sections if not section.rows],
        "chapters": [_chapter(chapter) for chapter in document.told.chapters],
        "words": _words(),
    }


def _called(who: Person) -> str:
    known = list(dict.fromkeys([*who.names, *who.addresses]))
    return _("For %s") % ", ".join(known) if known else ""


def _reason(reason: periods.Reason) -> list[str]:
    return [reason.title, reason.until, reason.ground, f"{reason.came_from}, {reason.since}"]


def _chapter(chapter: telling.Chapter) -> dict[str, Any]:
    return {
        "key": chapter.key,
        "title": chapter.title,
        "article": _("Art. %s GDPR") % chapter.article,
        "texts": chapter.texts,
        "facts": [list(fact) for fact in chapter.facts],
    }


def _page(section: Section) -> dict[str, Any]:
    headings, rows = section.for_people(MOST_ROWS)
    is_table = len(headings) <= WIDEST and section.key != "contacts.Contact"
    records = [] if is_table else [_record(headings, row) for row in rows]
    return {
        "key": section.key.lower().replace(".", "-"),
        "title": section.title,
        "total": section.total,
        "count": counted(section.total),
        "headings": headings if is_table else [],
        "rows": rows if is_table else [],
        "labelled": [_labelled(headings, row) for row in rows] if is_table else [],
        "records": records,
        "cut": _cut(section.total),
    }


def _labelled(headings: list[str], row: list[str]) -> list[tuple[str, str]]:
    """Return the cells with their headings, which a narrow screen shows beside each."""
    return list(zip(headings, row, strict=True))


def _record(headings: list[str], row: list[str]) -> list[list[str]]:
    return [[heading, value] for heading, value in zip(headings, row, strict=True) if value]


def counted(total: int) -> str:
    """Return a number of entries in words."""
    text: str = ngettext("%s entry", "%s entries", total)
    return text % _grouped(total)


def _cut(total: int) -> str:
    if total <= MOST_ROWS:
        return ""
    text = _("The first %(shown)s of %(total)s; all of them are in the CSV and JSON files.")
    return text % {"shown": _grouped(MOST_ROWS), "total": _grouped(total)}


def _grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))


def _words() -> dict[str, Any]:
    return {
        "why": _("Why, and until when"),
        "why_headings": [_("Reason"), _("Until"), _("On which ground"), _("Came from, and when")],
        "what": _("What we hold"),
        "what_headings": [_("What"), _("How much"), _("Page")],
        "nothing_of": _("We hold nothing of these:"),
        "told": _("What you should know"),
        "everything": _("Everything, entry by entry"),
        "questions": _("Questions, or something wrong? Write to"),
        "unshown": _("Some letters cannot be printed here. The HTML page and the other files have them."),
    }
