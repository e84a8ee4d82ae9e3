"""An objection to other use than marketing is weighed: the balance stays on record, and processing ends or goes on."""

import datetime as dt
from dataclasses import replace

import pytest

from contacts.models import Contact, Message, PolicyVersion
from dsr.answers import restricting
from dsr.decisions import erasing, objection_balancing
from dsr.decisions.erasing import Order
from dsr.decisions.objection_balancing import Balance
from dsr.intake import identity
from dsr.letters import restrictions
from dsr.models import Request
from dsr.records import restricted
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import ErasureGround, Kind, Outcome, RefusalGround, State
from retention.models import Hold
from tests.support.deciding import BECAUSE, TODAY, TOMORROW, ada, draft, letters
from tests.support.factories import NOON, EventFactory, customer, hold, is_held, place, register, scenarios_of
from tests.support.objecting import suppressed
from tests.support.requesting import OFFICER, asked_by, close, entered, fresh, moment, steps, whole
from tests.support.sharing import RecipientFactory, gave, owed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P22")]

BALANCE = Balance("We need it to sell.", "They are a journalist.", BECAUSE)
IN_A_WEEK = TODAY + dt.timedelta(days=7)


def objection(person: Contact, policy: PolicyVersion) -> Request:
    return asked_by(person, policy, Kind.OBJECTION)


def uphold(request: Request, policy: PolicyVersion, balance: Balance = BALANCE) -> Request:
    left = not objection_balancing.everybody_goes(request, at=NOON)
    letter = draft(restrictions.upheld, request, policy, "sv", left=left, reasons=BECAUSE)
    objection_balancing.uphold(request.pk, balance, letter, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def reject(request: Request, policy: PolicyVersion, on: dt.date = IN_A_WEEK, balance: Balance = BALANCE) -> Request:
    letter = draft(restrictions.not_upheld, request, policy, "sv", on=on, reasons=BECAUSE)
    objection_balancing.reject(request.pk, balance, on, letter, policy=policy, at=NOON, by=OFFICER)
    return fresh(request)


def many(policy: PolicyVersion) -> Contact:
    """A customer's contact who is also a prospect, read a whitepaper and was at an event."""
    person = customer(policy, email="ada@fjordkraft.example", language="sv")
    for scenario in ("prospect", "whitepaper", "event"):
        hold(person, scenario, dt.date(2026, 5, 24), policy=policy)
    return person


def test_the_balance_its_reasons_and_the_outcome_stay_on_record(policy: PolicyVersion) -> None:
    request = uphold(objection(many(policy), policy), policy)
    paper = request.papers.get(kind="balance")
    assert paper.text == BECAUSE
    assert paper.data == {"ours": BALANCE.ours, "theirs": BALANCE.theirs, "reasons": BECAUSE, "outcome": "upheld"}
    assert request.entries.get(step="weighed").rule == "upheld"


def test_what_rests_on_our_interest_alone_goes_and_the_contract_stays(policy: PolicyVersion) -> None:
    person = many(policy)
    request = uphold(objection(person, policy), policy)
    assert scenarios_of(person) == ["customer"]
    assert (request.state, request.outcome, request.ground) == (State.CLOSED, Outcome.FULFILLED, ErasureGround.OBJECTED)
    assert "stays" not in letters(request)[0]
    assert "finns kvar bara för det" in letters(request)[0]


def test_an_event_to_come_is_still_attended(policy: PolicyVersion) -> None:
    person = ada(policy)
    register(person, EventFactory.create(), NOON, policy=policy)
    uphold(objection(person, policy), policy)
    assert scenarios_of(person) == ["event"]
    assert person.registrations.count() == 1


@pytest.mark.promise("P12")
@pytest.mark.promise("L4")
def test_no_marketing_goes_to_who_stays_and_recipients_are_told(policy: PolicyVersion) -> None:
    person, recipient = many(policy), RecipientFactory.create()
    gave(recipient, person)
    uphold(objection(person, policy), policy)
    assert set(suppressed("ada@fjordkraft.example")) == {"email", "phone", "post"}
    assert [kind for kind, *_ in owed(recipient)] == ["restricted", "objected"]


@pytest.mark.promise("L6")
def test_the_restriction_ends_on_the_day_after_the_person_was_told(policy: PolicyVersion) -> None:
    person = many(policy)
    request = uphold(objection(person, policy), policy)
    assert restricted.is_restricted(request, TODAY)
    Message.objects.update(sent_at=NOON, written=None, address="", forget_at=None)
    assert restricting.lift_due(policy=policy, at=moment(TOMORROW), by="test") == 1
    person.refresh_from_db()
    assert person.restricted_through == TODAY


def test_nobody_who_would_be_held_for_nothing_is_left_behind(policy: PolicyVersion) -> None:
    person = ada(policy)
    request = uphold(objection(person, policy), policy)
    assert (request.state, request.ground) == (State.OPEN, ErasureGround.OBJECTED)
    assert scenarios_of(person) == ["prospect"]
    assert restricted.is_restricted(request, IN_A_WEEK)
    assert "Vi raderar dina uppgifter" in letters(request)[0]
    erasing.erase(request.pk, Order(ErasureGround.OBJECTED), policy=policy, at=NOON, by=OFFICER)
    assert not is_held(person)
    assert fresh(request).outcome == Outcome.FULFILLED


def test_nobody_is_deleted_for_an_objection_that_was_not_weighed(policy: PolicyVersion) -> None:
    request = objection(ada(policy), policy)
    before = whole(request)
    with pytest.raises(RequestError, match="still to be weighed"):
        erasing.erase(request.pk, Order(ErasureGround.OBJECTED), policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


@pytest.mark.promise("L3")
@pytest.mark.promise("P23")
def test_compelling_grounds_are_told_with_authority_and_court(policy: PolicyVersion) -> None:
    person = many(policy)
    request = reject(objection(person, policy), policy)
    assert (request.state, request.outcome, request.refusal) == (
        State.CLOSED,
        Outcome.REFUSED,
        RefusalGround.COMPELLING,
    )
    assert len(scenarios_of(person)) == 4
    (text,) = letters(request)
    for words in (BECAUSE, "tvingande berättigade skäl", "domstol", "Integritetsskyddsmyndigheten", "1 december 2026"):
        assert words in text
    assert steps(request)[-4:] == ["weighed", "refused", "letter", "closed"]


@pytest.mark.promise("L6")
def test_what_is_not_followed_is_restricted_until_the_day_that_was_told(policy: PolicyVersion) -> None:
    request = reject(objection(many(policy), policy), policy)
    Message.objects.update(sent_at=NOON, written=None, address="", forget_at=None)
    for day, lifted in ((TOMORROW, 0), (IN_A_WEEK, 1)):
        assert restricted.is_restricted(request, day)
        assert restricting.lift_due(policy=policy, at=moment(day), by="test") == lifted
    assert not restricted.is_restricted(request, IN_A_WEEK)
    assert not Hold.objects.standing(IN_A_WEEK).filter(reason="restriction").exists()


def test_a_rejection_without_where_to_turn_is_not_sent(policy: PolicyVersion) -> None:
    request = objection(many(policy), policy)
    letter = draft(restrictions.not_upheld, request, policy, on=IN_A_WEEK, reasons=BECAUSE)
    before = whole(request)
    with pytest.raises(RequestError, match="court"):
        objection_balancing.reject(
            request.pk, BALANCE, IN_A_WEEK, replace(letter, closing=""), policy=policy, at=NOON, by=OFFICER
        )
    assert whole(request) == before


@pytest.mark.promise("L6")
def test_details_are_not_used_again_on_the_day_of_the_letter(policy: PolicyVersion) -> None:
    request = objection(many(policy), policy)
    before = whole(request)
    with pytest.raises(RequestError, match="earliest day is tomorrow"):
        reject(request, policy, on=TODAY)
    assert whole(request) == before


@pytest.mark.parametrize("missing", ["ours", "theirs", "reasons"])
def test_nothing_is_decided_without_a_whole_balance(policy: PolicyVersion, missing: str) -> None:
    request = objection(many(policy), policy)
    balance, before = replace(BALANCE, **{missing: " "}), whole(request)
    for decide in (uphold, reject):
        with pytest.raises(RequestError, match="Write down"):
            decide(request, policy, balance=balance)
    assert whole(request) == before


def test_a_legal_claim_stands_in_the_way(policy: PolicyVersion) -> None:
    person = many(policy)
    request = objection(person, policy)
    place(person, "freeze", "legal_claim")
    before = whole(request)
    with pytest.raises(RequestError, match="legal claim"):
        uphold(request, policy)
    assert whole(request) == before


def test_a_legal_claim_stands_in_the_way_through_its_last_day_and_no_longer(policy: PolicyVersion) -> None:
    person = many(policy)
    request = objection(person, policy)
    claim = place(person, "freeze", "legal_claim", until=TODAY)
    before = whole(request)
    with pytest.raises(RequestError, match="legal claim"):
        uphold(request, policy)
    assert whole(request) == before
    Hold.objects.filter(pk=claim.pk).update(until=TODAY - dt.timedelta(days=1))
    assert uphold(request, policy).ground == "objected"


def test_it_is_weighed_once(policy: PolicyVersion) -> None:
    request = uphold(objection(ada(policy), policy), policy)
    before = whole(request)
    for decide in (uphold, reject):
        with pytest.raises(RequestError, match="weighed already"):
            decide(request, policy)
    assert whole(request) == before


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.MARKETING_OBJECTION])
def test_nothing_else_is_weighed(policy: PolicyVersion, kind: Kind) -> None:
    person = many(policy)
    request = identity.identify(entered(policy, kind).pk, [person], "called back", at=NOON, by=OFFICER)
    before = whole(request)
    for decide in (uphold, reject):
        with pytest.raises(RequestError, match="no objection to be weighed"):
            decide(request, policy)
    assert whole(request) == before


def test_a_closed_objection_is_weighed_no_more(policy: PolicyVersion) -> None:
    request = close(objection(many(policy), policy), policy)
    before = whole(request)
    for decide in (uphold, reject):
        with pytest.raises(MovedError):
            decide(request, policy)
    assert whole(request) == before


def test_of_two_records_either_both_go_or_both_stay(policy: PolicyVersion) -> None:
    request = entered(policy, Kind.OBJECTION)
    people = [many(policy), ada(policy, email="other@fjordkraft.example")]
    identity.identify(request.pk, people, "called back", at=NOON, by=OFFICER)
    letter = draft(restrictions.upheld, request, policy, left=True, reasons=BECAUSE)
    before = whole(request)
    with pytest.raises(RequestError, match="take one of them off"):
        objection_balancing.uphold(request.pk, BALANCE, letter, policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before
