"""Two records side by side: which value is right, which record stays, and what survives of both, before one is made."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from contacts.admin.shared import fields
from contacts.admin.shared.acts import UnderPolicyForm
from contacts.merging.merging import CHOSEN, MergeError
from contacts.models import Contact
from contacts.words.vocabulary import AddressTrust
from dsr.letters.corrections import CALLED
from privacy_crm import merging
from privacy_crm.staff.duplicates import merge_words

SIDES = [("one", gettext_lazy("The older record")), ("other", gettext_lazy("The newer record"))]


@dataclass(frozen=True)
class Row:
    """A detail that two records say something about. `chosen` is empty where both say the same."""

    name: str
    label: str
    values: list[tuple[str, str, Any]]  # side, what it says, the heading of its column
    chosen: str = ""


class MergeForm(UnderPolicyForm):
    without_policy = gettext_lazy("No policy is published yet, so that nobody can say how long this keeps a person.")
    refusals = (MergeError,)
    reveals = True
    body_template = "staff/merge.html"
    submit = gettext_lazy("Make them one")
    kept: uuid.UUID | None = None

    stays = fields.one_of(
        gettext_lazy("Which record stays?"),
        choices=SIDES,
        initial="one",
        help_text=gettext_lazy("It goes on under its number. Whoever was given the other one's details is told."),
    )

    lost = fields.tick(
        gettext_lazy("They read no mail any more at the address that is left out, as they told us"),
        required=False,
        help_text=gettext_lazy("Otherwise a mail tells that address that it was replaced, and never by what."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.people = {"one": record.one, "other": record.other}
        for name in CHOSEN:
            if self._says("one", name) != self._says("other", name):
                self.fields[name] = forms.ChoiceField(choices=SIDES, initial=likelier(record.one, record.other, name))
        self.placed = tuple(name for name in self.fields if name in CHOSEN)
        if "email" not in self.fields:
            del self.fields["lost"]

    sides = SIDES

    @property
    def survives(self) -> list[str]:
        return merge_words.survives(self.record.one, self.record.other, self.user)

    @property
    def rows(self) -> list[Row]:
        return [row for row in map(self._row, CHOSEN) if any(value for _side, value, _heading in row.values)]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        goes = "other" if told["stays"] == "one" else "one"
        keep, gone = self.people[told["stays"]], self.people[goes]
        taken = [name for name in self.placed if told[name] == goes]
        reached = not told.get("lost")
        if not merging.merge(keep.pk, gone.pk, taken, reached=reached, policy=told["policy"], at=at, by=by):
            return _("They had objected to all marketing, under one address or the other, and are deleted.")
        self.kept = keep.public_id
        done = _("The two records of {name} are one now.")
        stays = get_text_list(self._overruled(Contact.objects.get(pk=keep.pk)), _("and"))
        return f"{done} {_('Their own word or a stricter law decided: %s.') % stays}" if stays else done

    def _overruled(self, left: Contact) -> list[str]:
        """Return the details in which the one record says something else than was chosen."""
        chosen = {name: self.people[self.cleaned_data[name]] for name in self.placed}
        return [
            str(CALLED[name])
            for name, side in chosen.items()
            if any(getattr(left, column) != getattr(side, column) for column in CHOSEN[name])
        ]

    def _row(self, name: str) -> Row:
        values = [(side, self._says(side, name), heading) for side, heading in SIDES]
        chosen = str(self[name].value()) if name in self.fields else ""
        return Row(name, capfirst(str(CALLED[name])), values, chosen)

    def _says(self, side: str, name: str) -> str:
        return says(self.people[side], name)


def says(person: Contact, name: str) -> str:
    """Return what a record says of a detail, with what is known of it."""
    match name:
        case "email":
            known = [
                str(person.get_address_trust_display()) if person.address_trust != AddressTrust.PROVEN else "",
                _("mail comes back") if person.bounced_on else "",
            ]
            return _with(person.email or "", known)
        case "company":
            left = _("left, as we heard on %s") % date_format(person.left_on) if person.left_on else ""
            return _with(person.organisation.name if person.organisation else person.company, [left])
        case "country":
            return str(countries.name(person.country) or person.country)
        case "language":
            return str(dict(settings.LANGUAGES).get(person.language, person.language))
    return str(getattr(person, name))


def likelier(one: Contact, other: Contact, name: str) -> str:
    """Return the side that is likely right: what the person put right, what is there at all, what they have not left,
    what is newer.
    """
    return max(("one", one), ("other", other), key=lambda side: _weight(side[1], name))[0]


def _weight(person: Contact, name: str) -> tuple[Any, ...]:
    sound = name != "email" or (not person.bounced_on, _TRUSTED.index(AddressTrust(person.address_trust)))
    at_work = name != "company" or person.left_on is None
    matched = name == "company" and person.organisation_id is not None
    heard = person.last_activity_on or dt.date.min
    return name in person.corrected, bool(says(person, name)), sound, at_work, matched, heard, person.pk


_TRUSTED = (AddressTrust.DOUBTED, AddressTrust.UNPROVEN, AddressTrust.PROVEN)


def _with(value: str, known: list[str]) -> str:
    return f"{value} ({', '.join(filter(None, known))})" if any(known) else value
