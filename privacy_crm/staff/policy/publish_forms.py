"""From a draft to the version in force: started, counted, proposed, approved by a second person, or taken back."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.base import officers
from contacts.policy import drafting, policy_words, publishing
from contacts.policy.source_checks import PolicyError
from privacy_crm.staff.policy import counting


class StartForm(ActForm):
    refusals = (PolicyError,)
    explanation = gettext_lazy(
        "The draft begins as a copy of the version in force. It does not apply until it is published."
    )
    submit = gettext_lazy("Start a draft")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.record = drafting.start(at=at, by=by)
        counting.ask_for(self.record)
        return _("The draft is ready. Change it section by section.")


class CountForm(ActForm):
    explanation = gettext_lazy("The numbers are counted again. With many people this takes a minute.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        drafting.note_count(self.record, at=at, by=by)
        counting.ask_for(self.record)
        return _("The numbers are being counted. Open this page again in a minute.")


class _Weighed(ActForm):
    """Shows what the draft does, and is blocked while nobody knows that."""

    refusals = (PolicyError,)
    body_template = "staff/policy_weighed.html"
    seen = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["seen"].initial = record.digest
        effect = counting.current(record)
        self.told = counting.told(effect) if effect else None
        if effect is None:
            self.body_template, self.blocked = "", True
            self.explanation = _("The effect of the draft is not counted yet. Go back and count it first.")
            self.fields.clear()

    def clean(self) -> dict[str, Any]:
        if self.blocked:
            raise forms.ValidationError(self.explanation)
        return super().clean() or self.cleaned_data


class ProposeForm(_Weighed):
    holds_from = fields.day(
        gettext_lazy("From which day does it apply?"), help_text=gettext_lazy("It comes into force at midnight.")
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.codes = [] if self.blocked else policy_words.languages(record)
        for code in self.codes:
            named = _("What changes? (%s)") % get_language_info(code)["name_translated"]
            shown = gettext_lazy("A few sentences for the public page.")
            self.fields[f"summary_{code}"] = fields.long_text(named, max_length=1000, help_text=shown)
        if officers.needed(publishing.PERMISSION) > 1:
            self.submit = _("Propose as the first of two")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        summary = {code: told[f"summary_{code}"] for code in self.codes}
        plan = {"holds_from": told["holds_from"], "summary": summary, "seen": told["seen"]}
        if publishing.propose(self.record, **plan, at=at, by=by):
            return _("The version is published. It applies from %s.") % date_format(told["holds_from"])
        return _("The version is proposed. A second person has to approve it.")


class ApproveForm(_Weighed):
    submit = gettext_lazy("Approve and publish")

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        if not self.blocked and record.holds_from:
            self.explanation = _("It is published now and applies from %s.") % date_format(record.holds_from)
        if record.proposed_by == f"user:{self.user.pk}" and officers.needed(publishing.PERMISSION) > 1:
            self.blocked, self.explanation = True, _("You proposed this version. A second person has to approve it.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        publishing.approve(self.record, seen=self.cleaned_data["seen"], at=at, by=by)
        return _("The version is published. It applies from %s.") % date_format(self.record.holds_from)


class TakeBackForm(ActForm):
    refusals = (PolicyError,)
    explanation = gettext_lazy("It becomes a draft again, and the public page no longer announces it.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        publishing.take_back(self.record, at=at, by=by)
        return _("It is a draft again.")
