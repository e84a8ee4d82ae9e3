"""However an objection ends, the person hears whether the restriction that came with it does (L6, P22)."""

from collections.abc import Callable

import pytest

from contacts.models import Contact, PolicyVersion
from dsr.answers import duplicates, refusing
from dsr.decisions import ending, objection_balancing
from dsr.letters import restrictions
from dsr.models import Request
from dsr.records import restricted
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Outcome, RefusalGround, State
from retention.models import Hold
from tests.support.deciding import BECAUSE, TODAY, TOMORROW, ada, draft, letters
from tests.support.factories import NOON, customer, hold
from tests.support.requesting import OFFICER, asked_by, fresh, whole
from tests.support.restricting import (
    BALANCE,
    IN_A_WEEK,
    announce,
    is_restricted,
    lift_due,
    refuse,
    reject,
    restriction,
    sent,
    take_back,
    uphold,
)
from tests.support.sharing import RecipientFactory, gave, owed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L6")]

AGAIN = "From 25 November 2026 on we use them again"

type End = Callable[[Request, PolicyVersion], None]


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    return ada(policy)


# An objection beside another request that needs the restriction.


@pytest.mark.promise("P22")
def test_who_has_another_restriction_is_not_told_that_it_ends_with_the_objection(
    policy: PolicyVersion, person: Contact
) -> None:
    other = restriction(person, policy)
    request = asked_by(person, policy, Kind.OBJECTION)
    before = whole(request)
    with pytest.raises(RequestError, match=f"Request {other.number} needs the restriction, too"):
        reject(request, policy)
    assert whole(request) == before
    reject(request, policy, None)
    (text,) = letters(request)
    assert f"We go on only storing your details, because of your request {other.number}." in text
    assert "use them again" not in text
    assert fresh(request).outcome == Outcome.REFUSED
    sent()
    assert lift_due(policy, IN_A_WEEK) == 0
    announce(other, policy)
    sent()
    assert lift_due(policy) == 1


@pytest.mark.promise("P22")
def test_where_nothing_else_needs_it_a_rejection_says_from_which_day_on(policy: PolicyVersion, person: Contact) -> None:
    request = asked_by(person, policy, Kind.OBJECTION)
    before = whole(request)
    with pytest.raises(RequestError, match="from which day"):
        reject(request, policy, None)
    assert whole(request) == before


@pytest.mark.promise("P22")
def test_two_objections_are_both_answered_and_the_last_ends_the_restriction(
    policy: PolicyVersion, person: Contact
) -> None:
    one, two = (asked_by(person, policy, Kind.OBJECTION) for _ in range(2))
    reject(one, policy, None)
    reject(two, policy)
    sent()
    assert lift_due(policy) == 1
    assert not is_restricted(person, TOMORROW)


@pytest.mark.promise("P22")
@pytest.mark.parametrize("beside", [True, False])
def test_who_stays_after_a_followed_objection_hears_whether_the_restriction_ends(
    policy: PolicyVersion, beside: bool
) -> None:
    person = customer(policy, email="ada@fjordkraft.example")
    hold(person, "prospect", TODAY, policy=policy)
    if beside:
        restriction(person, policy)
    request = asked_by(person, policy, Kind.OBJECTION)
    uphold(request, policy)
    assert ("From 25 November 2026 on we use it again." in letters(request)[0]) is not beside
    assert ("We go on only storing your details" in letters(request)[0]) is beside
    sent()
    assert lift_due(policy) == int(not beside)
    assert is_restricted(person, TOMORROW) is beside


# An objection that is refused without a balance, or taken back.


@pytest.mark.parametrize(
    ("end", "outcome"), [(refuse, Outcome.REFUSED), (take_back, Outcome.WITHDRAWN)], ids=["refused", "taken back"]
)
def test_an_objection_that_is_not_weighed_restricts_nobody_for_ever(
    policy: PolicyVersion, person: Contact, end: End, outcome: Outcome
) -> None:
    request, recipient = asked_by(person, policy, Kind.OBJECTION), RecipientFactory.create()
    gave(recipient, person)
    end(request, policy)
    assert (fresh(request).state, fresh(request).outcome) == (State.CLOSED, outcome)
    assert AGAIN in letters(request)[0]
    assert is_restricted(person, TODAY)
    sent()
    assert lift_due(policy) == 1
    assert not is_restricted(person, TOMORROW)
    assert "restriction_lifted" in [kind for kind, *_ in owed(recipient)]


def test_an_objection_refused_in_part_says_so_as_well(policy: PolicyVersion, person: Contact) -> None:
    request = asked_by(person, policy, Kind.OBJECTION)
    refuse(request, policy, RefusalGround.EXCESSIVE, done="A.")
    assert AGAIN in letters(request)[0]
    sent()
    assert lift_due(policy) == 1


@pytest.mark.parametrize("end", [refuse, take_back])
def test_where_another_request_needs_it_the_restriction_goes_on(
    policy: PolicyVersion, person: Contact, end: End
) -> None:
    other = restriction(person, policy)
    request = asked_by(person, policy, Kind.OBJECTION)
    end(request, policy)
    assert f"because of your request {other.number}" in letters(request)[0]
    sent()
    assert lift_due(policy) == 0
    assert is_restricted(person, IN_A_WEEK)


def test_an_objection_is_not_taken_back_behind_the_persons_back(policy: PolicyVersion, person: Contact) -> None:
    request = asked_by(person, policy, Kind.OBJECTION)
    before = whole(request)
    with pytest.raises(RequestError, match="hear from us before"):
        ending.taken_back(request.pk, "by phone", on=TODAY, policy=policy, at=NOON, by=OFFICER)
    assert whole(request) == before


def test_a_duplicate_of_an_objection_leaves_its_restriction_to_the_earlier(
    policy: PolicyVersion, person: Contact
) -> None:
    one, two = (asked_by(person, policy, Kind.OBJECTION) for _ in range(2))
    duplicates.join(two.pk, one.pk, policy=policy, at=NOON, by=OFFICER)
    reject(one, policy)
    sent()
    assert lift_due(policy) == 1


@pytest.mark.promise("P22")
@pytest.mark.promise("L3")
def test_a_legal_claim_against_an_objection_is_weighed_and_named_by_its_own_article(
    policy: PolicyVersion, person: Contact
) -> None:
    request = asked_by(person, policy, Kind.OBJECTION)
    ground = RefusalGround.LEGAL_CLAIMS
    letter = draft(restrictions.not_upheld, request, policy, ground=ground, reasons=BECAUSE, on=TOMORROW)
    objection_balancing.reject(request.pk, BALANCE, TOMORROW, letter, ground=ground, policy=policy, at=NOON, by=OFFICER)
    assert "needed for legal claims (Article 21(1) GDPR)" in letters(request)[0]
    assert "17(3)" not in letters(request)[0]
    assert request.papers.filter(kind="balance").exists()
    assert (fresh(request).refusal, request.entries.get(step="refused").rule) == (ground, ground)
    assert Hold.objects.get(contact=person, reason="legal_claim").until is None


@pytest.mark.promise("P22")
@pytest.mark.parametrize("ground", sorted(set(RefusalGround) - set(objection_balancing.GROUNDS)))
def test_nothing_else_weighs_more_than_an_objection(
    policy: PolicyVersion, person: Contact, ground: RefusalGround
) -> None:
    request = asked_by(person, policy, Kind.OBJECTION)
    letter = draft(restrictions.not_upheld, request, policy, reasons=BECAUSE, on=TOMORROW)
    before = whole(request)
    with pytest.raises(RequestError, match="compelling grounds or legal claims alone"):
        objection_balancing.reject(
            request.pk, BALANCE, TOMORROW, letter, ground=ground, policy=policy, at=NOON, by=OFFICER
        )
    assert whole(request) == before


@pytest.mark.promise("P22")
def test_no_objection_is_refused_for_legal_claims_without_a_balance() -> None:
    assert not set(refusing.GROUNDS[Kind.OBJECTION]) & set(objection_balancing.GROUNDS)


@pytest.mark.parametrize("end", [refuse, take_back])
def test_a_restriction_that_was_asked_for_and_is_not_given_keeps_no_objections_going(
    policy: PolicyVersion, person: Contact, end: End
) -> None:
    objection, wish = (asked_by(person, policy, kind) for kind in (Kind.OBJECTION, Kind.RESTRICTION))
    reject(objection, policy, None)
    assert f"because of your request {wish.number}" in letters(objection)[0]
    sent()
    assert lift_due(policy) == 0
    end(wish, policy)
    assert AGAIN in letters(wish)[0]
    sent()
    assert lift_due(policy) == 1
    assert not is_restricted(person, TOMORROW)


def test_a_restriction_that_is_refused_to_who_is_not_restricted_promises_nothing(
    policy: PolicyVersion, person: Contact
) -> None:
    wish = asked_by(person, policy, Kind.RESTRICTION)
    refuse(wish, policy)
    assert "use them again" not in letters(wish)[0]
    assert "only storing" not in letters(wish)[0]
    assert restricted.announced_for(wish) is None
