"""The forms that change a draft, section by section. What is wrong is said by the checks that the file goes through."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.utils.text import capfirst, format_lazy
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.policy import drafting, policy_words, sources
from contacts.policy.drafting import Source
from contacts.policy.source_checks import LINKS, OPTIONAL, SPOKEN, PolicyError, Problem
from contacts.words.categories import Category
from contacts.words.vocabulary import Clock, LegalBasis
from privacy_crm.staff.policy import counting, purpose_rows

_NAMES: dict[str, Any] = {
    "note": gettext_lazy("Note by the form"),
    "text": gettext_lazy("Full text"),
    "recipients": gettext_lazy("Who gets the details, one recipient in each row"),
    "transfers": gettext_lazy("Outside the EU and the EEA"),
}
_LISTS = ("recipients",)
_SHORT = (*_LISTS, "title", "note", "transfers")
_PLAIN: dict[str, Any] = {
    "name": gettext_lazy("Company"),
    "number": gettext_lazy("Company number"),
    "address": gettext_lazy("Address"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "privacy_contact": gettext_lazy("Privacy contact"),
    "time_zone": gettext_lazy("Time zone"),
}
_NESTED: dict[str, Any] = {
    "authority.name": gettext_lazy("Supervisory authority"),
    "authority.url": gettext_lazy("Website of the supervisory authority"),
    "links.careers": gettext_lazy("Our careers site"),
    "links.cookies": gettext_lazy("Cookie policy"),
    "links.services": gettext_lazy("Privacy terms of our services"),
}


class SectionForm(ActForm):
    """Change a part of a draft, unless somebody else has changed it meanwhile."""

    submit: Any = gettext_lazy("Save")
    seen = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.codes: list[str] = policy_words.languages(record)
        self.fields |= dict(self.offered(sources.of_version(record)))
        self.fields["seen"].initial = record.digest

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        try:
            self.record = drafting.revise(self.record, self.change, seen=self.cleaned_data["seen"], at=at, by=by)
        except PolicyError as refusal:
            for problem in refusal.problems:
                self._show(problem)
            return None
        counting.ask_for(self.record)
        return _("The draft is saved. Its effect is being counted.")

    def offered(self, source: Source) -> Iterator[tuple[str, forms.Field]]:
        """Yield the fields, by name, with what the draft says now."""
        raise NotImplementedError

    def change(self, source: Source) -> Source:
        """Return the source with what was typed."""
        raise NotImplementedError

    def spoken(self, name: str, label: Any, texts: dict[str, Any], *, short: bool = False) -> Iterator[tuple[str, Any]]:
        """Yield a field for each language."""
        make: Callable[..., forms.Field] = fields.text if short else fields.long_text
        for code in self.codes:
            told = texts.get(code, "")
            initial = "\n".join(told) if isinstance(told, list) else told
            named = format_lazy("{} ({})", label, get_language_info(code)["name_translated"])
            field = make(named, required=False, initial=initial)
            if name not in _SHORT:
                field.widget.attrs["rows"] = 12
            yield f"{name}_{code}", field

    def said(self, name: str) -> dict[str, Any]:
        """Return what was typed, by language; a language without any is left out."""
        typed = {code: self.cleaned_data[f"{name}_{code}"].replace("\r\n", "\n") for code in self.codes}
        if name in _LISTS:
            rows = {code: [row.strip() for row in text.splitlines() if row.strip()] for code, text in typed.items()}
            return {code: found for code, found in rows.items() if found}
        return {code: text for code, text in typed.items() if text}

    def _show(self, problem: Any) -> None:
        name = problem.where[-1] if isinstance(problem, Problem) else ""
        names = (name.replace(".", "_"), f"{name}_en", purpose_rows.FIRST.get(name))
        places = [each for each in names if each in self.fields]
        self.add_error(places[0] if places else None, str(problem.sentence if places else problem))


class RuleForm(SectionForm):
    """What a policy says of one scenario."""

    scenario = ""
    explanation = gettext_lazy(
        "A purpose with a new text is a new purpose, unless you say that it is the same in other words. A new use waits"
        " for each person until they are told. Empty purposes are left out."
    )

    def offered(self, source: Source) -> Iterator[tuple[str, forms.Field]]:
        rule = self._rule(source)
        months = fields.number(gettext_lazy("Kept for how many months?"), required=False, initial=rule["months"])
        yield "months", months
        yield "clock", fields.choice(gettext_lazy("Counted from"), _titled(Clock), initial=rule["clock"])
        why = gettext_lazy("Legal basis")
        yield "legal_basis", fields.choice(why, _titled(LegalBasis), initial=rule["legal_basis"])
        which = gettext_lazy("Which details")
        yield (
            "categories",
            fields.choices(which, _titled(Category), required=False, initial=rule["categories"]),
        )
        yield from self.spoken("title", gettext_lazy("Heading"), rule["title"], short=True)
        yield from purpose_rows.offered(rule, counting.in_force().rule(self.scenario), self.codes)
        for name, label in _NAMES.items():
            yield from self.spoken(name, label, rule.get(name, {}))

    def change(self, source: Source) -> Source:
        terms = {name: self.cleaned_data[name] for name in ("months", "clock", "legal_basis", "categories")}
        words = {name: self.said(name) for name in SPOKEN if name != "purposes"}
        beside = {name: said for name in OPTIONAL if (said := self.said(name))}
        purposes = purpose_rows.read(self.cleaned_data, counting.in_force().rule(self.scenario), self.codes)
        rule = {"scenario": self.scenario, **terms, **words, **beside, **purposes}
        return source | {"rule": [rule if each["scenario"] == self.scenario else each for each in source["rule"]]}

    def _rule(self, source: Source) -> Source:
        return next(rule for rule in source["rule"] if rule["scenario"] == self.scenario)


class TextsForm(SectionForm):
    """Everything around the six rules."""

    explanation = gettext_lazy("An empty row starts a new paragraph.")

    def offered(self, source: Source) -> Iterator[tuple[str, forms.Field]]:
        for name in policy_words.SECTIONS:
            label = policy_words.heading(name) or _("Introduction")
            yield from self.spoken(name, label, source["texts"].get(name, {}))

    def change(self, source: Source) -> Source:
        said = {name: self.said(name) for name in policy_words.SECTIONS}
        return source | {"texts": {name: texts for name, texts in said.items() if texts}}


class CompanyForm(SectionForm):
    """Who answers for it, whom one can complain to, and where pages lead."""

    def offered(self, source: Source) -> Iterator[tuple[str, forms.Field]]:
        company = source["controller"]
        for name, label in _PLAIN.items():
            yield name, fields.text(label, required=False, initial=company.get(name, ""))
        for path, label in _NESTED.items():
            table, name = path.split(".")
            yield path.replace(".", "_"), fields.text(label, required=False, initial=company.get(table, {}).get(name))

    def change(self, source: Source) -> Source:
        plain = {name: self.cleaned_data[name] for name in _PLAIN}
        authority = {name: self.cleaned_data[f"authority_{name}"] for name in ("name", "url")}
        links = {name: self.cleaned_data[f"links_{name}"] for name in LINKS}
        return source | {"controller": {**source["controller"], **plain, "authority": authority, "links": links}}


class ImportForm(SectionForm):
    """Have a file say all of it."""

    explanation = gettext_lazy("The file replaces the whole draft.")
    submit = gettext_lazy("Import")

    def offered(self, source: Source) -> Iterator[tuple[str, forms.Field]]:
        yield "file", fields.file(gettext_lazy("TOML file"), accept=".toml")

    def change(self, source: Source) -> Source:
        return sources.from_toml(self.cleaned_data["file"].read())


class AgainForm(SectionForm):
    """Begin anew."""

    explanation = gettext_lazy("All changes to the draft are lost. It becomes a copy of the version in force again.")
    submit = gettext_lazy("Start the draft again")

    def offered(self, source: Source) -> Iterator[tuple[str, forms.Field]]:
        return iter(())

    def change(self, source: Source) -> Source:
        return sources.of_version(counting.in_force())


def of_rule(scenario: str) -> type[RuleForm]:
    """Return the form for the rule of a scenario."""
    return type(f"{scenario.title()}Form", (RuleForm,), {"scenario": scenario})


def _titled(words: Any) -> list[tuple[str, Any]]:
    return [(each.value, capfirst(str(each.label))) for each in words]
