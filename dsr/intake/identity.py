"""Who asks: the officer finds the people meant, asks where there is doubt, and says how identity was established (L2).

Identity papers are never stored: what is kept is a sentence on how we know.
"""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from contacts.people import address_trust, restriction_guard
from contacts.words.addresses import MalformedAddressError, normalise
from contacts.words.vocabulary import AddressTrust, TrustReason
from dsr.answers import answering, unlink_subject
from dsr.answers.answering import Draft
from dsr.freeze import freezes
from dsr.intake import automatic_fulfilment, intake
from dsr.models import Request
from dsr.records import deadlines, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.systems import opening
from dsr.words.vocabulary import LATE, STANDING, UNPAUSED, Kind, PaperKind, State, Step


@transaction.atomic
def identify(request_id: int, people: Collection[Contact], how: str, *, at: dt.datetime, by: str) -> Request:
    """Say whom a request is about, perhaps several records of one person, and how we know that it is they who ask.

    Raises RequestError where nobody is named or nothing is said, MovedError where the request is closed.
    """
    if not people:
        raise RequestError("Choose whom the request is about.")
    if not how.strip():
        raise RequestError("Say how you know that it is they who ask.")
    request = transitions.lock(request_id)
    if request.state == State.NEW:
        transitions.move(request, State.OPEN, among=(State.NEW,))
    transitions.change(request, among=(State.OPEN, State.ASKED))
    asked_from = _proven_address(request)
    intake.attach(request, people, at=at, by=by)
    timeline.note(request, PaperKind.IDENTITY, how, at=at)
    timeline.record(request, Step.IDENTIFIED, at=at, by=by, rule=str(len(people)))
    _trust(people, asked_from, at, by)
    opening.open_for(request, at=at, by=by)
    automatic_fulfilment.identified(request, day=restriction_guard.today(at), at=at, by=by)
    return request


def _proven_address(request: Request) -> str:
    """Return the address that a request was asked from, where its owner confirmed it; empty where nobody did."""
    statement = request.papers.filter(kind=PaperKind.STATEMENT).order_by("pk").first()
    proven = statement is not None and request.entries.filter(step=Step.PROVEN).exists()
    return str(statement.data.get("address") or "") if statement and proven else ""


def _trust(people: Collection[Contact], asked_from: str, at: dt.datetime, by: str) -> None:
    """Take it that the address is theirs from which they asked: the officer has said how that is known (L15)."""
    theirs = Contact.objects.filter(pk__in=[person.pk for person in people], email=asked_from)
    for person in theirs.exclude(address_trust=AddressTrust.PROVEN):
        address_trust.note(person, TrustReason.OFFICER, at=at, by=by)


@transaction.atomic
def answer_to(request_id: int, address: str, how: str, *, at: dt.datetime, by: str) -> None:
    """Have the answers go to an address that is not on file, since the officer knows whose it is.

    Raises RequestError where it is no address or nothing is said, MovedError where the request is closed.
    """
    if not how.strip():
        raise RequestError("Say how you know that this address is theirs.")
    try:
        spelled = normalise(address)
    except MalformedAddressError:
        raise RequestError("This is no e-mail address.") from None
    request = transitions.lock(request_id)
    transitions.change(request, among=(State.NEW, State.OPEN, State.ASKED))
    timeline.note(request, PaperKind.ADDRESS, spelled, data={"how": how}, at=at)
    timeline.record(request, Step.IDENTIFIED, at=at, by=by, rule=timeline.ADDRESS)


@transaction.atomic
def ask(request_id: int, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Ask the person for more, where there is reasonable doubt about who asks: the clock waits until they answer.

    A question that is put too late pauses nothing, and the request stays as it is (`deadlines.question_by`). Raises
    MovedError where a question is open already or the request is closed, RequestError without an address.
    """
    request = transitions.lock(request_id)
    day = day_of(at, policy.zone)
    in_time = day <= deadlines.question_by(request)
    put(request, draft, day, "" if in_time else LATE, at=at, by=by)


def put(request: Request, draft: Draft, day: dt.date, rule: str, *, at: dt.datetime, by: str) -> None:
    """Send a question about a locked request; the clock waits from that day on, but under a rule of UNPAUSED."""
    if rule in UNPAUSED:
        transitions.change(request, among=(State.NEW, State.OPEN))
    else:
        transitions.move(request, State.ASKED, among=(State.NEW, State.OPEN), paused_since=day, reminded_on=None)
    timeline.record(request, Step.ASKED, at=at, by=by, rule=rule)
    answering.send(request, draft, kind=PaperKind.QUESTION, at=at, by=by)


@transaction.atomic
def answered(request_id: int, *, on: dt.date, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Note that the person answered our question on a day: the clock runs on from there.

    Raises RequestError for a day before the question or one to come, MovedError where no question is open.
    """
    if on > day_of(at, policy.zone):
        raise RequestError("They cannot have answered on a day to come.")
    request = transitions.lock(request_id)
    if request.paused_since and on < request.paused_since:
        raise RequestError("They cannot have answered before we asked.")
    to = timeline.resting_state(request)
    transitions.move(request, to, among=(State.ASKED,), **transitions.resumed(request, on))
    timeline.record(request, Step.ANSWERED, at=at, by=by, rule=on.isoformat())


@transaction.atomic
def mistaken(request_id: int, people: Collection[Contact], *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Take people off a request that is not about them: they are free again, and nothing about them stays with it.

    What was asked goes on without them; how they were known, what was written to them and what was decided does not.
    Raises RequestError where nobody is named who is on it, MovedError where the request is closed.
    """
    request = transitions.lock(request_id)
    transitions.change(request, among=STANDING)
    wrong = [person for person in people if request.subjects.filter(contact=person).exists()]
    if not wrong:
        raise RequestError("Choose who is on this request by mistake.")
    opening.mistaken(request, wrong, at=at, by=by)
    request.subjects.filter(contact__in=wrong).delete()
    request.handovers.filter(contact__in=wrong).delete()
    request.enclosures.all().delete()
    day = day_of(at, policy.zone)
    unlink_subject.forget(request, [person.pk for person in wrong], day=day, at=at, by=by)
    timeline.record(request, Step.IDENTIFIED, at=at, by=by, rule=timeline.TAKEN_OFF)
    freezes.let_go(request, wrong, day=day, at=at, by=by)
    if request.kind == Kind.LEAVER:
        automatic_fulfilment.take_back_leaving([person.pk for person in wrong], at=at, by=by)
