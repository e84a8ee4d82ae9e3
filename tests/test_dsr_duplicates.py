"""The same asked for twice is answered once, and both are closed; the letter names both numbers."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion
from dsr import duplicates, identity, refusing
from dsr.letters import refusals
from dsr.models import Request
from dsr.moving import MovedError, RequestError
from dsr.vocabulary import Kind, Outcome, RefusalGround, State
from retention.models import Hold
from tests.deciding import BECAUSE, TODAY, ada, draft, letters
from tests.factories import NOON, ContactFactory
from tests.requesting import OFFICER, asked_by, close, entered, fresh, steps, whole

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
