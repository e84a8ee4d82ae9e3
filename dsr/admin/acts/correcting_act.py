"""The officer corrects or completes details: what is on file beside what it will say."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act
from contacts.models import Contact
from dsr.admin.letters import LetterForm
from dsr.answers.answering import Draft
from dsr.decisions import correcting
from dsr.letters import corrections
from dsr.letters.corrections import CALLED
from dsr.models import Request
from dsr.records import timeline
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, PaperKind, State


class CorrectForm(LetterForm):
    """A field for each detail of each record of the person, named `contact-detail`."""

    submit = gettext_lazy("Correct and send the letter")
    reveals = True
    body_template = "staff/correction.html"

    refused = fields.long_text(
        gettext_lazy("What do you not correct, and why?"),
        required=False,
        help_text=gettext_lazy("The person reads it, and where to complain. Leave it empty where all is corrected."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.people = timeline.people(record)
        said = _asked(record)
        for person in self.people:
            for name in CALLED:
                self.fields[f"{person.pk}-{name}"] = _field(person, name, said, self._label(person, name))
        self.order_fields([*(name for name in self.fields if "-" in name)])

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """What is on file and what it will say, side by side, of whatever is to change."""
        return [
            (self._label(person, name), str(getattr(person, name) or ""), value)
            for person in self.people
            for name, value in correcting.changed(person, self._typed(person)).items()
        ]

    def draft(self) -> Draft:
        values = {name: value for each in self._changes().values() for name, value in each.items()}
        if not values:
            raise RequestError(_("Nothing would change: these are the details on file."))
        told = {"values": values, "refused": self.cleaned_data["refused"]}
        return corrections.corrected(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        refused = self.cleaned_data["refused"]
        correcting.correct(
            self.record.pk, self._changes(), self.letter(), refused=refused, policy=self.policy, at=at, by=by
        )
        return _("The details are corrected, and the letter is on its way. Recipients are told.")

    def _changes(self) -> dict[int, dict[str, str]]:
        found = {person.pk: correcting.changed(person, self._typed(person)) for person in self.people}
        return {pk: values for pk, values in found.items() if values}

    def _typed(self, person: Contact) -> dict[str, str]:
        """Return the values as they stand in the form, typed or proposed."""
        return {name: str(self[f"{person.pk}-{name}"].value() or "").strip() for name in CALLED}

    def _label(self, person: Contact, name: str) -> str:
        label = str(capfirst(CALLED[name]))
        return label if len(self.people) == 1 else f"{label} ({person.email or person.pk})"


def _field(person: Contact, name: str, said: Mapping[str, Any], label: str) -> Any:
    """What the person says is proposed; what they do not mention stays as it is on file."""
    held = str(getattr(person, name) or "")
    asked = str(said.get(name, held))
    text = _("On file: %s") % (held or "–") if asked != held else ""
    if name in _CHOICES:
        offered = fields.offered(_CHOICES[name](), asked)
        return fields.choice(label, offered, initial=asked, required=False, help_text=text)
    line = fields.text(label, initial=asked, required=name == "email", help_text=text)
    line.held = held
    return line


_CHOICES: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "country": lambda: [(code, str(name)) for code, name in countries],
    "language": lambda: [(code, str(name)) for code, name in settings.LANGUAGES],
}


def _asked(record: Request) -> Mapping[str, Any]:
    statement = record.papers.filter(kind=PaperKind.STATEMENT).first()
    # The address and the language in a statement are those by which it came in.
    mine = {"address", "language", "email"} if statement and "old_address" in statement.data else set()
    return {name: value for name, value in (statement.data if statement else {}).items() if name not in mine}


def _is_offered(request: Request) -> bool:
    return request.kind == Kind.RECTIFICATION and request.state == State.OPEN and request.subjects.exists()


ACTS: tuple[Act, ...] = (
    Act("correct", gettext_lazy("Correct the details"), "dsr.handle_request", CorrectForm, "edit", offered=_is_offered),
)
