"""What staff can do on a person's page: the forms, each calling one act."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm, UnderPolicyForm
from contacts.admin.shared.base import company_day
from contacts.models import Contact
from contacts.people import activities, restriction_guard
from contacts.people.activities import ContactGoneError, FutureActivityError
from contacts.words.categories import Category
from contacts.words.vocabulary import ActivityKind
from retention.forecasts.words import full
from retention.holds import bookkeeping, holds
from retention.holds.holds import HoldError
from retention.models import OF_REQUESTS, REASONS, HoldKind, HoldReason, default_keeps

_REASONS = [
    (kind.label, [(reason.value, reason.label) for reason in reasons if reason not in OF_REQUESTS])
    for kind, reasons in REASONS.items()
]
_KEPT = [
    (category.value, category.label)
    for category in Category
    if category not in {Category.EMAIL, Category.FOOD_PREFERENCES}
]


def may_change(contact: Contact) -> bool:
    """Tell whether staff may change a person at all, whose details are not only stored."""
    return not restriction_guard.is_restricted(contact, at=timezone.now())


def is_whole(contact: Contact) -> bool:
    return contact.minimised_on is None


def may_change_whole(contact: Contact) -> bool:
    return is_whole(contact) and may_change(contact)


class ActivityForm(UnderPolicyForm):
    without_policy = gettext_lazy("No policy is published yet, so that nobody can say how long this keeps a person.")
    refusals = (ContactGoneError, FutureActivityError)
    explanation = gettext_lazy(
        "Something that the person did. What we did is none, and using a right is none: neither lengthens storage."
    )

    # None is chosen beforehand: an activity by mistake would lengthen storage.
    kind = fields.choice(gettext_lazy("What did the person do?"), [("", "–"), *ActivityKind.choices])
    occurred_at = fields.wall_clock(gettext_lazy("When?"))
    reference = fields.text(
        gettext_lazy("About what?"),
        required=False,
        help_text=gettext_lazy("The whitepaper, the event or the subject. No names and nothing private."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"occurred_at": timezone.localtime()}, **options)

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if told.get("occurred_at"):
            told["occurred_at"] = told["occurred_at"].replace(tzinfo=told["policy"].zone)
        return told

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        with restriction_guard.changing(self.record.pk, at=at):
            activities.record(self.record.pk, **self.cleaned_data, at=at, by=by)
        return _("The activity of {name} is recorded.")


class HoldForm(ActForm):
    refusals = (HoldError,)
    explanation = gettext_lazy(
        "A freeze stops every deletion. Under a duty, everything is deleted except what the law requires."
    )

    reason = fields.choice(gettext_lazy("Reason"), _REASONS)
    year_ended_on = fields.day(
        gettext_lazy("For bookkeeping: when did the financial year end?"),
        required=False,
        help_text=gettext_lazy("The duty then lasts until 31 December of the seventh year after that calendar year."),
    )
    until = fields.day(
        gettext_lazy("For other reasons: last day"),
        required=False,
        help_text=gettext_lazy("Leave empty for a hold without an end."),
    )
    legal_reference = fields.text(
        gettext_lazy("Legal reference"),
        required=False,
        help_text=gettext_lazy("The law or the case, such as Bookkeeping Act 7:2. No names."),
    )
    keeps = fields.choices(
        gettext_lazy("What a duty keeps"),
        _KEPT,
        required=False,
        initial=default_keeps,
        help_text=gettext_lazy("For duties alone; never the e-mail address."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"year_ended_on": bookkeeping.usual_end(company_day())}, **options)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("reason") == HoldReason.BOOKKEEPING:
            return told | {"until": self._of_the_year(told.get("year_ended_on"))}
        if told.get("until") and told["until"] < company_day():
            self.add_error("until", _("A hold cannot end before it begins."))
        return told | {"year_ended_on": None}

    def _of_the_year(self, ended_on: dt.date | None) -> dt.date | None:
        """Return the last day of a duty for bookkeeping, which is not typed (L9)."""
        if ended_on is None:
            self.add_error("year_ended_on", _("Say on which day the financial year ended."))
            return None
        until = bookkeeping.last_day(ended_on)
        if until < company_day():
            self.add_error("year_ended_on", _("The duty of that financial year is over: it ended on %s.") % full(until))
        return until

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        kind = next(kind for kind, reasons in REASONS.items() if HoldReason(told["reason"]) in reasons)
        if year_ended_on := told.pop("year_ended_on"):
            told = {name: told[name] for name in ("legal_reference", "keeps")}
            holds.keep_for_bookkeeping(self.record, year_ended_on, **told, at=at, by=by)
        else:
            holds.place(self.record, kind, **told, at=at, by=by)
        return self._consequence(kind)

    def _consequence(self, kind: HoldKind) -> str:
        until = self.cleaned_data["until"]
        when = _("through %s") % full(until) if until else _("until somebody ends the hold")
        if kind == HoldKind.FREEZE:
            return _("Nothing about {name} is reduced or deleted %s.") % when
        return _("What the duty names about {name} is kept %s.") % when
