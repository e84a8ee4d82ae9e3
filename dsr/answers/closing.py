"""Close a request: how it ended, and when. The people it froze are free again once their last one is closed."""

import datetime as dt

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from dsr.answers import representation
from dsr.evidence import sealing
from dsr.freeze import freezes
from dsr.models import Paper, Request
from dsr.records import timeline, transitions
from dsr.systems import opening
from dsr.words.vocabulary import STANDING, ErasureGround, Outcome, RefusalGround, State, Step

_DECIDED = (Outcome.FULFILLED, Outcome.ANSWERED, Outcome.PARTLY_REFUSED, Outcome.REFUSED, Outcome.NOTHING_HELD)


def close(
    request: Request,
    outcome: Outcome,
    *,
    ground: ErasureGround | str = "",
    refusal: RefusalGround | str = "",
    on: dt.date | None = None,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> None:
    """Close a locked request, in the transaction of the act that answers it. Raises MovedError where it is closed.

    `on` is the day as of which it is closed, today where None. What was said in words about nobody on file is forgotten
    with it; what proves the answer is sealed. Raises RequestError where that cannot be, and where somebody acts for the
    person and the answer has to wait (L17).
    """
    day = day_of(at, policy.zone)
    if outcome in _DECIDED:
        representation.check(request, day=day)
    transitions.move(
        request,
        State.CLOSED,
        among=STANDING,
        outcome=outcome,
        ground=ground,
        refusal=refusal,
        closed_on=on or day,
        **transitions.resumed(request, on or day),
    )
    timeline.record(request, Step.CLOSED, at=at, by=by, rule=outcome)
    opening.ended(request, outcome, at=at, by=by)
    sealing.seal_answer(request, day=on or day, at=at)
    Paper.objects.filter(request=request, contact=None).delete()
    request.enclosures.filter(contact=None).delete()
    freezes.release(timeline.people(request), day=day, at=at, by=by)
