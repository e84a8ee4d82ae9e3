"""Whose law asks for consent before marketing: rules with their day and source, added after a look at what they do."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.models import CountryRule
from contacts.permission import country_rules
from contacts.permission.country_rules import CountryRuleError, Effect
from contacts.words.vocabulary import Channel, MarketingGround

_OTHERS = gettext_lazy("All other countries")


class AddForm(ActForm):
    """Two steps: what is typed is answered with what it would do, and saved once that is sent back unchanged."""

    refusals = (CountryRuleError,)
    explanation: Any = gettext_lazy(
        "A rule never changes: a new one applies from its day. Before it is saved, you see how many people it concerns."
    )
    submit: Any = gettext_lazy("Show what it does")
    body_template = "staff/effect.html"
    effect = ""

    country = fields.choice(gettext_lazy("Country"), (), required=False)
    channel = fields.choice(gettext_lazy("Channel"), Channel.choices)
    existing_customers = fields.tick(
        gettext_lazy("For existing customers alone"),
        required=False,
        help_text=gettext_lazy("Their agreement is in force, and the address came from them or their organisation."),
    )
    ground = fields.choice(gettext_lazy("What marketing rests on there"), MarketingGround.choices)
    valid_from = fields.day(gettext_lazy("From which day on?"))
    source = fields.text(gettext_lazy("Source"), help_text=gettext_lazy("The law, or the authority's word on it."))
    note = fields.text(gettext_lazy("Note"), required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["country"].choices = [("", _OTHERS), *countries]  # type: ignore[attr-defined]

    def attempt(self, *, at: dt.datetime, by: str) -> str | None:
        seen = self.cleaned_data.pop("seen")
        if seen == str(self.cleaned_data):
            return super().attempt(at=at, by=by)
        self._show()
        return None

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        rule = CountryRule(**self.cleaned_data)
        country_rules.add(rule, at=at, by=by)
        self.record = rule
        return _("The rule is on record.")

    def _show(self) -> None:
        rule = CountryRule(**self.cleaned_data)
        try:
            found = country_rules.effect(rule, today=company_day())
        except CountryRuleError as refusal:
            self.add_error(None, str(refusal))
            return
        told: Any = self.data
        sent = told.copy()
        sent["seen"] = str(self.cleaned_data)
        self.data = sent
        self.explanation, self.submit = "", _("Save the rule")
        self.effect = in_words(found, Channel(rule.channel))


class WithdrawForm(ActForm):
    refusals = (CountryRuleError,)
    explanation = gettext_lazy("The rule has not begun yet. It is deleted, and the one before it goes on.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        country_rules.withdraw(self.record, today=company_day(), at=at, by=by)
        self.record = None
        return _("The rule is withdrawn.")


def in_words(effect: Effect, channel: Channel) -> str:
    """Return what a rule would do, such as: On 1 January 2027 this makes 190 people unreachable by e-mail."""
    lost = ngettext("%(number)s person unreachable %(by)s", "%(number)s people unreachable %(by)s", effect.lost)
    gained = ngettext("%(number)s person reachable %(by)s", "%(number)s people reachable %(by)s", effect.gained)
    if effect.lost and effect.gained:
        gained = ngettext("%(number)s reachable", "%(number)s reachable", effect.gained)
    told = [
        text % {"number": number_format(number, force_grouping=True), "by": _BY[channel]}
        for text, number in ((lost, effect.lost), (gained, effect.gained))
        if number
    ]
    day = date_format(effect.day)
    if not told:
        return _("On %(day)s this changes nothing for the people who are held today.") % {"day": day}
    return _("On %(day)s this makes %(what)s.") % {"day": day, "what": _(" and ").join(told)}


_BY = {
    Channel.EMAIL: gettext_lazy("by e-mail"),
    Channel.PHONE: gettext_lazy("by phone"),
    Channel.POST: gettext_lazy("by post"),
}


def _to_come(rule: CountryRule) -> bool:
    return rule.valid_from > company_day()


@admin.register(CountryRule)
class CountryRuleAdmin(RecordAdmin):
    heading = gettext_lazy("Marketing rules")
    empty_text = gettext_lazy("Whose law asks for consent. The defaults: manage.py adopt_country_rules.")
    page_template = "staff/country_rule.html"
    list_display = ("place", "channel", "for_whom", "rests_on", "valid_from", "state", "source")
    list_display_links = ("place",)
    list_filter = ("channel",)
    ordering = ("country", "channel", "existing_customers", "-valid_from")
    list_per_page = 100
    adding = Act("add", gettext_lazy("Add a rule"), "contacts.add_countryrule", AddForm)
    acts = (
        Act(
            "withdraw",
            gettext_lazy("Withdraw"),
            "contacts.add_countryrule",
            WithdrawForm,
            "undo",
            grave=True,
            offered=_to_come,
        ),
    )

    def complete(self, request: HttpRequest, records: list[Any]) -> None:
        day = company_day()
        in_force = set(CountryRule.objects.in_force(day).values_list("pk", flat=True))
        for rule in records:
            begun = "in_force" if rule.pk in in_force else "replaced"
            rule.standing = "to_come" if rule.valid_from > day else begun

    @display(description=gettext_lazy("country"))
    def place(self, rule: CountryRule) -> str:
        return str(countries.name(rule.country) or rule.country) if rule.country else str(_OTHERS)

    @display(description=gettext_lazy("for"))
    def for_whom(self, rule: CountryRule) -> str:
        return _("existing customers") if rule.existing_customers else _("everybody")

    @display(
        description=gettext_lazy("rests on"),
        label={"consent": "warning", "legitimate_interest": "info", "corporate": "info"},
    )
    def rests_on(self, rule: CountryRule) -> tuple[str, str]:
        return rule.ground, str(MarketingGround(rule.ground).label)

    @display(description=gettext_lazy("state"), label={"in_force": "success", "to_come": "info", "replaced": None})
    def state(self, rule: Any) -> tuple[str, str]:
        words = {"in_force": _("in force"), "to_come": _("to come"), "replaced": _("replaced")}
        return rule.standing, words[rule.standing]

    def after(self, act: Act, record: Any, form: ActForm) -> str:
        return self.url_of() if act.name == "withdraw" else super().after(act, record, form)

    def title_of(self, record: Any) -> str:
        return f"{self.place(record)}, {Channel(record.channel).label}"

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"state": record.standing, "for_whom": self.for_whom(record)}
