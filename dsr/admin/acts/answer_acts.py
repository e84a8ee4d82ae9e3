"""How the officer answers whatever was asked: with more time, with a refusal, or together with an earlier request."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act, ActForm
from contacts.admin.shared.base import company_day
from contacts.models import PolicyVersion
from dsr.admin.days import seen_on
from dsr.admin.letters import LetterForm, in_force
from dsr.answers import duplicates, refusing
from dsr.answers.answering import Draft
from dsr.decisions import extending
from dsr.letters import answers, refusals
from dsr.models import Request
from dsr.records import deadlines, restricted
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, RefusalGround

_HANDLE = "dsr.handle_request"

CLAIMED = gettext_lazy("Nothing about them is deleted until you end the hold for the legal claim.")


_BORNE_OUT = gettext_lazy(
    "A legal claim places a hold: nothing about them is deleted until you end it. If a law requires us to keep"
    " something, first place its hold on their page."
)


class ExtendForm(LetterForm):
    explanation = gettext_lazy(
        "You can extend once, by two months, where a request is complex or there are many. The person is told the"
        " reason now."
    )
    submit = gettext_lazy("Extend and send the letter")

    reason = fields.long_text(
        gettext_lazy("Why does it take longer?"), help_text=gettext_lazy("The person reads this in the letter.")
    )

    def draft(self) -> Draft:
        told = {"until": extending.until(self.record), "reason": self.cleaned_data["reason"]}
        return answers.extended(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        reason = self.cleaned_data["reason"]
        request = extending.extend(self.record.pk, reason, self.letter(), policy=self.policy, at=at, by=by)
        return _("Answer by %s. The person is told why.") % date_format(request.safe_on)


class NoteExtensionForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "For a letter that has gone out already, within the first month. No letter is sent by this."
    )

    told_on = fields.day(gettext_lazy("On which day was the person told?"))
    reason = fields.long_text(gettext_lazy("Which reason were they given?"))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        policy = in_force()
        request = extending.note(self.record.pk, told["reason"], told["told_on"], policy=policy, at=at, by=by)
        return _("The extension is on record. Answer by %s.") % date_format(request.safe_on)


class RefuseForm(LetterForm):
    explanation: Any = gettext_lazy(
        "The letter names the ground and your reasons. It ends by saying where the person can turn: to us, the"
        " authority or a court. The request is closed."
    )
    submit = gettext_lazy("Refuse and send the letter")

    ground = fields.one_of(gettext_lazy("On which ground?"))
    reasons = fields.long_text(
        gettext_lazy("Why?"),
        help_text=gettext_lazy("In plain words: the person reads this in the letter."),
    )
    done = fields.long_text(
        gettext_lazy("What is done of it all the same?"),
        required=False,
        help_text=gettext_lazy("For a refusal in part. Leave it empty where nothing of it is done."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        grounds: Any = self.fields["ground"]
        allowed = refusing.GROUNDS[Kind(record.kind)]
        grounds.choices = [(each.value, capfirst(each.label)) for each in allowed]
        if RefusalGround.LEGAL_CLAIMS in allowed:
            grounds.help_text = _BORNE_OUT
        self.outlook = restricted.outlook(record, company_day())
        if on := self.outlook.get("on"):
            ends = _("The details are used again from %s on.") % date_format(on)
            self.explanation = f"{self.explanation} {ends}"

    def draft(self) -> Draft:
        told = {name: self.cleaned_data[name] for name in ("ground", "reasons", "done")} | self.outlook
        write = refusals.refused_in_part if told["done"] else refusals.refused
        return write(self.record, self.policy, self.language, told)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        refusing.refuse(
            self.record.pk,
            RefusalGround(told["ground"]),
            told["reasons"],
            self.letter(),
            done=told["done"],
            policy=self.policy,
            at=at,
            by=by,
        )
        done = _("The letter is on its way, and the request is closed.")
        return f"{done} {CLAIMED}" if told["ground"] == RefusalGround.LEGAL_CLAIMS else done


class JoinForm(ActForm):
    refusals = (RequestError,)
    explanation = gettext_lazy(
        "The person asked for the same twice. This request closes, and what you write about the earlier one names both"
        " numbers. The dates of the earlier one apply."
    )
    submit = gettext_lazy("Answer both together")

    earlier = fields.one_of(gettext_lazy("Which request is answered?"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        earlier: Any = self.fields["earlier"]
        earlier.choices = [
            (str(other.pk), _("%(number)s, received on %(day)s") % _named(other)) for other in _earlier(record)
        ]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        earlier_id = int(self.cleaned_data["earlier"])
        earlier = duplicates.join(self.record.pk, earlier_id, policy=in_force(), at=at, by=by)
        told = {"number": earlier.number, "day": date_format(earlier.safe_on)}
        return _("This request is closed. Answer both under number %(number)s by %(day)s.") % told


def _named(request: Request) -> dict[str, str]:
    return {"number": request.number, "day": date_format(request.received_on)}


def _earlier(request: Request) -> list[Request]:
    """Return the open requests by the same person for the same that came in before."""
    found = Request.objects.duplicates_of(request).order_by("received_on", "pk")
    return [other for other in found if (other.received_on, other.pk) < (request.received_on, request.pk)]


def _may_be_extended(request: Request) -> bool:
    """In time, and not while the clock waits: the day to answer by is not known then."""
    return _extendable(request) and not request.paused_since and _in_first_month(request)


def _may_be_noted(request: Request) -> bool:
    """For what was told in time and is entered too late; until then, more time is taken with a letter."""
    return _extendable(request) and not _in_first_month(request)


def _extendable(request: Request) -> bool:
    return request.is_standing and not request.extended_on


def _in_first_month(request: Request) -> bool:
    day = seen_on(request)
    if day <= deadlines.deadline(request.received_on).safe_on:
        return True  # without a look at the timeline: a pause only makes it longer
    policy = PolicyVersion.objects.in_force()
    return policy is None or day <= deadlines.first_month_ends(request, on=day, zone=policy.zone)


def _stands(request: Request) -> bool:
    return request.is_standing


def _is_asked_twice(request: Request) -> bool:
    return request.is_standing and bool(_earlier(request))


ACTS: tuple[Act, ...] = (
    Act(
        "answer-together",
        gettext_lazy("Answer with an earlier request"),
        _HANDLE,
        JoinForm,
        "merge",
        offered=_is_asked_twice,
    ),
    Act("extend", gettext_lazy("Extend by two months"), _HANDLE, ExtendForm, "more_time", offered=_may_be_extended),
    Act(
        "note-extension",
        gettext_lazy("Record an earlier extension"),
        _HANDLE,
        NoteExtensionForm,
        "history",
        offered=_may_be_noted,
    ),
    Act("refuse", gettext_lazy("Refuse"), _HANDLE, RefuseForm, "block", grave=True, offered=_stands),
)
