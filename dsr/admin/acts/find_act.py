"""Find the person whom a request is about: search, tick, and say how you know that it is they who ask.

What is typed is sent as a form, never as a part of an address: names belong into no log and no browser's history.
"""

import datetime as dt
import uuid
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.admin.shared.people import name_of
from contacts.models import Contact, PolicyVersion
from contacts.words.vocabulary import Scenario
from dsr.intake import identity, third_party_report
from dsr.package import finding
from dsr.records import timeline
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import PaperKind
from retention.holds.holds import HoldError

SEARCH = "search"


class FindForm(ActForm):
    """It searches while `search` is pressed, and acts once somebody is ticked and nothing more is searched for."""

    refusals = (RequestError, HoldError)
    body_template = "staff/find_person.html"
    placed = ("term", "people")
    submit: Any = gettext_lazy("Confirm who asks")
    reveals = True

    term = fields.text(
        gettext_lazy("Name, organisation or e-mail address"),
        required=False,
        help_text=gettext_lazy(
            "Whole or in part. An address that they used before is found where they asked from it or named it earlier."
        ),
    )
    people = fields.choices(gettext_lazy("Who fits"), (), required=False)
    how = fields.long_text(
        gettext_lazy("How did you verify their identity?"),
        help_text=gettext_lazy(
            "What you saw or heard, such as: called back on the number on file. Identity papers are looked at and never"
            " kept: no copies, no numbers."
        ),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.searching = SEARCH in self.data
        self.fields["how"].required = not self.searching
        if third_party_report.is_hearsay(record):
            self.submit = _("Confirm who is meant")
            self.fields["how"].label = _("How do you know that this is the person meant?")
        attached = [str(person.public_id) for person in timeline.people(record)]
        self.ticked = self.data.getlist("people") if self.is_bound else attached  # type: ignore[attr-defined]
        self.initial = {"term": _said(record), "people": attached}
        term = str(self.so_far("term") or "")
        self.told, offered = self._look(term)
        self.found = [each.public_id for each in offered] if term else None
        self.fields["people"].choices = [(str(each.public_id), _label(each)) for each in offered]  # type: ignore[attr-defined]
        self.anybody = bool(offered)

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        return None if self.searching else super().attempt(at=at, by=by)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        people = list(Contact.objects.filter(public_id__in=self.cleaned_data["people"]).order_by("pk"))
        identity.identify(self.record.pk, people, self.cleaned_data["how"], at=at, by=by)
        return _("The request is about the people you found. Nothing about them is deleted until it is closed.")

    def _look(self, term: str) -> tuple[str, list[Contact]]:
        """Return what the search came to, in words, and who is offered: those already ticked stay in sight."""
        found = finding.find(term)
        ticked = Contact.objects.filter(public_id__in=_ids(self.ticked)).select_related("organisation")
        named = Contact.objects.filter(public_id__in=_named(self.record)).select_related("organisation")
        offered = list(dict.fromkeys([*ticked.prefetch_related("bases"), *named, *found.people]))
        if not term:
            return "", offered
        if found.more:
            return _("These are the first %d of many. Type more of the name.") % finding.MOST, offered
        number = len(found.people)
        if number == 0:
            return _("Nobody was found. Try a part of the name, the organisation or another address."), offered
        return ngettext("%d person fits.", "%d people fit.", number) % number, offered


class TakeOffForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "The people you tick are taken off the request. It no longer keeps their data from being deleted, and a"
        " package made ready for them is void."
    )
    submit = gettext_lazy("Take them off the request")
    reveals = True

    people = fields.choices(gettext_lazy("Which people is the request not about?"), ())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        offered = Contact.objects.filter(requests__request=record).select_related("organisation")
        choices = [(str(each.public_id), _label(each)) for each in offered.prefetch_related("bases")]
        self.fields["people"].choices = choices  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        people = list(Contact.objects.filter(public_id__in=self.cleaned_data["people"]).order_by("pk"))
        identity.mistaken(self.record.pk, people, policy=policy_in_force(), at=at, by=by)
        return _("The request is not about them any more.")


class NotLeftForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "The request is closed, and they are on file as before they were said to have left. No letter goes to them."
    )
    submit = gettext_lazy("Close the request")

    how = fields.long_text(
        gettext_lazy("How do you know?"), help_text=gettext_lazy("Such as: they answered on the number on file.")
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        third_party_report.not_left(self.record.pk, self.cleaned_data["how"], policy=policy_in_force(), at=at, by=by)
        return _("The request is closed: they have not left.")


def policy_in_force() -> PolicyVersion:
    """Return it. Raises RequestError where there is none."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        raise RequestError(_("No policy is published yet, so that no request can be answered."))
    return policy


def _said(record: Any) -> str:
    """Return what the person said of themselves that finds them most surely, to begin the search with."""
    said = _statement(record)
    return str(said.get("old_address") or said.get("address") or said.get("name") or "")


def _named(record: Any) -> list[uuid.UUID]:
    """Return the record that the letter was about by which they came to the form."""
    return _ids([str(_statement(record).get("record", ""))])


def _statement(record: Any) -> dict[str, Any]:
    statement = record.papers.filter(kind=PaperKind.STATEMENT).first()
    return dict(statement.data) if statement else {}


def _ids(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _label(person: Contact) -> SafeString:
    company = person.organisation.name if person.organisation else person.company
    held_as = ", ".join(str(Scenario(basis.scenario).label) for basis in person.bases.all())
    facts = [company, person.email, person.city, held_as or (_("reduced") if person.minimised_on else "")]
    return format_html("{}<br><small>{}</small>", name_of(person), " · ".join(filter(None, facts)))
