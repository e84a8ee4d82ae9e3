"""Requests that end without being carried out: the person takes theirs back, or we hold nothing about them."""

import datetime as dt

from django.db import transaction

from contacts.days import day_of
from contacts.models import PolicyVersion
from dsr import answering, closing, moving, timeline
from dsr.answering import Draft
from dsr.moving import RequestError
from dsr.vocabulary import Outcome, PaperKind


@transaction.atomic
def taken_back(request_id: int, how: str, *, on: dt.date, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Close a request that the person took back on a day; `how` says how we know.

    Raises RequestError where nothing is said, for a day to come and one before the request; MovedError where it is
    closed.
    """
    if not how.strip():
        raise RequestError("Say how they took it back.")
    request = moving.lock(request_id)
    if not request.received_on <= on <= day_of(at, policy.zone):
        raise RequestError("They can have taken it back between the day it was received and today.")
    timeline.note(request, PaperKind.REASON, how, data={"on": on.isoformat()}, at=at)
    closing.close(request, Outcome.WITHDRAWN, policy=policy, at=at, by=by)


@transaction.atomic
def nothing_held(request_id: int, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Tell whoever asked that we hold nothing about them, and close their request.

    Raises RequestError where somebody is found for it, MovedError where it is closed.
    """
    request = moving.lock(request_id)
    if request.subjects.exists():
        raise RequestError("Somebody on file is found for this request. Take them off it first.")
    answering.send(request, draft, at=at, by=by)
    closing.close(request, Outcome.NOTHING_HELD, policy=policy, at=at, by=by)
