"""Settle a complaint: what was agreed with the person, by when, and that it is done; or by an answer (P23)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from dsr.answers import answering, closing, remedies
from dsr.answers.answering import Draft
from dsr.models import Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Outcome, PaperKind, State, Step


@transaction.atomic
def agree(
    request_id: int, what: str, by_when: dt.date, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Write down what was agreed with the person, and confirm it by letter. Agreed anew, the last word holds.

    Raises RequestError where it is no complaint, nothing is said, or the day is past; MovedError where it is not open.
    """
    request = transitions.lock(request_id)
    _check(request, what)
    if by_when < day_of(at, policy.zone):
        raise RequestError(_("What is agreed on cannot be done by a day that is past."))
    transitions.change(request, among=(State.OPEN,), agreed_by=by_when)
    timeline.note(request, PaperKind.AGREEMENT, what, data={"by": by_when.isoformat()}, at=at)
    timeline.record(request, Step.AGREED, at=at, by=by)
    answering.send(request, draft, at=at, by=by)
    return request


@transaction.atomic
def done(request_id: int, what: str, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Write down that what was agreed on is done, tell the person, and close the complaint.

    Raises RequestError where nothing was agreed on or nothing is said; MovedError where it is not open.
    """
    request = transitions.lock(request_id)
    _check(request, what)
    if request.agreed_by is None:
        raise RequestError(_("Nothing is agreed on yet."))
    timeline.note(request, PaperKind.AGREEMENT, what, data={"done": True}, at=at)
    timeline.record(request, Step.DONE, at=at, by=by)
    answering.send(request, draft, at=at, by=by)
    transitions.change(request, among=(State.OPEN,))
    closing.close(request, Outcome.FULFILLED, policy=policy, at=at, by=by)
    return request


@transaction.atomic
def answer(request_id: int, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Answer a complaint by letter, and close it: nothing is agreed on, and nothing is refused.

    Raises RequestError where it is no complaint or the letter does not end with authority and court; MovedError where
    it is closed.
    """
    request = transitions.lock(request_id)
    if request.kind != Kind.COMPLAINT:
        raise RequestError(_("This request is no complaint."))
    remedies.check(draft, policy)
    answering.send(request, draft, at=at, by=by)
    closing.close(request, Outcome.ANSWERED, policy=policy, at=at, by=by)
    return request


def agreed_on(request: Request) -> str:
    """Return what was agreed on last, in words; empty where nothing was, or the person is gone."""
    papers = request.papers.filter(kind=PaperKind.AGREEMENT).exclude(data__has_key="done")
    last = papers.last()
    return last.text if last else ""


def _check(request: Request, what: str) -> None:
    if request.kind != Kind.COMPLAINT:
        raise RequestError(_("This request is no complaint."))
    if not what.strip():
        raise RequestError(_("Say what it is."))
