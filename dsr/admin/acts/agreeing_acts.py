"""Settle a complaint: note what was agreed on, and later that it is done."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act
from dsr.admin.letters import LetterForm
from dsr.answers.answering import Draft
from dsr.decisions import agreeing
from dsr.letters import complaints
from dsr.models import Request
from dsr.words.vocabulary import Kind, State

_HANDLE = "dsr.handle_request"


class AgreeForm(LetterForm):
    explanation = gettext_lazy("The letter confirms it, and names the authority.")
    submit = gettext_lazy("Record it and send the letter")

    agreement = fields.long_text(gettext_lazy("What have you agreed on with the person?"))
    by_when = fields.day(gettext_lazy("By when is it done?"))

    def draft(self) -> Draft:
        told = {"agreement": self.cleaned_data["agreement"], "by": self.cleaned_data["by_when"]}
        return complaints.agreed(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        what, by_when = self.cleaned_data["agreement"], self.cleaned_data["by_when"]
        agreeing.agree(self.record.pk, what, by_when, self.letter(), policy=self.policy, at=at, by=by)
        return _("It is on record, and the letter is on its way. Do it by %s.") % date_format(by_when)


class DoneForm(LetterForm):
    submit = gettext_lazy("Send the letter and close the request")

    done = fields.long_text(
        gettext_lazy("What was done?"), help_text=gettext_lazy("The person reads this in the letter.")
    )

    def draft(self) -> Draft:
        told = {"agreement": agreeing.agreed_on(self.record), "done": self.cleaned_data["done"]}
        return complaints.done(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        agreeing.done(self.record.pk, self.cleaned_data["done"], self.letter(), policy=self.policy, at=at, by=by)
        return _("The letter is on its way, and the request is closed.")


class AnswerForm(LetterForm):
    explanation = gettext_lazy("For a complaint that leaves nothing to be done. The letter names the authority.")
    submit = gettext_lazy("Send the letter and close the request")

    answer = fields.long_text(
        gettext_lazy("What is our answer?"), help_text=gettext_lazy("The person reads this in the letter.")
    )

    def draft(self) -> Draft:
        return complaints.answered(self.record, self.policy, self.language, {"answer": self.cleaned_data["answer"]})

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        agreeing.answer(self.record.pk, self.letter(), policy=self.policy, at=at, by=by)
        return _("The letter is on its way, and the request is closed.")


def _is_complaint(request: Request) -> bool:
    return request.kind == Kind.COMPLAINT and request.state == State.OPEN


def _is_unanswered(request: Request) -> bool:
    return request.kind == Kind.COMPLAINT and request.is_standing and request.agreed_by is None


def _is_agreed(request: Request) -> bool:
    return _is_complaint(request) and request.agreed_by is not None


ACTS: tuple[Act, ...] = (
    Act("agree", gettext_lazy("Note what was agreed on"), _HANDLE, AgreeForm, "handshake", offered=_is_complaint),
    Act("answer", gettext_lazy("Answer the complaint"), _HANDLE, AnswerForm, "reply", offered=_is_unanswered),
    Act("agreement-done", gettext_lazy("Record what was done"), _HANDLE, DoneForm, "task_alt", offered=_is_agreed),
)
