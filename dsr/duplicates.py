"""The same asked for twice is answered once: the later request closes, and the letters of the earlier name both."""

import datetime as dt

from django.db import transaction

from contacts.models import PolicyVersion
from dsr import closing, moving, timeline
from dsr.models import Request
from dsr.moving import RequestError
from dsr.vocabulary import Outcome, Step

_AGAIN = "again:"


@transaction.atomic
def join(request_id: int, earlier_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Close a request as a duplicate of an earlier one that stands, and return the earlier, whose dates hold.

    Its person hears of it in the letters about the earlier. Raises RequestError where the other is none of the same
    kind and person, or was received later; MovedError where one of them is closed.
    """
    earlier, request = _lock(request_id, earlier_id)
    if not Request.objects.duplicates_of(request).filter(pk=earlier.pk).exists():
        raise RequestError("The other request is not by the same person, for the same, and open.")
    if (earlier.received_on, earlier.pk) > (request.received_on, request.pk):
        raise RequestError("Answer under the number of the request that was received first.")
    timeline.record(earlier, Step.RECEIVED, at=at, by=by, rule=f"{_AGAIN}{request.number}")
    closing.close(request, Outcome.DUPLICATE, policy=policy, at=at, by=by)
    return earlier


def numbers_answered_with(request: Request) -> list[str]:
    """Return the numbers of the requests that are answered with this one."""
    rules = request.entries.filter(step=Step.RECEIVED, rule__startswith=_AGAIN).values_list("rule", flat=True)
    return [rule.removeprefix(_AGAIN) for rule in rules]


def _lock(request_id: int, earlier_id: int) -> tuple[Request, Request]:
    """Lock both in key order, as whoever joins them the other way round would."""
    locked = {pk: moving.lock(pk) for pk in sorted({request_id, earlier_id})}
    return locked[earlier_id], locked[request_id]
