"""Where a request asks for a great deal: the officer asks what it is about, or asks for a fee."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act
from contacts.admin.shared.base import company_day
from contacts.outbox import wake_worker
from dsr.admin.acts.intake_acts import on_its_way
from dsr.admin.letters import LetterForm
from dsr.answers.answering import Draft
from dsr.clock.unanswered import EVERYTHING_AFTER
from dsr.decisions import charging, scoping
from dsr.letters import free
from dsr.letters.question import scope
from dsr.models import Request
from dsr.words.vocabulary import Kind, State

_HANDLE = "dsr.handle_request"


class ScopeForm(LetterForm):
    submit = gettext_lazy("Send the question")

    def __init__(self, record: Any = None, **options: Any) -> None:
        self.entries = scoping.entries(record)
        self.pauses = scoping.pauses(record, company_day())
        self.explanation = self._explained()
        super().__init__(record, **options)

    def draft(self) -> Draft:
        on = company_day() + EVERYTHING_AFTER if self.pauses else None
        return scope(self.record, self.policy, self.language, {"entries": self.entries, "answers_all": on})

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        scoping.ask(self.record.pk, self.letter(), policy=self.policy, at=at, by=by)
        wake_worker.nudge()
        return on_its_way(self.record)

    def _explained(self) -> str:
        told = {"entries": self.entries, "much": settings.MUCH_HELD}
        if self.pauses:
            text = _(
                "We hold %(entries)d entries about them. The deadline is paused for 14 days, or until they answer."
            )
        elif self.entries >= settings.MUCH_HELD:
            text = _("We hold %(entries)d entries about them. It is too late to pause the deadline by this question.")
        else:
            text = _(
                "We hold %(entries)d entries about them, fewer than %(much)d: the deadline is not paused by this"
                " question."
            )
        return text % told


class FeeForm(LetterForm):
    explanation = gettext_lazy(
        "Only where a request is manifestly unfounded or excessive, which is ours to show. The deadline goes on."
    )
    submit = gettext_lazy("Send the letter")

    fee = fields.text(
        gettext_lazy("How much?"), help_text=gettext_lazy("With its currency. No more than the answer costs us.")
    )
    reasons = fields.long_text(
        gettext_lazy("Why?"), help_text=gettext_lazy("In plain words: the person reads this in the letter.")
    )

    def draft(self) -> Draft:
        told = {name: self.cleaned_data[name] for name in ("fee", "reasons")}
        return free.fee(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        charging.ask(self.record.pk, told["fee"], told["reasons"], self.letter(), policy=self.policy, at=at, by=by)
        return _("The letter is on its way. Answer by %s all the same.") % date_format(self.record.safe_on)


def _asks_for_much(request: Request) -> bool:
    waits = request.state in {State.NEW, State.OPEN}
    return waits and request.kind == Kind.ACCESS and request.subjects.exists()


def _may_cost(request: Request) -> bool:
    return request.state == State.OPEN and charging.may_be_charged(request)


SCOPE = Act(
    "ask-what", gettext_lazy("Ask what it is about"), _HANDLE, ScopeForm, "manage_search", offered=_asks_for_much
)
FEE = Act("fee", gettext_lazy("Ask for a fee"), _HANDLE, FeeForm, "payments", offered=_may_cost)
