"""A request in sentences: who asked what and when, by when it is to be answered, and what is next."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.admin.pages import inbox
from dsr.answers import duplicates
from dsr.intake import amending, representing
from dsr.models import UNDELIVERED, Entry, Paper, Request
from dsr.records import paper_words, timeline
from dsr.words.vocabulary import (
    ASKED_NOBODY,
    LATE,
    SCOPE,
    SCOPE_ON,
    ErasureGround,
    Kind,
    Outcome,
    PaperKind,
    RefusalGround,
    RepresentativeEnd,
    RepresentativeKind,
    Source,
    Step,
)

_HEADLINES = {
    Kind.ACCESS: gettext_lazy("%(who)s asked us on %(day)s for access to their details."),
    Kind.RECTIFICATION: gettext_lazy("%(who)s asked us on %(day)s to correct their details."),
    Kind.ERASURE: gettext_lazy("%(who)s asked us on %(day)s to delete their details."),
    Kind.RESTRICTION: gettext_lazy("%(who)s asked us on %(day)s to restrict use of their data."),
    Kind.PORTABILITY: gettext_lazy("%(who)s asked us on %(day)s for a download of their data."),
    Kind.MARKETING_OBJECTION: gettext_lazy("%(who)s told us on %(day)s to stop all marketing."),
    Kind.OBJECTION: gettext_lazy("%(who)s objected on %(day)s to what we use their details for."),
    Kind.WITHDRAWAL: gettext_lazy("%(who)s withdrew consent on %(day)s."),
    Kind.COMPLAINT: gettext_lazy("%(who)s complained to us on %(day)s."),
    Kind.LEAVER: gettext_lazy("%(who)s told us on %(day)s that they have left their organisation."),
}
_LEAVER_HEARD = gettext_lazy("Staff heard on %(day)s that %(who)s has left the organisation.")

# Who they are is told under another heading.
_WHO = {"name", "address", "old_address", "language"}


def who(names: Sequence[str], papers: Sequence[Paper]) -> str:
    """Return whom a headline names: who was found, or how somebody calls themselves."""
    if names:
        return str(get_text_list(list(dict.fromkeys(names)), _("and")))
    called = _said(papers).get("name")
    return _("Somebody who calls themselves “%s”") % called if called else _("Somebody")


def headline(record: Request, name: str) -> str:
    heard = record.kind == Kind.LEAVER and record.passed_on_by
    text = str(_LEAVER_HEARD if heard else _HEADLINES[Kind(record.kind)])
    sentence: str = capfirst(text % {"who": name, "day": date_format(record.received_on)})
    return sentence


def standing(record: Request, day: dt.date) -> str:
    """Return by when it is to be answered, or how it ended."""
    told = {"safe": date_format(record.safe_on), "legal": date_format(record.legal_on)}
    if record.closed_on:
        ended = {"day": date_format(record.closed_on), "outcome": Outcome(record.outcome).label}
        return " ".join([_("Closed on %(day)s: %(outcome)s.") % ended, *_grounds(record)])
    if record.paused_since:
        return _waiting(record, record.paused_since)
    if record.safe_on < day:
        late = {**told, "late": inbox.left(record.safe_on, day)}
        text = _("Answer today: it was due by %(safe)s and is %(late)s.")
        by_law = (
            _("The last day by law is %(legal)s.")
            if record.legal_on >= day
            else _("The last day by law was %(legal)s.")
        )
        return f"{text % late} {by_law % told}"
    text = _("Answer by %(safe)s, %(left)s; by law at the latest on %(legal)s.")
    return text % {**told, "left": inbox.left(record.safe_on, day)}


def _waiting(record: Request, since: dt.date) -> str:
    text = _(
        "We asked them a question, and the deadline is paused since %(since)s. Once they answer, you get the days back."
    )
    if record.safe_on < since:
        text = _("We asked them a question on %(since)s, after the answer had been due by %(safe)s.")
    return text % {"safe": date_format(record.safe_on), "since": date_format(since)}


def _grounds(record: Request) -> list[str]:
    ground = [_decided(record)] if record.ground else []
    refusal = [_("Refused because: %s.") % _ground(record.kind, record.refusal)] if record.refusal else []
    return ground + refusal


def _decided(record: Request) -> str:
    """Return on which ground it was done. Whoever objected may be held on, for something else."""
    if record.kind == Kind.OBJECTION:
        return _("The objection was accepted: no interest of ours weighs more.")
    return _("Deleted because: %s.") % ErasureGround(record.ground).label


def asker(record: Request, papers: Sequence[Paper], entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """Return who asks, as far as they say, how it was made sure, and where the answers go."""
    said = _said(papers)
    rows = [
        (_("Came in by"), _came(record)),
        (_("They call themselves"), str(said.get("name") or "")),
        (_("Address they gave"), str(said.get("address") or "")),
        (_("Address they used before"), str(said.get("old_address") or "")),
        (_("Address confirmed"), _proven(entries)),
    ]
    rows += [(_("How we know who asks"), paper.text) for paper in papers if paper.kind == PaperKind.IDENTITY]
    for paper in papers:
        if paper.kind == PaperKind.ADDRESS:
            rows.append((_("Answers go to"), f"{paper.text} ({paper.data.get('how', '')})"))
    return [(label, value) for label, value in rows if value]


def typed(papers: Sequence[Paper]) -> list[tuple[str, str]]:
    """Return what the person filled in besides words, by name."""
    return paper_words.rows({name: value for name, value in _said(papers).items() if name not in _WHO})


def deed(entry: Entry) -> str:
    """Return what an entry of the timeline tells."""
    if entry.step in {Step.IDENTIFIED, Step.PROVEN} and entry.rule in _FOUND_OUT:
        return str(_FOUND_OUT[entry.rule])
    if entry.step == Step.ASKED and entry.rule in _QUESTIONS:
        return str(_QUESTIONS[entry.rule])
    if entry.rule == UNDELIVERED:
        posted = entry.step == Step.LETTER
        return _("Letter that never left was sent by post") if posted else _("Letter never left; nothing could be done")
    if entry.step == Step.RECEIVED and entry.rule.startswith((amending.AMENDED, duplicates.AGAIN)):
        return _received(entry.rule)
    if entry.step == Step.REPRESENTED:
        return _represented(entry.rule)
    label, detail = str(capfirst(Step(entry.step).label)), _detail(entry)
    return f"{label}: {detail}" if detail else label


_FOUND_OUT = {
    timeline.TAKEN_OFF: gettext_lazy("A person was taken off the request"),
    timeline.ADDRESS: gettext_lazy("Another address for the answers verified"),
    timeline.MAILBOX: gettext_lazy("The address was confirmed; whether the record is theirs is not known yet"),
    ASKED_NOBODY: gettext_lazy("The question had gone to somebody else: the deadline runs again"),
}


def _represented(rule: str) -> str:
    if rule in RepresentativeKind.values:
        return _("Somebody acts for the person: %s") % RepresentativeKind(rule).label
    if rule in RepresentativeEnd.values:
        return _("Nobody acts for the person any more: %s") % RepresentativeEnd(rule).label
    if rule == representing.AGREED:
        return _("The person agreed that somebody acts for them")
    return _("Noted why the person cannot be told who acts for them")


_QUESTIONS = {
    LATE: gettext_lazy("Question asked; the deadline was not paused"),
    SCOPE: gettext_lazy("Asked what the request is about; the deadline is paused"),
    SCOPE_ON: gettext_lazy("Asked what the request is about; the deadline was not paused"),
}


def _detail(entry: Entry) -> str:
    if entry.step == Step.REFUSED and entry.rule in RefusalGround.values:
        return _ground(entry.request.kind, entry.rule)
    codes = _DETAILS.get(Step(entry.step))
    return str(codes(entry.rule).label) if codes and entry.rule in codes.values else ""


def _ground(kind: str, refusal: str) -> str:
    """Return why something was refused; against an objection, a legal claim is a ground by another article."""
    if kind == Kind.OBJECTION and refusal == RefusalGround.LEGAL_CLAIMS:
        return _("needed for legal claims (Art. 21(1))")
    return str(RefusalGround(refusal).label)


def _received(rule: str) -> str:
    if rule.startswith(amending.AMENDED):
        return _amended(rule)
    return _("Asked once more, under number %s") % rule.removeprefix(duplicates.AGAIN)


def _amended(rule: str) -> str:
    kind, on = amending.before(rule)
    told = {"kind": Kind(kind).label, "day": date_format(on)}
    return _("Day or kind corrected; before: %(kind)s, received on %(day)s") % told


_DETAILS: dict[Step, Any] = {
    Step.CLOSED: Outcome,
    Step.RECEIVED: Source,
    Step.PASSED_ON: Source,
    Step.ERASED: ErasureGround,
}


def _said(papers: Sequence[Paper]) -> dict[str, Any]:
    statement = next((paper for paper in papers if paper.kind == PaperKind.STATEMENT), None)
    return statement.data if statement else {}


def _came(record: Request) -> str:
    source = record.get_source_display()
    return _("%s, passed on by staff") % source if record.passed_on_by else source


def _proven(entries: Sequence[Entry]) -> str:
    proven = next((entry for entry in entries if entry.step == Step.PROVEN), None)
    return _("by the person on %s") % date_format(proven.at) if proven else ""
