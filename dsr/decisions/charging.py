"""Ask for a fee, where a request is manifestly unfounded or excessive: with reasons, instead of a refusal."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import PolicyVersion
from dsr.answers import answering, refusing, remedies
from dsr.answers.answering import Draft
from dsr.models import Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, PaperKind, RefusalGround, State, Step


@transaction.atomic
def ask(
    request_id: int, fee: str, reasons: str, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Ask for a reasonable fee by letter (Art. 12(5)(a) GDPR). The deadline goes on: no law pauses it.

    `fee` is an amount with its currency, as the person reads it. Raises RequestError where what is asked for is free
    in any case, nothing is said, or the letter does not end with authority and court; MovedError where it is closed.
    """
    request = transitions.lock(request_id)
    if not may_be_charged(request):
        raise RequestError(_("What was asked for is free in any case."))
    if not fee.strip():
        raise RequestError(_("Say how much."))
    if not reasons.strip():
        raise RequestError(_("Say why: that a request is excessive is ours to show (Art. 12(5) GDPR)."))
    remedies.check(draft, policy)
    transitions.change(request, among=(State.OPEN,))
    timeline.note(request, PaperKind.REASON, reasons, data={"fee": fee}, at=at)
    timeline.record(request, Step.FEE, at=at, by=by)
    answering.send(request, draft, at=at, by=by)
    return request


def may_be_charged(request: Request) -> bool:
    """Tell whether a request of this kind can be excessive at all."""
    return RefusalGround.EXCESSIVE in refusing.GROUNDS[Kind(request.kind)]
