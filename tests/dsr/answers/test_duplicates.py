"""The same asked for twice is answered once, and both are closed; the letter names both numbers."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion
from dsr.answers import duplicates, refusing
from dsr.decisions import ending
from dsr.intake import identity, intake
from dsr.intake.intake import Asked
from dsr.letters import refusals
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Outcome, RefusalGround, Source, State
from retention.models import Hold
from tests.support.deciding import BECAUSE, TODAY, ada, draft, letters
from tests.support.factories import NOON, ContactFactory
from tests.support.requesting import OFFICER, asked_by, close, entered, fresh, question, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]

EARLIER = dt.date(2026, 11, 3)


def about(person: Contact, policy: PolicyVersion, received_on: dt.date = TODAY, kind: Kind = Kind.ACCESS) -> Request:
    request = entered(policy, kind, received_on)
    return identity.identify(request.pk, [person], "called back", at=NOON, by=OFFICER)


def join(request: Request, earlier: Request, policy: PolicyVersion) -> Request:
    return duplicates.join(request.pk, earlier.pk, policy=policy, at=NOON, by=OFFICER)


def test_the_later_closes_and_the_earlier_stands_with_its_date(policy: PolicyVersion) -> None:
    person = ada(policy)
    later, earlier = about(person, policy), about(person, policy, EARLIER)
    assert join(later, earlier, policy) == earlier
    assert (fresh(later).state, fresh(later).outcome) == (State.CLOSED, Outcome.DUPLICATE)
    assert (fresh(earlier).state, fresh(earlier).safe_on) == (State.OPEN, dt.date(2026, 12, 3))
    assert Hold.objects.standing(TODAY + dt.timedelta(days=1)).filter(reason="request").exists()


def test_one_letter_answers_both_and_names_both_numbers(policy: PolicyVersion) -> None:
    person = ada(policy)
    later, earlier = about(person, policy), about(person, policy, EARLIER)
    join(later, earlier, policy)
    letter = draft(refusals.refused, earlier, policy, "sv", ground="excessive", reasons=BECAUSE)
    refusing.refuse(earlier.pk, RefusalGround.EXCESSIVE, BECAUSE, letter, policy=policy, at=NOON, by=OFFICER)
    (text,) = letters(earlier)
    assert later.number in text
    assert earlier.number in text
    assert letters(later) == []
    assert {fresh(each).state for each in (later, earlier)} == {State.CLOSED}
    assert steps(earlier).count("received") == 2


def test_it_is_answered_under_the_number_that_was_received_first(policy: PolicyVersion) -> None:
    person = ada(policy)
    later, earlier = about(person, policy), about(person, policy, EARLIER)
    before = whole(earlier) | whole(later)
    with pytest.raises(RequestError, match="received first"):
        join(earlier, later, policy)
    assert whole(earlier) | whole(later) == before


@pytest.mark.parametrize("other", ["itself", "somebody else's", "for something else", "closed"])
def test_what_is_no_duplicate_is_not_joined(policy: PolicyVersion, other: str) -> None:
    person = ada(policy)
    later = about(person, policy)
    earlier = {
        "itself": lambda: later,
        "somebody else's": lambda: about(ContactFactory.create(), policy, EARLIER),
        "for something else": lambda: about(person, policy, EARLIER, Kind.ERASURE),
        "closed": lambda: close(about(person, policy, EARLIER), policy),
    }[other]()
    before = whole(earlier) | whole(later)
    with pytest.raises(RequestError, match="not by the same person"):
        join(later, earlier, policy)
    assert whole(earlier) | whole(later) == before


def test_what_is_closed_is_joined_to_nothing(policy: PolicyVersion) -> None:
    person = ada(policy)
    later, earlier = asked_by(person, policy), about(person, policy, EARLIER)
    later = close(later, policy)
    before = whole(earlier) | whole(later)
    with pytest.raises(MovedError):
        join(later, earlier, policy)
    assert whole(earlier) | whole(later) == before


def test_nobody_who_asked_is_left_without_an_answer(policy: PolicyVersion) -> None:
    one, other = ada(policy), ContactFactory.create()
    earlier, later = about(one, policy, EARLIER), about(one, policy)
    identity.identify(later.pk, [other], "called back", at=NOON, by=OFFICER)
    before = whole(earlier) | whole(later)
    with pytest.raises(RequestError, match="is not about all of these people"):
        join(later, earlier, policy)
    assert whole(earlier) | whole(later) == before
    identity.identify(earlier.pk, [other], "called back", at=NOON, by=OFFICER)
    assert join(later, earlier, policy) == earlier


@pytest.mark.promise("L2")
@pytest.mark.parametrize("earlier", ["hearsay", "asked back"])
def test_who_is_known_is_not_answered_under_the_number_of_who_is_not(policy: PolicyVersion, earlier: str) -> None:
    person = ada(policy)
    if earlier == "hearsay":
        told = {"source": Source.PHONE, "received_on": EARLIER, "policy": policy, "at": NOON, "by": "user:7"}
        doubtful = intake.pass_on(Asked(Kind.ACCESS), person, **told)
    else:
        doubtful = question(about(person, policy, EARLIER), policy)
    later = about(person, policy)
    before = whole(doubtful) | whole(later)
    with pytest.raises(RequestError, match="We do not know yet who made"):
        join(later, doubtful, policy)
    assert whole(doubtful) | whole(later) == before


def test_what_was_answered_with_a_duplicate_is_answered_with_the_first(policy: PolicyVersion) -> None:
    person = ada(policy)
    third, second = about(person, policy), about(person, policy)
    second, third = sorted([second, third], key=lambda each: each.pk)
    join(third, second, policy)
    first = about(person, policy, EARLIER)
    join(second, first, policy)
    assert duplicates.numbers_answered_with(first) == [second.number, third.number]


def test_taking_back_the_first_takes_back_the_second_only_where_that_is_said(policy: PolicyVersion) -> None:
    person = ada(policy)
    later, earlier = about(person, policy), about(person, policy, EARLIER)
    join(later, earlier, policy)
    told = {"on": TODAY, "policy": policy, "at": NOON, "by": OFFICER}
    before = whole(earlier)
    with pytest.raises(RequestError, match=f"Number {later.number} is answered with this request"):
        ending.taken_back(earlier.pk, "by phone", **told)
    assert whole(earlier) == before
    ending.taken_back(earlier.pk, "by phone", with_later=True, **told)
    assert fresh(earlier).outcome == Outcome.WITHDRAWN
