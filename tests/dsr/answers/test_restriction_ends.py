"""How a restriction ends that more than one request needs: once, with a letter for all of them (L6)."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion
from dsr.answers import restricting
from dsr.letters import restrictions
from dsr.records import restricted
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, RestrictionGround
from tests.support.deciding import BECAUSE, TOMORROW, ada, draft
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, asked_by, steps, whole
from tests.support.restricting import IN_A_WEEK, announce, is_restricted, lift_due, reject, restriction, sent

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L6")]


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    return ada(policy)


def test_what_several_answered_requests_have_restricted_ends_with_one_letter(
    policy: PolicyVersion, person: Contact
) -> None:
    one, two = restriction(person, policy), restriction(person, policy)
    assert restricting.ending_with(one) == [two]
    announce(one, policy)
    assert restricted.announced_for(two) == TOMORROW
    sent()
    assert lift_due(policy) == 1
    assert not is_restricted(person, TOMORROW)
    assert [steps(each).count("lifted") for each in (one, two)] == [1, 1]


def test_what_is_restricted_anew_after_the_letter_does_not_end_with_it(policy: PolicyVersion, person: Contact) -> None:
    announce(restriction(person, policy), policy)
    sent()
    restriction(person, policy)
    assert lift_due(policy) == 0
    assert is_restricted(person, TOMORROW)


def test_a_request_that_restricts_anew_needs_a_letter_of_its_own(policy: PolicyVersion, person: Contact) -> None:
    request = restriction(person, policy, Kind.RECTIFICATION)
    announce(request, policy)
    sent()
    letter = draft(restrictions.restricted, request, policy, reasons=BECAUSE)
    later = NOON + dt.timedelta(hours=1)
    restricting.restrict(request.pk, RestrictionGround.ACCURACY, BECAUSE, letter, policy=policy, at=later, by=OFFICER)
    assert lift_due(policy) == 0
    assert is_restricted(person, TOMORROW)


def test_what_is_still_being_answered_keeps_its_restriction(policy: PolicyVersion, person: Contact) -> None:
    restriction(person, policy, Kind.RECTIFICATION)
    closed = restriction(person, policy)
    before = whole(closed)
    with pytest.raises(RequestError, match="needs the restriction, too"):
        announce(closed, policy)
    assert whole(closed) == before


def test_nobody_is_told_of_an_earlier_day_than_they_were_told_before(policy: PolicyVersion, person: Contact) -> None:
    objection = asked_by(person, policy, Kind.OBJECTION)
    reject(objection, policy, IN_A_WEEK)
    other = restriction(person, policy)
    before = whole(other)
    with pytest.raises(RequestError, match="needs the restriction, too"):
        announce(other, policy)
    assert whole(other) == before
    announce(other, policy, IN_A_WEEK)
