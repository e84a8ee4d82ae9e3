"""Say which countries are meant by what imports brought: once for everybody who has the same on record (P11)."""

import datetime as dt
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from contacts.permission import set_country
from contacts.permission.set_country import CompletingError
from contacts.words.numbers import grouped

_LONGEST_SHOWN = 60  # characters: where a column has slipped, a list brings any text for a country


class CountriesForm(ActForm):
    refusals = (CompletingError,)
    explanation: Any = gettext_lazy(
        "Some lists name countries in a way that we do not know. Until somebody says which one is meant, these people"
        " count as without a country, and we do not write to them where any country asks for consent."
    )
    submit: Any = gettext_lazy("Save the country")

    name = fields.choice(gettext_lazy("What is on record"), ())
    country = fields.choice(gettext_lazy("Which country is it?"), ())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        found = set_country.unknown(day=company_day())
        if not found:
            self.fields.clear()
            self.explanation, self.blocked = _("Every country on record is known. There is nothing to do."), True
            return
        self.fields["name"].choices = [("", "–"), *((name, _with_number(name, number)) for name, number in found)]  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", "–"), *countries]  # type: ignore[attr-defined]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        name, code = (self.cleaned_data.get(field, "") for field in ("name", "country"))
        number = set_country.of_all_named(name, code, day=company_day(), at=at, by=by)
        done = ngettext("The country of %s person is on record.", "The country of %s people is on record.", number)
        return done % grouped(number)


def _with_number(name: str, number: int) -> str:
    people = ngettext("%s person", "%s people", number) % grouped(number)
    return f"{Truncator(name).chars(_LONGEST_SHOWN)} ({people})"


ACT = Act("countries", gettext_lazy("Unknown countries"), "contacts.change_contact", CountriesForm, "public")
