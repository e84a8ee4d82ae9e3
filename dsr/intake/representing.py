"""Somebody acts for the person of a request (L17): the officer enters who, the person hears of it and may object.

The record of the person is not touched: what they are to us is one thing, who speaks for them another.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.words.addresses import MalformedAddressError, normalise
from dsr.answers import answering, correspondence, representation
from dsr.answers.answering import Draft
from dsr.answers.correspondence import Enclosed
from dsr.models import Attachment, Representative, Request
from dsr.records import timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import (
    STANDING,
    Authority,
    Kind,
    PaperKind,
    RepresentativeEnd,
    RepresentativeKind,
    State,
    Step,
)

UNTOLD = "untold"
AGREED = "agreed"


@dataclass(frozen=True)
class Proof:
    """What was shown, and who saw it when. No other identity paper than a power of attorney is ever kept."""

    kind: Authority
    issued_by: str
    issued_on: dt.date
    seen_on: dt.date
    ends_on: dt.date | None = None
    file: Enclosed | None = None


@dataclass(frozen=True)
class Acting:
    """Who acts for the person, what they may ask for, and where the answers go: an e-mail or a postal address."""

    kind: RepresentativeKind
    name: str
    scope: Collection[Kind]
    email: str = ""
    post: str = ""


@transaction.atomic
def enter(
    request_id: int, acting: Acting, proof: Proof, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Representative:
    """Put on record who acts for the person of a request, with the proof that `by` has seen.

    Raises RequestError where the request is about nobody yet, somebody acts already, the proof does not reach, or no
    address is named; MovedError where the request is closed.
    """
    email = _address(acting)
    day = day_of(at, policy.zone)
    request = transitions.lock(request_id)
    transitions.change(request, among=STANDING)
    _check(request, proof, day)
    entered = Representative(
        request=request,
        contact=timeline.people(request)[0],
        kind=acting.kind,
        name=acting.name.strip(),
        email=email,
        post=acting.post.strip(),
        proof=proof.kind,
        issued_by=proof.issued_by.strip(),
        issued_on=proof.issued_on,
        seen_by=by,
        seen_on=proof.seen_on,
        scope=sorted(acting.scope),
        ends_on=proof.ends_on,
        entered_at=at,
    )
    representation.covers(entered, day)
    entered.save(force_insert=True)
    _keep(request, proof, at)
    timeline.record(request, Step.REPRESENTED, at=at, by=by, rule=acting.kind)
    return entered


def _address(acting: Acting) -> str:
    if not acting.email.strip() and not acting.post.strip():
        raise RequestError("Say where the answers go: an e-mail address, or an address for letters.")
    try:
        return normalise(acting.email) if acting.email.strip() else ""
    except MalformedAddressError:
        raise RequestError("This is no e-mail address.") from None


def _check(request: Request, proof: Proof, day: dt.date) -> None:
    if not request.subjects.exists():
        raise RequestError("Find the person first: nobody can act for somebody who is not known.")
    if representation.of(request):
        raise RequestError("Somebody acts for the person already. End that first.")
    if not proof.issued_on <= proof.seen_on <= day:
        raise RequestError("The proof was issued before it was seen, and it was seen by today.")
    if proof.file and proof.kind != Authority.POWER:
        raise RequestError("Only a power of attorney is kept as a file. For anything else, say who saw it and when.")
    if proof.file:
        correspondence.check(proof.file.name, len(proof.file.content))


def _keep(request: Request, proof: Proof, at: dt.datetime) -> None:
    if proof.file is None:
        return
    paper = timeline.note(request, PaperKind.AUTHORITY, at=at)
    size = len(proof.file.content)
    Attachment.objects.create(paper=paper, name=proof.file.name, size=size, content=proof.file.content)


@transaction.atomic
def tell(request_id: int, draft: Draft, *, at: dt.datetime, by: str) -> None:
    """Tell the person, at the address on file, that somebody acts for them. From when it has left they can object.

    Raises RequestError where nobody acts for them, and where the letter would go to somebody else.
    """
    request, _acting = _locked(request_id)
    if not draft.to_person:
        raise RequestError("This letter is for the person, not for who acts for them.")
    answering.send(request, draft, kind=PaperKind.NOTICE, at=at, by=by)


@transaction.atomic
def could_not_tell(request_id: int, why: str, *, at: dt.datetime, by: str) -> None:
    """Note why the person cannot be told: a small child, say, or no address at all. Raises RequestError as `tell`."""
    if not why.strip():
        raise RequestError("Say why the person cannot be told.")
    request, acting = _locked(request_id)
    if representation.is_told(acting):
        raise RequestError("The person has been written to already.")
    Representative.objects.filter(pk=acting.pk).update(untold=why.strip())
    timeline.record(request, Step.REPRESENTED, at=at, by=by, rule=UNTOLD)


@transaction.atomic
def agreed(request_id: int, on: dt.date, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Note that the person said yes on a day: the answer waits no longer. Raises RequestError for a day to come."""
    request, acting = _locked(request_id)
    if not request.received_on <= on <= day_of(at, policy.zone):
        raise RequestError("They can have said so between the day on which the request was received and today.")
    Representative.objects.filter(pk=acting.pk).update(agreed_on=on)
    timeline.record(request, Step.REPRESENTED, at=at, by=by, rule=AGREED)


@transaction.atomic
def end(request_id: int, why: RepresentativeEnd, *, at: dt.datetime, by: str) -> None:
    """End a representation: from now on answers go to the person, as before. Raises RequestError where none stands."""
    request, acting = _locked(request_id)
    Representative.objects.filter(pk=acting.pk).update(ended_at=at, end=why)
    representation.journal_end(acting, at=at, end=why)
    timeline.record(request, Step.REPRESENTED, at=at, by=by, rule=why)


def end_again(request: uuid.UUID, entered_at: dt.datetime, why: str, *, at: dt.datetime, by: str) -> None:
    """End a representation of the journal once more, unless it is not on record here or has ended."""
    acting = Representative.objects.standing().filter(request__public_id=request, entered_at=entered_at).first()
    if acting:
        end(acting.request_id, RepresentativeEnd(why), at=at, by=by)


def end_lapsed(*, day: dt.date, at: dt.datetime, by: str) -> int:
    """End those of which the proof ended before a day, and return how many; what somebody else holds goes tomorrow."""
    over = Representative.objects.standing().filter(ends_on__lt=day)
    with transaction.atomic():
        found = list(over.select_for_update(skip_locked=True, of=("self",)).select_related("request"))
        Representative.objects.filter(pk__in=[each.pk for each in found]).update(
            ended_at=at, end=RepresentativeEnd.LAPSED
        )
        requests = [each.request for each in found]
        timeline.record_each(requests, Step.REPRESENTED, at=at, by=by, rule=RepresentativeEnd.LAPSED)
    return len(found)


def _locked(request_id: int) -> tuple[Request, Representative]:
    request = transitions.lock(request_id)
    transitions.change(request, among=(*STANDING, State.CLOSED))
    acting = representation.of(request)
    if acting is None:
        raise RequestError("Nobody acts for the person.")
    return request, acting
