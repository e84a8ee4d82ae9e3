"""The report itself: all parts about one person, as a page and on paper, made on the spot and kept nowhere."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.base import audit
from contacts.look import papers
from privacy_crm.staff.person_report import agreed, asked, deleted, received, shown, why
from privacy_crm.staff.person_report.about import About, on
from privacy_crm.staff.person_report.parts import Part

TEMPLATE = Path(__file__).parent / "report.typ"

PARTS: tuple[Callable[[About], Part], ...] = (
    why.part,
    shown.part,
    agreed.part,
    received.part,
    deleted.part,
    asked.part,
)


class Purpose(models.TextChoices):
    """What the report is made for."""

    COMPLAINT = "on_complaint", gettext_lazy("a complaint at the authority")
    QUESTION = "on_question", gettext_lazy("another question of the authority")
    CLAIM = "on_claim", gettext_lazy("a legal claim")
    CHECK = "on_check", gettext_lazy("a check of our own")


@dataclass(frozen=True)
class Report:
    """`called` names the person; it is for the reader's eyes, and in nothing that is kept."""

    title: str
    called: str
    made: str
    language: str
    company: str
    address: str
    unnamed: str
    unshown: str
    parts: list[Part]


@transaction.atomic
def make(about: About, purpose: Purpose, reference: str, *, at: dt.datetime, by: str, paper: bool = False) -> Report:
    """Return the report in its language, and put on record who made it, and for what."""
    numbers: list[uuid.UUID | None] = [each.public_id for each in about.contacts]
    for number in numbers or [None]:
        audit.record(
            "person_report.fetched" if paper else "person_report.made",
            at=at,
            by=by,
            public_id=number,
            rule=f"{purpose}:{reference}",
        )
    with translation.override(about.language):
        return _composed(about, purpose, reference)


def pdf(report: Report, *, at: dt.datetime) -> bytes:
    """Return it as a tagged PDF (PDF/UA-1). The same report and moment give the same bytes."""
    said = asdict(report)
    try:
        return papers.typeset(TEMPLATE, said | {"unshown": ""}, at=at)
    except papers.UnshownError:
        return papers.typeset(TEMPLATE, said, at=at, ua=False)


def _composed(about: About, purpose: Purpose, reference: str) -> Report:
    company = about.policy.controller
    known = [*about.person.names, *about.person.addresses]
    facts = {"day": on(about.day), "purpose": purpose.label, "reference": reference}
    return Report(
        title=_("What %s did with the data of one person") % company["name"],
        called=_("About %s") % ", ".join(known or [_("a person without an address")]),
        made=_("Made on %(day)s for %(purpose)s, reference %(reference)s") % facts,
        language=about.language,
        company=company["name"],
        address=company["address"],
        unnamed=_(
            "Everything here is read from records that were made when it happened. What is not on record says “not"
            " known”. Our staff act under the company’s name and are not named."
        ),
        unshown=_("Some letters cannot be printed here. The page in the browser has them."),
        parts=[part(about) for part in PARTS],
    )
