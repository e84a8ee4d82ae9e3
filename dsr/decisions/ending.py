"""Requests that end without being carried out: the person takes theirs back, or we hold nothing about them."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from dsr.answers import answering, closing, duplicates, restricting
from dsr.answers.answering import Draft
from dsr.freeze import freezes
from dsr.intake import automatic_fulfilment
from dsr.models import Request
from dsr.records import restricted, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.systems import standing
from dsr.words.vocabulary import Kind, Outcome, PaperKind


@transaction.atomic
def taken_back(
    request_id: int,
    how: str,
    *,
    on: dt.date,
    draft: Draft | None = None,
    with_later: bool = False,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> None:
    """Close a request that the person took back on a day, as of that day; `how` says how we know.

    Who takes back that they have left is on file as before, unless another request says so as well.
    `draft` is for where a restriction ends with it, on the next day: the person hears of it before (L6).
    `with_later` says that they take back as well what is answered with this request. Raises RequestError where nothing
    is said, such a letter or such a word is missing, for a day to come and one before the request; MovedError where it
    is closed.
    """
    if not how.strip():
        raise RequestError(_("Say how they took it back."))
    request = transitions.lock(request_id)
    freezes.lock(timeline.people(request))  # of two that are settled at once, the last ends a restriction
    day = day_of(at, policy.zone)
    _check_taken_back(request, on, day, with_later)
    timeline.note(request, PaperKind.REASON, how, data={"on": on.isoformat()}, at=at)
    if draft is not None:
        restricting.answer(request, draft, policy=policy, at=at, by=by)
    elif restricted.ends_on(request, day):
        raise RequestError(_("They have to hear from us before their details are used again (Art. 18(3) GDPR)."))
    closing.close(request, Outcome.WITHDRAWN, on=on, policy=policy, at=at, by=by)
    if request.kind == Kind.LEAVER:
        automatic_fulfilment.take_back_leaving([person.pk for person in timeline.people(request)], at=at, by=by)


def _check_taken_back(request: Request, on: dt.date, day: dt.date, with_later: bool) -> None:
    if not request.received_on <= on <= day:
        raise RequestError(_("They can have taken it back between the day it was received and today."))
    later = duplicates.numbers_answered_with(request)
    if later and not with_later:
        text = ngettext(
            "Number %(numbers)s is answered with this request. Close it only if they take that back as well.",
            "Numbers %(numbers)s are answered with this request. Close it only if they take those back as well.",
            len(later),
        )
        raise RequestError(text % {"numbers": ", ".join(later)})


@transaction.atomic
def nothing_held(request_id: int, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Tell whoever asked that we hold nothing about them, and close their request.

    Raises RequestError where somebody is found for it, MovedError where it is closed.
    """
    request = transitions.lock(request_id)
    if request.subjects.exists():
        raise RequestError(_("Somebody on file is found for this request. Take them off it first."))
    standing.check_nobody(request, at=at)
    if (asked := standing.of(request)).done or asked.kept:
        raise RequestError(_("Another system holds something about them. Find the person, and hand that over."))
    standing.wait_for(request, day=day_of(at, policy.zone), at=at, by=by)
    answering.send(request, draft, at=at, by=by)
    closing.close(request, Outcome.NOTHING_HELD, policy=policy, at=at, by=by)
