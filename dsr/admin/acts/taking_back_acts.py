"""The person takes a request back."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from dsr.admin.days import seen_on
from dsr.admin.letters import LetterForm, in_force
from dsr.answers import duplicates
from dsr.answers.answering import Draft
from dsr.decisions import ending
from dsr.letters import answers
from dsr.models import Request
from dsr.records import restricted
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind

_HANDLE = "dsr.handle_request"


class TakenBackForm(ActForm):
    refusals: tuple[type[Exception], ...] = (RequestError,)
    explanation: Any = gettext_lazy("Only if the person says so themselves. The request is closed without a letter.")
    submit: Any = gettext_lazy("Close the request")

    on = fields.day(gettext_lazy("When did they withdraw it?"))
    how = fields.long_text(
        gettext_lazy("How do you know?"),
        help_text=gettext_lazy("Such as: wrote so in a mail from the address on file."),
    )
    with_later = fields.tick("")

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.fields["on"].initial = company_day()
        if record.kind == Kind.LEAVER:
            before = _("They are on file as if they had not left, unless another request says so, too.")
            self.explanation = f"{self.explanation} {before}"
        if later := duplicates.numbers_answered_with(record):
            text = _("They also withdraw number %s, which is answered with this request")
            self.fields["with_later"].label = text % ", ".join(later)
        else:
            del self.fields["with_later"]

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"]
        if on > company_day():
            raise ValidationError(_("They cannot have taken it back on a day to come."))
        return on

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        return self._close(None, at, by)

    def _close(self, draft: Draft | None, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        ending.taken_back(
            self.record.pk,
            told["how"],
            on=told["on"],
            draft=draft,
            with_later=told.get("with_later", False),
            policy=in_force(),
            at=at,
            by=by,
        )
        return _("The request is closed: the person withdrew it.")


class TakenBackWithLetterForm(TakenBackForm, LetterForm):
    """Where details were only stored because of it: the person hears of it before they are used again (L6)."""

    explanation = gettext_lazy(
        "Only if the person says so themselves. The request is closed. Their data is used again from tomorrow, and the"
        " letter tells them so first."
    )
    submit = gettext_lazy("Send the letter and close the request")

    def draft(self) -> Draft:
        told = restricted.outlook(self.record, company_day())
        return answers.taken_back(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        return self._close(self.letter(), at, by)


def _without_letter(request: Request) -> bool:
    return request.is_standing and not _with_letter(request)


def _with_letter(request: Request) -> bool:
    may_end = request.is_standing and request.kind in restricted.UNTIL_SETTLED
    return may_end and bool(restricted.ends_on(request, seen_on(request)))


ACTS: tuple[Act, ...] = (
    Act("taken-back", gettext_lazy("Record the withdrawal"), _HANDLE, TakenBackForm, "undo", offered=_without_letter),
    Act(
        "taken-back-with-letter",
        gettext_lazy("Record the withdrawal"),
        _HANDLE,
        TakenBackWithLetterForm,
        "undo",
        offered=_with_letter,
    ),
)
