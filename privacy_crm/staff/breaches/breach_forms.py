"""What is told of a breach: the forms that enter it, change its facts, and assess it."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import UnderPolicyForm
from contacts.breaches import register
from contacts.breaches.register import BreachError
from contacts.models import Breach, PolicyVersion, Recipient
from contacts.words.breaches import BreachKind, Risk, Severity
from contacts.words.categories import Category

EDIT = "contacts.change_breach"

_MOMENTS = ("began_at", "ended_at", "aware_at", "processor_told_at")
_FIELDS = {"data": "other_data"}  # the first is what was sent, in every form
_NO_NAMES = gettext_lazy("No names of people.")


def _named(choices: Any) -> list[tuple[str, str]]:
    return [(each.value, capfirst(each.label)) for each in choices]


class BreachForm(UnderPolicyForm):
    """A form about a breach. It carries how often the breach had changed when it was shown: others may be at it too."""

    refusals = (BreachError,)
    without_policy = gettext_lazy("Publish the privacy policy first. It names you and your time zone.")

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, record: Any = None, *, initial: Any = None, **options: Any) -> None:
        known = {"seen": record.changed if record else 0, **(initial or {})}
        super().__init__(record, initial=known, **options)

    def shown(self) -> Breach:
        """Return the breach as the form showed it. Call it once the form is valid."""
        self.record.changed = self.cleaned_data["seen"]
        return self.record  # type: ignore[no-any-return]

    @property
    def policy(self) -> PolicyVersion:
        found: PolicyVersion = self.cleaned_data["policy"]
        return found

    def moment(self, name: str) -> dt.datetime | None:
        """Return a moment in the company's time zone, as it is on record where the form shows the same minute."""
        told, before = self.cleaned_data[name], getattr(self.record, name, None)
        if told is None:
            return None
        moment: dt.datetime = told.replace(tzinfo=self.policy.zone)
        return before if before and before.replace(second=0, microsecond=0) == moment else moment


class FactsForm(BreachForm):
    title = fields.text(
        gettext_lazy("Short name"),
        help_text=gettext_lazy("People affected read it in the copy of their data. No names of people."),
    )
    happened = fields.long_text(gettext_lazy("What happened?"), help_text=_NO_NAMES)
    kinds = fields.choices(gettext_lazy("What was breached?"), _named(BreachKind))
    aware_at = fields.wall_clock(
        gettext_lazy("When did you become aware of it?"),
        help_text=gettext_lazy("The 72 hours run from here, also through weekends. Times are in your time zone."),
    )
    began_at = fields.wall_clock(gettext_lazy("When did it begin?"), required=False)
    ended_at = fields.wall_clock(gettext_lazy("When did it end?"), required=False)
    processor = fields.choice(gettext_lazy("Which recipient reported it?"), (), required=False)
    processor_told_at = fields.wall_clock(gettext_lazy("When did the recipient tell you?"), required=False)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial=_known(record) if record else {}, **options)
        self.recipients = {str(each.pk): each for each in Recipient.objects.order_by("name")}
        named = [(number, each.name) for number, each in self.recipients.items()]
        self.fields["processor"].choices = [("", _("None: we found it ourselves")), *named]  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        words = {name: told[name] for name in ("title", "happened", "kinds")}
        moments = {name: self.moment(name) for name in _MOMENTS}
        return {**words, **moments, "processor": self.recipients.get(told["processor"])}

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        register.change(self.shown(), self.facts(), at=at, by=by)
        return _("The facts are changed.")


class EnterForm(FactsForm):
    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        contact_point = str(self.policy.controller["privacy_contact"])
        self.record = register.enter(self.facts(), contact_point=contact_point, at=at, by=by)
        return _("The breach is on record. Find the people affected, assess the risk, and report it in time.")


class AssessForm(BreachForm):
    groups = fields.long_text(
        gettext_lazy("Who is affected, and about how many?"),
        required=False,
        help_text=gettext_lazy("Such as customers in Norway, or staff. People in the records are counted by us."),
    )
    categories = fields.choices(gettext_lazy("Which data is affected?"), _named(Category), required=False)
    other_data = fields.long_text(gettext_lazy("Other data that is affected"), required=False, help_text=_NO_NAMES)
    consequences = fields.long_text(gettext_lazy("What is it likely to lead to for them?"), required=False)
    severity = fields.choice(gettext_lazy("How serious would that be?"), [("", "–"), *_named(Severity)], required=False)
    risk = fields.choice(
        gettext_lazy("Is there a risk for them?"),
        [("", gettext_lazy("Not assessed yet")), *_named(Risk)],
        required=False,
        help_text=gettext_lazy("With a risk, the authority is told. With a high risk, the people are told as well."),
    )
    measures = fields.long_text(gettext_lazy("What have you done, and what will you do?"), required=False)
    contact_point = fields.text(
        gettext_lazy("Who answers questions?"),
        help_text=gettext_lazy("The data protection officer or a contact point, with an address or a phone number."),
    )
    untold_because = fields.long_text(
        gettext_lazy("Why are people not told by letter?"),
        required=False,
        help_text=gettext_lazy("Such as: the data was encrypted (Article 34(3)). Leave it empty if they are told."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(
            record, initial={_FIELDS.get(name, name): getattr(record, name) for name in register.FINDINGS}, **options
        )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = {name: self.cleaned_data[_FIELDS.get(name, name)] for name in register.FINDINGS}
        register.change(self.shown(), told, at=at, by=by)
        return _("The assessment is on record.")


def _known(breach: Breach) -> dict[str, Any]:
    """Return what stands about a breach, as the form's initial values: moments on the wall of the company."""
    words = {name: getattr(breach, name) for name in ("title", "happened", "kinds")}
    moments = {name: localtime(at) for name in _MOMENTS if (at := getattr(breach, name))}
    return {**words, **moments, "processor": str(breach.processor_id or "")}
