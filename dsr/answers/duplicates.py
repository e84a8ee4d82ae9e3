"""The same asked for twice is answered once: the later request closes, and the letters of the earlier name both."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import PolicyVersion
from dsr.answers import closing
from dsr.models import Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Outcome, State, Step

AGAIN = "again:"
_KNOWN = (Step.PROVEN, Step.IDENTIFIED)  # by which it is known who asks


@transaction.atomic
def join(request_id: int, earlier_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Close a request as a duplicate of an earlier one that stands, and return the earlier, whose dates hold.

    Its person hears of it in the letters about the earlier. Raises RequestError where the other is none of the same
    kind and person, was received later, is not about everybody whom this one is about, or is not known to be by them
    while this one is; MovedError where one of them is closed.
    """
    earlier, request = _lock(request_id, earlier_id)
    if not Request.objects.duplicates_of(request).filter(pk=earlier.pk).exists():
        raise RequestError(_("The other request is not by the same person, for the same, and open."))
    if (earlier.received_on, earlier.pk) > (request.received_on, request.pk):
        raise RequestError(_("Answer under the number of the request that was received first."))
    _check_answers(earlier, request)
    for number in [request.number, *numbers_answered_with(request)]:
        timeline.record(earlier, Step.RECEIVED, at=at, by=by, rule=f"{AGAIN}{number}")
    closing.close(request, Outcome.DUPLICATE, policy=policy, at=at, by=by)
    return earlier


def numbers_answered_with(request: Request) -> list[str]:
    """Return the numbers of the requests that are answered with this one."""
    rules = request.entries.filter(step=Step.RECEIVED, rule__startswith=AGAIN).values_list("rule", flat=True)
    return [rule.removeprefix(AGAIN) for rule in rules]


def _check_answers(earlier: Request, request: Request) -> None:
    """Raise RequestError where the answer to the earlier might not reach everybody who asked in the later."""
    people = earlier.subjects.values("contact")
    if request.subjects.exclude(contact__in=people).exists():
        text = _("Request %(number)s is not about all of these people. Find them for it first.")
        raise RequestError(text % {"number": earlier.number})
    if _is_known(request) and not _is_known(earlier):
        text = _("We do not know yet who made request %(number)s. Find the person for it first.")
        raise RequestError(text % {"number": earlier.number})


def _is_known(request: Request) -> bool:
    return request.state == State.OPEN and request.entries.filter(step__in=_KNOWN).exists()


def _lock(request_id: int, earlier_id: int) -> tuple[Request, Request]:
    """Lock both in key order, as whoever joins them the other way round would."""
    locked = {pk: transitions.lock(pk) for pk in sorted({request_id, earlier_id})}
    return locked[earlier_id], locked[request_id]
