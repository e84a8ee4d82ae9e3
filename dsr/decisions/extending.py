"""Take two months more for a request that is complex: once, and only where the person hears of it in time (L1)."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from dsr.answers import answering
from dsr.answers.answering import Draft
from dsr.models import Request
from dsr.records import deadlines, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import STANDING, PaperKind, Step


@transaction.atomic
def extend(request_id: int, reason: str, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Extend the period of a request by two months, and tell the person why, and until when (Art. 12(3) GDPR).

    Raises RequestError after the first month, a second time, without a reason, or while the clock waits for the person:
    the day to answer by is not known then. MovedError where it is closed.
    """
    day = day_of(at, policy.zone)
    request = _extended(request_id, reason, day, policy=policy, at=at, by=by)
    if request.paused_since:
        raise RequestError(_("The clock waits for the person. Take more time once they have answered."))
    answering.send(request, draft, at=at, by=by)
    return request


@transaction.atomic
def note(request_id: int, reason: str, told_on: dt.date, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Note afterwards that the person was told on a day, and why. Past the first month, the entry is marked as late.

    Raises what `extend` raises, and RequestError where that day was not within the first month, or is to come.
    """
    if told_on > day_of(at, policy.zone):
        raise RequestError(_("This day is still to come."))
    return _extended(request_id, reason, told_on, policy=policy, at=at, by=by)


def until(request: Request) -> dt.date:
    """Return the day to answer by, were the request extended: the safe one, which is what the person is told."""
    return deadlines.deadline(request.received_on, extended=True, paused_days=request.paused_days).safe_on


def _extended(
    request_id: int, reason: str, told_on: dt.date, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    if not reason.strip():
        raise RequestError(_("Say why more time is needed: the person has to be told."))
    request = transitions.lock(request_id)
    _check(request, told_on, policy.zone)
    day = day_of(at, policy.zone)
    late = day > deadlines.first_month_ends(request, on=day, zone=policy.zone)
    transitions.change(request, among=STANDING, extended_on=told_on, extended_late=late)
    timeline.note(request, PaperKind.REASON, reason, data={"extended_on": told_on.isoformat()}, at=at)
    timeline.record(request, Step.EXTENDED, at=at, by=by, rule="late" if late else "")
    return request


def _check(request: Request, told_on: dt.date, zone: ZoneInfo) -> None:
    ends = deadlines.first_month_ends(request, on=told_on, zone=zone)
    if request.extended_on:
        raise RequestError(_("This request was extended before, and that can be done once."))
    if told_on > ends:
        text = _("The person has to be told within the first month, which ended on %(day)s.")
        raise RequestError(text % {"day": date_format(ends)})
    if told_on < request.received_on:
        raise RequestError(_("The person cannot have been told before they asked."))
