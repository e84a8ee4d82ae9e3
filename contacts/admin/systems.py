"""The register of other systems that hold people, and what is done to an entry of it (L18)."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import RecordAdmin, company_day
from contacts.disclosure import systems
from contacts.disclosure.systems import Described, SystemRefusedError
from contacts.models import Recipient, System
from contacts.words.vocabulary import ReachedBy, Scenario

_PURPOSES = [(each.value, capfirst(each.label)) for each in Scenario]


class DescribedForm(ActForm):
    refusals = (SystemRefusedError,)

    name = fields.text(gettext_lazy("Name"), help_text=gettext_lazy("Use a name people know: the letter names it."))
    holds = fields.text(
        gettext_lazy("What does it hold of people?"), help_text=gettext_lazy("Such as: invoices and their addresses.")
    )
    scenarios = fields.choices(gettext_lazy("Which people's data may it hold? People held as"), _PURPOSES)
    owner_email = fields.text(
        gettext_lazy("E-mail address of its owner"), help_text=gettext_lazy("Tasks and reminders go there.")
    )
    reached_by = fields.one_of(
        gettext_lazy("How does it hear what a request asks?"),
        choices=[(each.value, capfirst(each.label)) for each in ReachedBy],
        initial=ReachedBy.MAIL,
    )
    webhook_url = fields.text(
        gettext_lazy("Address of its webhook"),
        required=False,
        help_text=gettext_lazy("For webhooks alone; it begins with https and leads to a public address."),
    )
    days = fields.number(
        gettext_lazy("How many days does it get?"),
        min_value=1,
        max_value=28,
        initial=14,
        help_text=gettext_lazy("Its day is never later than the day before our own answer is due."),
    )
    recipient = fields.choice(
        gettext_lazy("Is it run by a recipient?"),
        (),
        required=False,
        help_text=gettext_lazy(
            "It then hears of deletions, corrections and restrictions only by the recipient’s notices, not twice."
        ),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        known = [(str(each.pk), each.name) for each in Recipient.objects.order_by("name")]
        self.fields["recipient"].choices = [("", _("No, by ourselves")), *known]  # type: ignore[attr-defined]

    def described(self) -> Described:
        told = self.cleaned_data
        recipient = Recipient.objects.get(pk=told["recipient"]) if told["recipient"] else None
        return Described(**{**told, "recipient": recipient})


class AddForm(DescribedForm):
    explanation = gettext_lazy("From now on each request about people it may hold asks it, too.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.record = systems.add(self.described(), at=at, by=by)
        return _("The system is on record.")


class ChangeForm(DescribedForm):
    def __init__(self, record: Any = None, **options: Any) -> None:
        initial = {name: getattr(record, name) for name in self.base_fields}
        super().__init__(record, initial={**initial, "recipient": str(record.recipient_id or "")}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        systems.change(self.record.pk, self.described(), at=at, by=by)
        return _("The system is changed.")


class EndForm(ActForm):
    refusals = (SystemRefusedError,)
    explanation = gettext_lazy(
        "Do this once it no longer holds anybody. From now on, no request asks it, and its keys open nothing."
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        systems.end(self.record.pk, day=company_day(), at=at, by=by)
        return _("The system is out of use.")


class KeyForm(ActForm):
    refusals = (SystemRefusedError,)
    explanation = gettext_lazy("For a year, the system’s server uses this key to read its tasks and answer them.")
    result_template = "staff/system_secret.html"

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.secret = systems.issue_key(self.record, at=at, by=by)
        return str(_("The key of %s") % self.record.name)


class SecretForm(ActForm):
    refusals = (SystemRefusedError,)
    explanation = gettext_lazy(
        "Its server needs the secret to make sure that a webhook is ours. That you looked at it is noted."
    )
    result_template = "staff/system_secret.html"

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.secret = systems.reveal_secret(self.record, at=at, by=by)
        return str(_("The secret of %s") % self.record.name)


def _is_reached_by(way: ReachedBy) -> Any:
    return lambda system: system.reached_by == way and system.ended_on is None


_CHANGE = "contacts.change_system"


@admin.register(System)
class SystemAdmin(RecordAdmin):
    heading = gettext_lazy("Other systems")
    empty_text = gettext_lazy(
        "Where else do you hold people? Add billing, support, newsletters and spreadsheets here: each request then asks"
        " them, and its letter says what they answered."
    )
    page_template = "staff/system_entry.html"
    list_display = ("system", "asked_by", "may_hold", "state")
    list_display_links = ("system",)
    ordering = ("ended_on", "name")
    adding = Act("add", gettext_lazy("Add a system"), "contacts.add_system", AddForm)
    acts = (
        Act("change-details", gettext_lazy("Change details"), _CHANGE, ChangeForm, "edit", fresh=True),
        Act(
            "key",
            gettext_lazy("Issue a key"),
            _CHANGE,
            KeyForm,
            "key",
            offered=_is_reached_by(ReachedBy.API),
            fresh=True,
        ),
        Act(
            "secret",
            gettext_lazy("Show the secret"),
            _CHANGE,
            SecretForm,
            "key",
            offered=_is_reached_by(ReachedBy.WEBHOOK),
            fresh=True,
        ),
        Act(
            "end",
            gettext_lazy("Take the system out of use"),
            _CHANGE,
            EndForm,
            "event_busy",
            grave=True,
            offered=lambda system: system.ended_on is None,
        ),
    )

    @display(description=gettext_lazy("system"))
    def system(self, system: System) -> str:
        return system.name

    @display(description=gettext_lazy("hears by"))
    def asked_by(self, system: System) -> str:
        return str(ReachedBy(system.reached_by).label)

    @display(description=gettext_lazy("may hold"))
    def may_hold(self, system: System) -> str:
        return _purposes(system)

    @display(description=gettext_lazy("state"), label={"in_use": "success", "ended": None})
    def state(self, system: System) -> tuple[str, str]:
        if system.ended_on:
            return "ended", _("out of use since %s") % date_format(system.ended_on)
        return "in_use", _("in use")

    def title_of(self, record: Any) -> str:
        return str(record.name)

    def page(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        keys = list(record.keys.order_by("-pk")) if request.user.has_perm(_CHANGE) else []
        return {"purposes": _purposes(record), "reached_by": ReachedBy(record.reached_by).label, "keys": keys}


def _purposes(system: System) -> str:
    return ", ".join(str(each.label) for each in Scenario if each in system.scenarios)
