"""Refuse what was asked, whole or in part: on a ground from the list, with reasons, and where to turn (L3, P23)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from dsr.answers import closing, remedies, restricting
from dsr.answers.answering import Draft
from dsr.freeze import freezes, suppress_requester
from dsr.models import Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Outcome, PaperKind, RefusalGround, Step
from retention.models import Hold, HoldKind

_ALWAYS = (RefusalGround.NOT_COVERED, RefusalGround.EXCESSIVE, RefusalGround.NOT_IDENTIFIED)
_KEEPING = (RefusalGround.LEGAL_DUTY, RefusalGround.LEGAL_CLAIMS)
_OF_DELETION = (*_KEEPING, *_ALWAYS)

# An objection to marketing is absolute (P22). Whether compelling grounds or legal claims weigh more than another
# objection is decided elsewhere (`weighing`); what is here needs no balance, as there is no right to weigh.
GROUNDS: dict[Kind, tuple[RefusalGround, ...]] = {
    Kind.ACCESS: (RefusalGround.OTHERS_RIGHTS, *_ALWAYS),
    Kind.RECTIFICATION: (RefusalGround.CORRECT, *_ALWAYS),
    Kind.ERASURE: _OF_DELETION,
    Kind.RESTRICTION: _ALWAYS,
    Kind.PORTABILITY: (RefusalGround.OTHERS_RIGHTS, *_ALWAYS),
    Kind.MARKETING_OBJECTION: (RefusalGround.NOT_IDENTIFIED,),
    Kind.OBJECTION: _ALWAYS,
    Kind.WITHDRAWAL: (RefusalGround.NOT_IDENTIFIED,),
    Kind.COMPLAINT: _ALWAYS,
    Kind.LEAVER: _OF_DELETION,
}


@transaction.atomic
def refuse(
    request_id: int,
    ground: RefusalGround,
    reasons: str,
    draft: Draft,
    *,
    done: str = "",
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Request:
    """Refuse a request with a letter, and close it; `done` says in words what was done of it all the same.

    Who is needed for legal claims is frozen: what the person is told has to be so when the night comes. Where a
    restriction ends with it, that is on the next day: not while another request needs it. Raises RequestError where the
    ground does not fit or nothing on file bears it out, no reasons are given, or the letter does not end with authority
    and court; MovedError where the request is closed.
    """
    request = transitions.lock(request_id)
    freezes.lock(timeline.people(request))  # of two that are settled at once, the last ends a restriction
    check(request, ground, reasons, draft, policy)
    day = day_of(at, policy.zone)
    bear_out(request, ground, day=day, at=at, by=by)
    outcome = Outcome.PARTLY_REFUSED if done.strip() else Outcome.REFUSED
    timeline.note(request, PaperKind.REASON, reasons, data={"ground": ground, "done": done}, at=at)
    timeline.record(request, Step.REFUSED, at=at, by=by, rule=ground)
    suppress_requester.refused(request, ground, day=day, at=at, by=by)
    restricting.answer(request, draft, policy=policy, at=at, by=by)
    closing.close(request, outcome, refusal=ground, policy=policy, at=at, by=by)
    return request


def bear_out(request: Request, ground: RefusalGround, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Have the people of a request kept where a ground says that they are: by a freeze for legal claims.

    Raises RequestError where nobody is named, and where a law is to have us keep somebody and no duty is on file.
    """
    people = timeline.people(request)
    if ground in _KEEPING and not people:
        raise RequestError(_("Say first whom the request is about."))
    if ground == RefusalGround.LEGAL_CLAIMS:
        freezes.claim(people, day=day, at=at, by=by)
    elif ground == RefusalGround.LEGAL_DUTY:
        kept = Hold.objects.standing(day).filter(contact__in=people, kind=HoldKind.DUTY).values("contact").distinct()
        if kept.count() < len(people):
            raise RequestError(_("No duty on file has us keep their details. Place its hold on their page first."))


def check(request: Request, ground: RefusalGround, reasons: str, draft: Draft, policy: PolicyVersion) -> None:
    """Raise RequestError where a refusal would not be one that the law knows."""
    if ground not in GROUNDS[Kind(request.kind)]:
        raise RequestError(_("This ground does not fit what was asked for."))
    if not reasons.strip():
        raise RequestError(_("Say why: a refusal has to give its reasons (Art. 12(4) GDPR)."))
    remedies.check(draft, policy)
