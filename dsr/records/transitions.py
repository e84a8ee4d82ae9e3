"""How a request moves from one state to the next: by one conditional UPDATE, or not at all."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from dsr.models import Request
from dsr.records import deadlines
from dsr.words.vocabulary import State


class RequestError(ValueError):
    """What was asked for cannot be; the message says why, and what to do."""


class MovedError(RequestError):
    """The request is not in a state in which this can be done: somebody was faster."""


def lock(request_id: int) -> Request:
    """Lock a request until the transaction ends, and return it as it stands. Raises MovedError where it is gone."""
    request = Request.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise MovedError(_("This request is not on record any more."))
    return request


def move(request: Request, to: State, *, among: Collection[State], **changes: Any) -> None:
    """Bring a locked request into a state, from one of `among`, with other changes of its row, and settle its dates.

    Raises MovedError where it is in another state: then nothing has changed.
    """
    states = [state for state in among if state in ALLOWED and to in ALLOWED[state]]
    if not Request.objects.filter(pk=request.pk, state__in=states).update(state=to, **changes):
        raise MovedError(_("This request has moved on meanwhile. Load its page again."))
    request.refresh_from_db()
    deadlines.settle(request)


def change(request: Request, *, among: Collection[State], **changes: Any) -> None:
    """Change a locked request's row without moving it. Raises MovedError where it is in another state."""
    found = Request.objects.filter(pk=request.pk, state__in=list(among))
    if not (found.update(**changes) if changes else found.exists()):
        raise MovedError(_("This request has moved on meanwhile. Load its page again."))
    request.refresh_from_db()
    deadlines.settle(request)


def resumed(request: Request, day: dt.date) -> dict[str, Any]:
    """Return the changes by which a clock that waits runs on."""
    if request.paused_since is None:
        return {}
    waited = max((day - request.paused_since).days, 0)
    return {"paused_since": None, "paused_days": request.paused_days + waited, "reminded_on": None}


# Every way that there is. A request that is closed stays so.
ALLOWED: dict[State, tuple[State, ...]] = {
    State.UNPROVEN: (State.NEW, State.OPEN),
    State.NEW: (State.OPEN, State.ASKED, State.CLOSED),
    State.OPEN: (State.ASKED, State.CLOSED),
    State.ASKED: (State.NEW, State.OPEN, State.CLOSED),
    State.CLOSED: (),
}
