"""Weigh an objection to other use than marketing: follow it, or not."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act
from contacts.admin.shared.base import company_day
from dsr.admin.acts import restricting_acts
from dsr.admin.acts.answer_acts import CLAIMED
from dsr.admin.letters import LetterForm
from dsr.admin.numbered import NumberedForm
from dsr.answers.answering import Draft
from dsr.decisions import objection_balancing
from dsr.decisions.objection_balancing import Balance
from dsr.letters import restrictions
from dsr.models import Request
from dsr.records import restricted
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, RefusalGround, State

_HANDLE = "dsr.handle_request"


class BalanceForm(LetterForm):
    """What is weighed; it stays on record."""

    ours = fields.long_text(gettext_lazy("What do we need the details for?"))
    theirs = fields.long_text(gettext_lazy("What speaks against it, in this person's situation?"))
    reasons = fields.long_text(
        gettext_lazy("Why does the one weigh more?"), help_text=gettext_lazy("The person reads this in the letter.")
    )

    def balance(self) -> Balance:
        return Balance(*(self.cleaned_data[name] for name in ("ours", "theirs", "reasons")))


class UpholdForm(BalanceForm, NumberedForm):
    submit = gettext_lazy("Accept the objection and send the letter")

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.explanation = _consequence(record, self.at)

    def draft(self) -> Draft:
        everybody = objection_balancing.everybody_goes(self.record, at=self.at)
        told = {"left": not everybody, "reasons": self.cleaned_data["reasons"]}
        return restrictions.upheld(self.record, self.policy, self.language, told | _outlook(self.record))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        request = objection_balancing.uphold(
            self.record.pk, self.balance(), self.letter(), policy=self.policy, at=at, by=by
        )
        if request.is_standing:
            return _("The objection is accepted. Now delete the person: no reason is left to hold them.")
        return _("The objection is accepted, and the letter is on its way.")


class RejectForm(BalanceForm):
    explanation: Any = gettext_lazy(
        "Only for compelling grounds that weigh more than the interests of the person, or for legal claims. It is for"
        " us to show them. The letter names the authority and the way to court; the request is closed."
    )
    submit = gettext_lazy("Send the letter and close the request")

    ground = fields.one_of(
        gettext_lazy("On which ground?"),
        choices=[
            (RefusalGround.COMPELLING.value, gettext_lazy("Compelling grounds of ours weigh more")),
            (RefusalGround.LEGAL_CLAIMS.value, gettext_lazy("The details are needed for legal claims")),
        ],
        help_text=gettext_lazy("A legal claim places a hold: nothing about them is deleted until you end it."),
    )
    on = fields.day(
        gettext_lazy("From which day are the details used again?"),
        help_text=gettext_lazy("The person has to hear of it before: tomorrow at the earliest."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["on"].initial = company_day() + dt.timedelta(days=7)
        if still := _outlook(record).get("still"):
            del self.fields["on"]
            goes_on = _("The details stay restricted, because of request %s.") % ", ".join(still)
            self.explanation = f"{self.explanation} {goes_on}"

    def clean_on(self) -> dt.date:
        return restricting_acts.to_come(self.cleaned_data["on"])

    def draft(self) -> Draft:
        told = _outlook(self.record) | {name: self.cleaned_data.get(name) for name in ("ground", "reasons", "on")}
        return restrictions.not_upheld(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        on, ground = self.cleaned_data.get("on"), RefusalGround(self.cleaned_data["ground"])
        objection_balancing.reject(
            self.record.pk, self.balance(), on, self.letter(), ground=ground, policy=self.policy, at=at, by=by
        )
        done = _("The letter is on its way. The details stay restricted.")
        if on:
            done = _("The letter is on its way. The details are used again from %s on.") % date_format(on)
        return f"{done} {CLAIMED}" if ground == RefusalGround.LEGAL_CLAIMS else done


def _outlook(record: Request) -> dict[str, Any]:
    return restricted.outlook(record, company_day())


def _consequence(record: Request, at: dt.datetime) -> str:
    """Return what following the objection does, in numbers."""
    try:
        everybody = objection_balancing.everybody_goes(record, at=at)
    except RequestError as refusal:
        return str(refusal)
    goes, stays = objection_balancing.counted(record, at=at)
    dropped = ngettext("%d reason to hold them goes", "%d reasons to hold them go", goes) % goes
    if everybody:
        return _("%s, and none is left: the person has to be deleted next. All marketing stops for good.") % dropped
    left = ngettext("%d stays", "%d stay", stays) % stays
    return _("%(goes)s, with what they alone needed; %(stays)s. All marketing stops for good.") % {
        "goes": dropped,
        "stays": left,
    }


def _is_to_be_weighed(request: Request) -> bool:
    to_weigh = request.kind == Kind.OBJECTION and request.state == State.OPEN and not request.ground
    return to_weigh and request.subjects.exists()


ACTS: tuple[Act, ...] = (
    Act(
        "uphold",
        gettext_lazy("Accept the objection"),
        _HANDLE,
        UpholdForm,
        "check_circle",
        grave=True,
        offered=_is_to_be_weighed,
    ),
    Act("reject", gettext_lazy("Reject the objection"), _HANDLE, RejectForm, "balance", offered=_is_to_be_weighed),
)
