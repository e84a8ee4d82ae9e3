"""Refuse what was asked, whole or in part: on a ground from the list, with reasons, and where to turn (L3, P23)."""

import datetime as dt

from django.db import transaction

from contacts.days import day_of
from contacts.models import PolicyVersion
from dsr import closing, moving, muting, remedies, restricting, sparing, timeline
from dsr.answering import Draft
from dsr.models import Request
from dsr.moving import RequestError
from dsr.vocabulary import Kind, Outcome, PaperKind, RefusalGround, Step

_ALWAYS = (RefusalGround.NOT_COVERED, RefusalGround.EXCESSIVE, RefusalGround.NOT_IDENTIFIED)
_OF_DELETION = (RefusalGround.LEGAL_DUTY, RefusalGround.LEGAL_CLAIMS, *_ALWAYS)

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

    Where a restriction ends with it, that is on the next day: not while another request needs it. Raises
    RequestError where the ground does not fit, no reasons are given, or the letter does not end with authority and
    court; MovedError where the request is closed.
    """
    request = moving.lock(request_id)
    sparing.lock(timeline.people(request))  # of two that are settled at once, the last ends a restriction
    check(request, ground, reasons, draft, policy)
    outcome = Outcome.PARTLY_REFUSED if done.strip() else Outcome.REFUSED
    timeline.note(request, PaperKind.REASON, reasons, data={"ground": ground, "done": done}, at=at)
    timeline.record(request, Step.REFUSED, at=at, by=by, rule=ground)
    muting.refused(request, ground, day=day_of(at, policy.zone), at=at, by=by)
    restricting.answer(request, draft, policy=policy, at=at, by=by)
    closing.close(request, outcome, refusal=ground, policy=policy, at=at, by=by)
    return request


def check(request: Request, ground: RefusalGround, reasons: str, draft: Draft, policy: PolicyVersion) -> None:
    """Raise RequestError where a refusal would not be one that the law knows."""
    if ground not in GROUNDS[Kind(request.kind)]:
        raise RequestError("This ground does not fit what was asked for.")
    if not reasons.strip():
        raise RequestError("Say why: a refusal has to give its reasons (Art. 12(4) GDPR).")
    remedies.check(draft, policy)
