"""What is to be answered, in the order in which it is due: numbers, kinds and dates, and no person."""

import datetime as dt
from dataclasses import dataclass

from dsr.models import Request


@dataclass(frozen=True)
class Due:
    """How one request stands on a day. `days_left` is counted to the safe date, and stands still while the clock waits.

    It is below zero where the safe date has passed.
    """

    number: str
    kind: str
    state: str
    received_on: dt.date
    safe_on: dt.date
    legal_on: dt.date
    paused_since: dt.date | None
    days_left: int

    @property
    def overdue(self) -> bool:
        return self.days_left < 0


def on(day: dt.date) -> list[Due]:
    """Return all that somebody has to do something about, the next due first, what waits for the person last."""
    return [_due(request, day) for request in Request.objects.standing().by_due()]


def _due(request: Request, day: dt.date) -> Due:
    return Due(
        number=request.number,
        kind=request.kind,
        state=request.state,
        received_on=request.received_on,
        safe_on=request.safe_on,
        legal_on=request.legal_on,
        paused_since=request.paused_since,
        days_left=(request.safe_on - (request.paused_since or day)).days,
    )
