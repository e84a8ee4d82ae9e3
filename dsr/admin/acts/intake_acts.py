"""What the officer does until it is clear who asks for what: enter a request, find the person, ask, or let it end."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm, UnderPolicyForm
from contacts.admin.shared.base import company_day
from contacts.models import Suppression
from contacts.outbox import wake_worker
from contacts.people import suppressions, tombstones
from contacts.words.addresses import MalformedAddressError, normalise
from dsr.admin.acts import amending_act, taking_back_acts
from dsr.admin.acts.find_act import FindForm, NotLeftForm, TakeOffForm, policy_in_force
from dsr.admin.letters import LetterForm
from dsr.answers.answering import Draft
from dsr.decisions import ending
from dsr.intake import identity, intake, third_party_report
from dsr.intake.intake import Asked
from dsr.letters import answers
from dsr.letters.question import question
from dsr.models import Request
from dsr.records import deadlines
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Source, State

HANDLE = "dsr.handle_request"

QUESTION_TOO_LATE = gettext_lazy(
    "This question no longer pauses the deadline: it would have had to be sent by %s. Answer in time all the same."
)

KINDS = [("", "–"), *((kind.value, capfirst(kind.label)) for kind in Kind)]
# What comes in by our own pages enters itself.
SOURCES = [
    ("", "–"),
    *((each.value, capfirst(each.label)) for each in Source if each not in {Source.FORM, Source.MY_DATA}),
]


class ReceivedForm(UnderPolicyForm):
    """What there is to say of a request that reached somebody of us: `words` come after the fields of the subclass."""

    without_policy = gettext_lazy("No policy is published yet, so that no request can be answered.")
    refusals: tuple[type[Exception], ...] = (RequestError,)

    kind = fields.choice(gettext_lazy("What do they ask for?"), KINDS)
    source = fields.choice(gettext_lazy("How did it come in?"), SOURCES)
    received_on = fields.day(
        gettext_lazy("On which day was it received?"),
        help_text=gettext_lazy("The day on which it reached anybody in the company: the time to answer runs from it."),
    )
    words = fields.long_text(
        gettext_lazy("In which words?"),
        required=False,
        help_text=gettext_lazy("As they wrote or said it. No numbers of passports or identity cards."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"received_on": company_day()}, **options)

    def clean_received_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["received_on"]
        if on > company_day():
            raise ValidationError(_("A request cannot have been received on a day to come."))
        return on

    def came(self) -> dict[str, Any]:
        """Return what the acts of `dsr.intake` ask to be told about how it came in."""
        return {name: self.cleaned_data[name] for name in ("source", "received_on", "policy")}


class EnterForm(ReceivedForm):
    explanation = gettext_lazy(
        "For a request that came by e-mail, letter or phone. You find the person in the next step."
    )
    submit = gettext_lazy("Enter the request")

    name = fields.text(gettext_lazy("What do they call themselves?"), required=False)
    address = fields.text(
        gettext_lazy("Which e-mail address do they give?"),
        required=False,
        help_text=gettext_lazy("It is used to ask who they are. Answers go to the address on file."),
    )
    language = fields.choice(gettext_lazy("Which language do we write in?"), settings.LANGUAGES)

    def clean_address(self) -> str:
        typed = self.cleaned_data["address"].strip()
        try:
            return normalise(typed) if typed else ""
        except MalformedAddressError:
            raise ValidationError(_("This is no e-mail address.")) from None

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        data = {name: told[name] for name in ("name", "address", "language") if told[name]}
        self.record = intake.enter(Asked(Kind(told["kind"]), told["words"], data), **self.came(), at=at, by=by)
        return str(_("The request is entered as number %s. Next, find the person.") % self.record.number)


class AnswerToForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "From now on the letters about this request go to that address. The person's record is not changed by it."
    )

    address = fields.text(gettext_lazy("E-mail address"))
    how = fields.long_text(
        gettext_lazy("How do you know that it is theirs?"),
        help_text=gettext_lazy("What you saw or heard. Never a number or a copy of an identity paper."),
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        identity.answer_to(self.record.pk, self.cleaned_data["address"], self.cleaned_data["how"], at=at, by=by)
        return _("Answers to this request go to the new address.")


class QuestionForm(LetterForm):
    explanation: Any = gettext_lazy(
        "Only where there is reasonable doubt about who asks. The deadline is paused until they answer; after 30 days"
        " without an answer the request is closed."
    )
    submit = gettext_lazy("Send the question")

    def __init__(self, record: Any = None, **options: Any) -> None:
        if self._too_late(record):
            self.explanation = QUESTION_TOO_LATE % date_format(deadlines.question_by(record))
        super().__init__(record, **options)

    def draft(self) -> Draft:
        on = self.record.safe_on if self._too_late(self.record) else None
        return question(self.record, self.policy, self.language, {"goes_on": on})

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        identity.ask(self.record.pk, self.letter(), policy=self.policy, at=at, by=by)
        wake_worker.nudge()
        return on_its_way(self.record)

    def _too_late(self, record: Any) -> bool:
        return company_day() > deadlines.question_by(record)


def on_its_way(record: Any) -> str:
    """Return what is said of a question that was just sent, by whether it has paused the deadline."""
    request = Request.objects.get(pk=record.pk)
    if request.paused_since:
        return _("The question is on its way. The deadline is paused until they answer.")
    return _("The question is on its way. The deadline is not paused: answer by %s.") % date_format(request.safe_on)


class AnsweredForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy("The deadline runs again from the day their answer reached us.")

    on = fields.day(gettext_lazy("When did they answer?"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"on": company_day()}, **options)

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"]
        if on > company_day():
            raise ValidationError(_("They cannot have answered on a day to come."))
        return on

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        identity.answered(self.record.pk, on=self.cleaned_data["on"], policy=policy_in_force(), at=at, by=by)
        due = Request.objects.values_list("safe_on", flat=True).get(pk=self.record.pk)
        return _("The deadline runs again. Answer by %s.") % date_format(due)


class NothingHeldForm(LetterForm):
    explanation = gettext_lazy(
        "First search for every name and address they may have used with us, earlier ones included."
    )
    submit = gettext_lazy("Send the letter and close the request")

    def draft(self) -> Draft:
        hashed = self.record.address_hash
        suppressed = bool(hashed) and Suppression.objects.filter(suppressions.under({hashed: hashed})).exists()
        stone = tombstones.standing({hashed: hashed}, day=company_day()) if hashed else None
        return answers.nothing_held(self.record, self.policy, self.language, {"suppressed": suppressed, "stone": stone})

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        ending.nothing_held(self.record.pk, self.letter(), policy=self.policy, at=at, by=by)
        wake_worker.nudge()
        return _("The letter is on its way, and the request is closed.")


def _stands(request: Request) -> bool:
    return request.is_standing


def _has_people(request: Request) -> bool:
    return request.is_standing and request.subjects.exists()


def _has_nobody(request: Request) -> bool:
    return request.is_standing and not request.subjects.exists()


def _is_hearsay(request: Request) -> bool:
    return request.is_standing and third_party_report.is_hearsay(request)


ENTER = Act("add", gettext_lazy("Enter a request"), HANDLE, EnterForm)

ACTS: tuple[Act, ...] = (
    Act("find-person", gettext_lazy("Find the person"), HANDLE, FindForm, "person_search", offered=_stands),
    Act(
        "take-off",
        gettext_lazy("Take a person off the request"),
        HANDLE,
        TakeOffForm,
        "person_remove",
        offered=_has_people,
    ),
    Act(
        "ask-who",
        gettext_lazy("Ask who they are"),
        HANDLE,
        QuestionForm,
        "contact_support",
        offered=lambda request: request.state in {State.NEW, State.OPEN},
    ),
    Act(
        "answered",
        gettext_lazy("Record their answer"),
        HANDLE,
        AnsweredForm,
        "mark_email_read",
        offered=lambda request: request.state == State.ASKED,
    ),
    Act(
        "answer-to", gettext_lazy("Answer to another address"), HANDLE, AnswerToForm, "alternate_email", offered=_stands
    ),
    Act(
        "nothing-held",
        gettext_lazy("Answer that we hold nothing"),
        HANDLE,
        NothingHeldForm,
        "search_off",
        offered=_has_nobody,
    ),
    Act(
        "not-left",
        gettext_lazy("Record that they have not left"),
        HANDLE,
        NotLeftForm,
        "person_check",
        offered=_is_hearsay,
    ),
    *amending_act.ACTS,
    *taking_back_acts.ACTS,
)
