"""The form that matches a person to an organisation: what is likely first, any other by its name, or a new one."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.admin.shared.base import company_day
from contacts.models import Contact, Organisation
from contacts.people import matching
from contacts.people.matching import MatchError, Suggestion
from contacts.people.organisations import OrganisationError
from contacts.words.vocabulary import AGREEMENT_SCENARIOS

_OTHER, _NEW = "other", "new"


class MatchForm(ActForm):
    refusals = (MatchError, OrganisationError)

    name = fields.text(
        gettext_lazy("Name of another or of a new organisation"),
        required=False,
        help_text=gettext_lazy("Filled in with what the person typed."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"name": record.company}, **options)
        found = matching.suggestions(record, day=company_day())
        suggested = [(str(each.organisation.pk), _label(each)) for each in found]
        others = [(_OTHER, _("Another one on record, by its name")), (_NEW, _("A new one, under this name"))]
        self.fields["choice"] = fields.one_of(
            _("Which organisation is it?"),
            choices=[*suggested, *others],
            initial=suggested[0][0] if suggested else None,
        )
        self.order_fields(["choice", "name"])

    @property
    def explanation(self) -> str:
        typed = _("They typed “%s” as their company.") % self.record.company if self.record.company else ""
        return f"{typed} {_('With an organisation, its agreements decide how long they are kept.')}".strip()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("choice") in {_OTHER, _NEW} and not data.get("name"):
            self.add_error("name", _("Type the name of the organisation."))
        elif data.get("choice") == _OTHER:
            data["choice"] = self._named(data["name"])
        return data

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        choice, name = self.cleaned_data["choice"], self.cleaned_data["name"]
        if choice == _NEW:
            on = company_day()
            matching.match_new(self.record.pk, name, on=on, at=at, by=by)
        else:
            matching.match(self.record.pk, int(choice), at=at, by=by)
        return _("{name} belongs to the organisation now.")

    def _named(self, name: str) -> str:
        """Return the key of the organisation of exactly this name, or say which names are like it."""
        found = Organisation.objects.filter(name__iexact=name).first()
        if found:
            return str(found.pk)
        like = ", ".join(f"“{organisation.name}”" for organisation in matching.alike(name))
        none = _("No organisation on record has this name.")
        self.add_error("name", f"{none} {_('Like it: %s.') % like}" if like else none)
        return ""


def is_unmatched(contact: Contact) -> bool:
    """Tell whether somebody who registered as customer or partner waits to be matched."""
    if contact.organisation_id or contact.minimised_on:
        return False
    return any(basis.scenario in AGREEMENT_SCENARIOS for basis in contact.bases.all())


def _label(suggestion: Suggestion) -> str:
    name, colleagues = suggestion.organisation.name, suggestion.colleagues
    if not colleagues:
        return _("%s (a name like the one typed)") % name
    shared = ngettext("%d colleague has the same domain", "%d colleagues have the same domain", colleagues)
    return f"{name} ({shared % colleagues})"
