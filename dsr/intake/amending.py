"""Correct the day or the kind of a request that staff typed: its dates, and what it does to people, follow (L1)."""

import datetime as dt
from copy import copy

from django.db import transaction
from django.utils.translation import gettext

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from dsr.freeze import freezes
from dsr.intake import automatic_fulfilment, intake
from dsr.models import Request
from dsr.records import deadlines, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import STANDING, Kind, Source, State, Step

AMENDED = "amended:"  # and what it was before: kind and day


@transaction.atomic
def amend(
    request_id: int, *, kind: Kind, received_on: dt.date, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Say what a request asks for, and on which day it was received, where that was typed wrongly.

    What people choose on our own pages is theirs, and its day is that of the machine. Raises RequestError for such a
    one, for a day that cannot be, where nothing would change, and for another kind once something was decided or
    agreed; MovedError where the request is closed.
    """
    request = transitions.lock(request_id)
    transitions.change(request, among=STANDING)
    before, day = copy(request), day_of(at, policy.zone)
    _check(request, kind, received_on, day)
    transitions.change(request, among=STANDING, kind=kind, received_on=received_on)
    if request.extended_on:
        last = deadlines.first_month_ends(request, on=request.extended_on, zone=policy.zone)
        transitions.change(request, among=STANDING, extended_late=request.extended_late or request.extended_on > last)
    was = f"{AMENDED}{before.kind}:{before.received_on.isoformat()}"
    timeline.record(request, Step.RECEIVED, at=at, by=by, rule=was)
    if kind != before.kind:
        _follow(before, request, day, at, by)
    return request


def before(rule: str) -> tuple[str, dt.date]:
    """Return the kind and the day that a request had before, from the entry of its timeline that says so."""
    kind, _, on = rule.removeprefix(AMENDED).partition(":")
    return kind, dt.date.fromisoformat(on)


def is_ours(request: Request) -> bool:
    """Tell whether staff typed it."""
    return request.source not in {Source.FORM, Source.MY_DATA}


def _check(request: Request, kind: Kind, received_on: dt.date, day: dt.date) -> None:
    if not is_ours(request):
        raise RequestError(
            gettext("It came in by our own pages: what it asks for and its day are as the person sent it.")
        )
    if (kind, received_on) == (request.kind, request.received_on):
        raise RequestError(gettext("Nothing would change: this is as it is on record."))
    intake.check_day(received_on, day)
    if request.paused_since and received_on > request.paused_since:
        raise RequestError(gettext("It cannot have been received after we had asked who they are."))
    if kind != request.kind and (request.ground or request.agreed_by):
        raise RequestError(
            gettext("Something was decided or agreed about it already. Close it, and enter what else they ask for.")
        )


def _follow(before: Request, request: Request, day: dt.date, at: dt.datetime, by: str) -> None:
    """Undo what the kind did to the people by mistake, and do what the right one does."""
    people = timeline.people(request)
    freezes.let_go(before, people, day=day, at=at, by=by)
    freezes.spare(request, people, at=at, by=by)
    if before.kind == Kind.LEAVER:
        automatic_fulfilment.take_back_leaving([person.pk for person in people], at=at, by=by)
    if request.state != State.NEW:
        automatic_fulfilment.identified(request, day=day, at=at, by=by)
