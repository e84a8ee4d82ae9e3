"""Only store somebody's details; tell them that this ends; end it."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from dsr.admin.days import seen_on
from dsr.admin.letters import LetterForm, in_force
from dsr.answers import restricting
from dsr.answers.answering import Draft
from dsr.letters import restrictions
from dsr.models import Request
from dsr.records import restricted
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, RestrictionGround, State

_HANDLE = "dsr.handle_request"


class RestrictForm(LetterForm):
    explanation = gettext_lazy(
        "From now on, the data is only stored: you alone see it, no mail or list uses it, and nothing is deleted."
        " Recipients are told."
    )
    submit = gettext_lazy("Restrict and send the letter")

    ground = fields.one_of(
        gettext_lazy("On which ground?"), choices=[(each.value, capfirst(each.label)) for each in RestrictionGround]
    )
    reasons = fields.long_text(
        gettext_lazy("Why is it restricted?"), help_text=gettext_lazy("The person reads this in the letter.")
    )

    def draft(self) -> Draft:
        told = {"reasons": self.cleaned_data["reasons"]}
        return restrictions.restricted(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        ground = RestrictionGround(told["ground"])
        restricting.restrict(self.record.pk, ground, told["reasons"], self.letter(), policy=self.policy, at=at, by=by)
        return _("The data is restricted from now on. The letter is on its way.")


class AnnounceForm(LetterForm):
    explanation: Any = gettext_lazy(
        "The person has to be told first. The restriction ends by itself on the day you choose, once the letter has"
        " left."
    )
    submit = gettext_lazy("Send the letter")

    on = fields.day(gettext_lazy("From which day are they used again?"))
    reasons = fields.long_text(gettext_lazy("Why?"), help_text=gettext_lazy("The person reads this in the letter."))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["on"].initial = company_day() + dt.timedelta(days=7)
        if others := restricting.ending_with(record):
            numbers = ", ".join(other.number for other in others)
            ends_too = _("What was restricted because of request %s ends with it.") % numbers
            self.explanation = f"{self.explanation} {ends_too}"

    def clean_on(self) -> dt.date:
        return to_come(self.cleaned_data["on"])

    def draft(self) -> Draft:
        told = {name: self.cleaned_data[name] for name in ("on", "reasons")}
        return restrictions.to_be_lifted(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        on, reasons = self.cleaned_data["on"], self.cleaned_data["reasons"]
        restricting.announce(self.record.pk, on, reasons, self.letter(), policy=self.policy, at=at, by=by)
        return _("The letter is on its way. The details are used again from %s on.") % date_format(on)


class LiftForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy("The person was told. From now on their details are used again, as before.")

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        restricting.lift(self.record.pk, policy=in_force(), at=at, by=by)
        return _("The restriction has ended. Recipients are told.")


def to_come(on: dt.date) -> dt.date:
    """Return a day on which a restriction may end. Raises ValidationError for one before tomorrow (L6)."""
    if on <= company_day():
        raise ValidationError(_("The person has to hear of it before: the earliest day is tomorrow."))
    return on


def _may_be_restricted(request: Request) -> bool:
    return request.state == State.OPEN and request.kind != Kind.OBJECTION and request.subjects.exists()


def _may_be_announced(request: Request) -> bool:
    """A request that is answered, or another than an objection: what comes of that is told with the balance.

    Not where they were told already of a day to come.
    """
    answered = request.state == State.CLOSED or request.kind != Kind.OBJECTION
    day = seen_on(request)
    if not answered or not restricted.is_restricted(request, day):
        return False
    on = restricted.announced_for(request)
    return on is None or on <= day


def _may_be_lifted(request: Request) -> bool:
    on, day = restricted.announced_for(request), seen_on(request)
    return bool(on and on <= day and restricted.is_restricted(request, day))


ACTS: tuple[Act, ...] = (
    Act("restrict", gettext_lazy("Restrict their data"), _HANDLE, RestrictForm, "lock", offered=_may_be_restricted),
    Act(
        "announce-lifting",
        gettext_lazy("Tell them that the restriction ends"),
        _HANDLE,
        AnnounceForm,
        "lock_clock",
        offered=_may_be_announced,
    ),
    Act("lift", gettext_lazy("End the restriction"), _HANDLE, LiftForm, "lock_open", offered=_may_be_lifted),
)
