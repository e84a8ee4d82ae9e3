"""A letter on paper, for whoever wants an answer by post: a page to look at, and a PDF to print. Stored nowhere."""

import base64
import datetime as dt
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django_countries import countries

from contacts.look import papers, tokens
from contacts.models import Contact, PolicyVersion
from dsr.answers import representation
from dsr.answers.answering import Draft
from dsr.letters.common import day
from dsr.models import Paper, Request
from dsr.records import timeline
from dsr.words.vocabulary import PaperKind

TEMPLATE = Path(__file__).parent / "letter.typ"


def html(request: Request, draft: Draft, *, policy: PolicyVersion, at: dt.datetime) -> str:
    """Return the sheet as a page."""
    return render_to_string("staff/letter_paper.html", {**_sheet(request, draft, policy, at), "font": tokens.FONT})


def data_url(request: Request, draft: Draft, *, policy: PolicyVersion, at: dt.datetime) -> str:
    """Return the sheet as a link that holds the whole PDF, so that no file with anybody's name lies anywhere."""
    made = pdf(request, draft, policy=policy, at=at)
    return f"data:application/pdf;base64,{base64.b64encode(made).decode()}"


def pdf(request: Request, draft: Draft, *, policy: PolicyVersion, at: dt.datetime) -> bytes:
    """Return the sheet as a tagged PDF, and as PDF/UA-1 where our fonts have all its letters."""
    said = _sheet(request, draft, policy, at)
    try:
        return papers.typeset(TEMPLATE, said, at=at)
    except papers.UnshownError:
        return papers.typeset(TEMPLATE, said, at=at, ua=False)


def again(kept: Paper, *, policy: PolicyVersion) -> bytes:
    """Return a letter as it was kept, to be printed once more: addressed to where its person lives now."""
    told = kept.data
    posted_on = dt.date.fromisoformat(told["posted_on"]) if "posted_on" in told else None
    to_person = kept.kind == PaperKind.NOTICE
    draft = Draft(told["subject"], kept.text, "", told["language"], posted_on=posted_on, to_person=to_person)
    return pdf(kept.request, draft, policy=policy, at=kept.at)


def _sheet(request: Request, draft: Draft, policy: PolicyVersion, at: dt.datetime) -> dict[str, Any]:
    controller = policy.controller
    with translation.override(draft.language):
        return {
            "language": draft.language,
            "company": controller["name"],
            "from": controller["address"],
            "to": _addressee(request, draft),
            "day": day(draft.posted_on or at.astimezone(policy.zone).date()),
            "subject": draft.subject,
            "paragraphs": [words.strip() for words in draft.whole.split("\n\n") if words.strip()],
            "foot": " · ".join([controller["name"], controller["number"], controller["privacy_contact"]]),
        }


def _addressee(request: Request, draft: Draft) -> list[str]:
    """Return the address field: of who acts for the person, unless the letter is for the person alone."""
    acting = None if draft.to_person else representation.of(request)
    return [acting.name, *acting.post.splitlines()] if acting else _addressed(timeline.person(request))


def _addressed(person: Contact | None) -> list[str]:
    """Return the lines of the address field; whoever posts it completes what we do not hold."""
    if person is None:
        return []
    name = f"{person.first_name} {person.last_name}".strip()
    place = f"{person.postal_code} {person.city}".strip()
    country = str(countries.name(person.country)) if person.country else ""
    return [line for line in (name, person.address, place, country) if line]
