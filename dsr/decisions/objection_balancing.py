"""Weigh an objection to other use than marketing: the balance, its reasons and its outcome stay on record (P22).

Whatever comes of it, the restriction that came with the objection ends no earlier than the day after the person was
told (L6), or with the deletion.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.journal import writing
from contacts.models import Basis, PolicyVersion, Registration
from contacts.people import erasure, restriction_guard
from contacts.permission import objections
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import SCENARIO_OF_EVENT, Channel, LegalBasis
from dsr.answers import answering, closing, refusing, remedies, representation, restricting
from dsr.answers.answering import Draft
from dsr.freeze import freezes
from dsr.models import Request
from dsr.records import restricted, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.systems import opening, standing
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, PaperKind, RefusalGround, State, Step
from retention.models import Hold, HoldReason

# Why an objection may not be followed, once the interests are weighed (Art. 21(1) GDPR).
GROUNDS = (RefusalGround.COMPELLING, RefusalGround.LEGAL_CLAIMS)


@dataclass(frozen=True)
class Balance:
    """What was weighed, in the officer's words: our interests, those of the person, and why which weighs more."""

    ours: str
    theirs: str
    reasons: str


@transaction.atomic
def uphold(
    request_id: int, balance: Balance, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Follow an objection: what rests on our interest alone goes, and recipients are told.

    Where something stays, the request is closed, and the restriction ends on the next day, unless another request needs
    it. Where nothing would, it stays open for the deletion of the person (ground: objected), which needs its own act.
    Raises RequestError where a legal claim stands, or nothing is said; MovedError where the request is not open.
    """
    request = _weighed(request_id, balance, "upheld", at=at, by=by)
    day = day_of(at, policy.zone)
    people = {person.pk: person.public_id for person in timeline.people(request)}
    if Hold.objects.standing(day).filter(contact__in=people, reason=HoldReason.LEGAL_CLAIM).exists():
        raise RequestError(_("A legal claim stands. End its hold first, or refuse the objection on that ground."))
    _stop_marketing(request, day, at, by)
    if everybody_goes(request, at=at):
        answering.send(request, draft, at=at, by=by)
        transitions.change(request, among=(State.OPEN,), ground=ErasureGround.OBJECTED)
        opening.anew(request, at=at, by=by)
        return request
    standing.wait_for(request, day=day, at=at, by=by)
    for scenario, ids in _resting_on_interest(people, at).items():
        writing.write(JournalAct.BASIS_ENDED, [people[pk] for pk in ids], at=at, scenario=scenario)
        erasure.drop_basis(scenario, ids, policy=policy)
    restricting.answer(request, draft, policy=policy, at=at, by=by)
    closing.close(request, Outcome.FULFILLED, ground=ErasureGround.OBJECTED, policy=policy, at=at, by=by)
    return request


@transaction.atomic
def reject(
    request_id: int,
    balance: Balance,
    on: dt.date | None,
    draft: Draft,
    *,
    ground: RefusalGround = RefusalGround.COMPELLING,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Request:
    """Do not follow an objection, on one of GROUNDS (Art. 21(1) GDPR); the letter names where to turn.

    The details are used again from `on`, at the earliest tomorrow; None where another request needs the restriction,
    which goes on. Who is needed for legal claims is frozen until that is over. Raises as `uphold`, and RequestError for
    another ground, or where `on` is not as it should be.
    """
    request = _weighed(request_id, balance, "not_upheld", at=at, by=by)
    if ground not in GROUNDS:
        raise RequestError(_("An objection is refused for compelling grounds or legal claims alone (Art. 21(1) GDPR)."))
    remedies.check(draft, policy)
    refusing.bear_out(request, ground, day=day_of(at, policy.zone), at=at, by=by)
    timeline.record(request, Step.REFUSED, at=at, by=by, rule=ground)
    if on is not None:
        restricting.tell(request, on, draft, policy=policy, at=at, by=by)
    elif restricted.ends_on(request, day_of(at, policy.zone)):
        raise RequestError(_("Say from which day on the details are used again: the person is told."))
    else:
        answering.send(request, draft, at=at, by=by)
    closing.close(request, Outcome.REFUSED, refusal=ground, policy=policy, at=at, by=by)
    return request


def everybody_goes(request: Request, *, at: dt.datetime) -> bool:
    """Tell whether nothing would be left to hold the people of a request for, once their objection is followed.

    Raises RequestError where that is so of one of their records and not of another.
    """
    people = [person.pk for person in timeline.people(request)]
    leaving = _resting_on_interest(people, at)
    staying = {
        pk
        for pk, scenario in Basis.objects.filter(contact__in=people).values_list("contact", "scenario")
        if pk not in leaving.get(scenario, [])
    }
    if staying and len(staying) < len(people):
        raise RequestError(_("One of the records would go and another stay: take one of them off this request first."))
    return not staying


def counted(request: Request, *, at: dt.datetime) -> tuple[int, int]:
    """Return how many bases of the people of a request go where their objection is followed, and how many stay."""
    people = [person.pk for person in timeline.people(request)]
    goes = sum(len(ids) for ids in _resting_on_interest(people, at).values())
    return goes, Basis.objects.filter(contact__in=people).count() - goes


def _weighed(request_id: int, balance: Balance, outcome: str, *, at: dt.datetime, by: str) -> Request:
    request = transitions.lock(request_id)
    transitions.change(request, among=(State.OPEN,))
    representation.check(request, day=restriction_guard.today(at))
    if request.kind != Kind.OBJECTION:
        raise RequestError(_("This request is no objection to be weighed. One to marketing is absolute."))
    if request.ground:
        raise RequestError(_("The interests are weighed already. What is left is the deletion."))
    if not freezes.lock(timeline.people(request)):
        raise RequestError(_("Say first whom the request is about."))
    if not (balance.ours.strip() and balance.theirs.strip() and balance.reasons.strip()):
        raise RequestError(_("Write down our interests, those of the person, and why which weighs more."))
    timeline.note(request, PaperKind.BALANCE, balance.reasons, data={**asdict(balance), "outcome": outcome}, at=at)
    timeline.record(request, Step.WEIGHED, at=at, by=by, rule=outcome)
    return request


def _stop_marketing(request: Request, day: dt.date, at: dt.datetime, by: str) -> None:
    """Marketing is what our interest is used for with those who stay; recipients hear of it."""
    for person in timeline.people(request):
        if person.address_hash:
            objections.record(
                person.address_hash,
                public_id=person.public_id,
                channels=list(Channel),
                reason="objected to other use",
                day=day,
                at=at,
                by=by,
            )


def _resting_on_interest(people: Collection[int], at: dt.datetime) -> dict[str, list[int]]:
    """Return whom of these people we hold in our own interest alone, by scenario.

    A guest is held for that alone once no event is to come; whom a contract is about, never.
    """
    found: dict[str, list[int]] = defaultdict(list)
    bases = Basis.objects.filter(contact__in=people).exclude(legal_basis=LegalBasis.CONTRACT)
    for basis in bases.order_by("contact"):
        if basis.legal_basis == LegalBasis.INTEREST or not _is_expected(basis, at):
            found[basis.scenario].append(basis.contact_id)
    return found


def _is_expected(basis: Basis, at: dt.datetime) -> bool:
    kinds = [kind for kind, scenario in SCENARIO_OF_EVENT.items() if scenario == basis.scenario]
    to_come = Registration.objects.filter(contact=basis.contact_id, cancelled_at__isnull=True, event__kind__in=kinds)
    return to_come.filter(event__over_at__gt=at, event__cancelled_at__isnull=True).exists()
