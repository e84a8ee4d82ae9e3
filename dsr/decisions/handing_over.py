"""Hand over what somebody asked for: a package that they fetch after proving their address anew, or one on paper (P20).

The package is made when it is fetched (`fetching`), so that it says what is held then, and no file lies anywhere.
"""

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from dsr import package
from dsr.answers import answering, closing, representation
from dsr.answers.answering import Draft
from dsr.evidence import sealing
from dsr.freeze import freezes
from dsr.models import Handover, Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.systems import enclosing, standing
from dsr.words.vocabulary import Kind, Outcome, State, Step

DAYS = 14
KINDS = (Kind.ACCESS, Kind.PORTABILITY)


@transaction.atomic
def hand_over(request_id: int, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Make a package ready for the person, tell them where, and close the request.

    A letter that is posted takes the package along, and nothing is there to be fetched. Raises RequestError where the
    request asks for no package or nobody is named, MovedError where it is not open.
    """
    request = _for_package(request_id, day_of(at, policy.zone))
    transitions.change(request, among=(State.OPEN,))
    standing.wait_for(request, day=day_of(at, policy.zone), at=at, by=by)
    _hand_over(request, draft, policy=policy, at=at, by=by)
    closing.close(request, Outcome.FULFILLED, policy=policy, at=at, by=by)
    return request


@transaction.atomic
def again(request_id: int, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Make the package of a request that was fulfilled ready once more, in the place of the earlier one.

    Raises RequestError where it was not fulfilled.
    """
    request = _for_package(request_id, day_of(at, policy.zone))
    if request.outcome != Outcome.FULFILLED:
        raise RequestError(_("Nothing was handed over for this request."))
    Handover.objects.filter(request=request, expires_at__gt=at).update(expires_at=at)
    _hand_over(request, draft, policy=policy, at=at, by=by)
    freezes.stay(timeline.people(request), day=day_of(at, policy.zone), at=at, by=by)
    return request


@transaction.atomic
def take_out(request_id: int, *, language: str, policy: PolicyVersion, at: dt.datetime, by: str) -> bytes:
    """Return the package as a ZIP for the officer, who prints it for the post; it is written down that they did.

    Its SHA-256 is sealed.
    """
    request = _for_package(request_id, day_of(at, policy.zone))
    if not request.is_standing and request.outcome != Outcome.FULFILLED:
        raise RequestError(_("This request gets no package."))
    timeline.record(request, Step.FETCHED, at=at, by=by, rule="officer")
    people = [person.pk for person in timeline.people(request)]
    make = package.write_portable if request.kind == Kind.PORTABILITY else package.write
    made = make(people, beside=enclosing.files(request), policy=policy, language=language, at=at)
    sealing.seal_package(request, made, day=day_of(at, policy.zone), at=at)
    return made


def last_day(day: dt.date) -> dt.date:
    """Return the last day on which what is handed over on a day can be fetched."""
    return day + dt.timedelta(days=DAYS)


def _for_package(request_id: int, day: dt.date) -> Request:
    request = transitions.lock(request_id)
    if request.kind not in KINDS:
        raise RequestError(_("This request does not ask for a package."))
    if not request.subjects.exists():
        raise RequestError(_("Say first whom the request is about."))
    representation.check(request, day=day)
    return request


def _hand_over(request: Request, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    if not draft.posted_on:
        _make_ready(request, _holder(request), policy, at)
    timeline.record(request, Step.HANDED_OVER, at=at, by=by, rule="post" if draft.posted_on else "")
    answering.send(request, draft, at=at, by=by)


def _holder(request: Request) -> Contact:
    """Return who may fetch it. They prove the address on file for it, so that the answers have to go there.

    Who acts for them gets it by post: nobody but the person fetches anything with us (ADR 0077).
    """
    if representation.of(request):
        raise RequestError(_("Somebody acts for the person: send them the package by post."))
    person = answering.reach(request).contact
    if person is None:
        raise RequestError(
            _(
                "Their answers go to an address that is not on file, and a package is fetched by who proves the one on"
                " file. Change the address on the page of the person first, or send the package by post."
            )
        )
    return person


def _make_ready(request: Request, person: Contact, policy: PolicyVersion, at: dt.datetime) -> None:
    """Let it be fetched through the whole last day, in the company's time zone, and by no earlier link."""
    ends = last_day(day_of(at, policy.zone)) + dt.timedelta(days=1)
    Handover.objects.update_or_create(
        request=request,
        contact=person,
        portable=request.kind == Kind.PORTABILITY,
        defaults={
            "public_id": uuid.uuid4(),
            "created_at": at,
            "expires_at": dt.datetime.combine(ends, dt.time(), policy.zone),
        },
    )
