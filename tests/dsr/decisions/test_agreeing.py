"""A complaint: what was agreed with the person, by when, and that it is done; the authority is named."""

import datetime as dt

import pytest

from contacts.models import PolicyVersion
from dsr.decisions import agreeing
from dsr.letters import complaints
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind, Outcome, State
from tests.support.deciding import TODAY, asks, draft, letters
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, close, fresh, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P23")]

FRIDAY = dt.date(2026, 12, 4)
WHAT = "We call you by your first name."


def agree(request: Request, policy: PolicyVersion, what: str = WHAT, by_when: dt.date = FRIDAY) -> Request:
    letter = draft(complaints.agreed, request, policy, "sv", agreement=what, by=by_when)
    return agreeing.agree(request.pk, what, by_when, letter, policy=policy, at=NOON, by=OFFICER)


def done(request: Request, policy: PolicyVersion, what: str = "We do.") -> Request:
    agreement = agreeing.agreed_on(request)
    letter = draft(complaints.done, request, policy, "sv", agreement=agreement, done=what)
    return agreeing.done(request.pk, what, letter, policy=policy, at=NOON, by=OFFICER)


def test_what_was_agreed_on_is_confirmed_with_its_day_and_the_authority(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    agree(request, policy)
    request = fresh(request)
    assert (request.state, request.agreed_by) == (State.OPEN, FRIDAY)
    (text,) = letters(request)
    for words in (WHAT, "senast den 4 december 2026", "Integritetsskyddsmyndigheten (IMY)", "domstol"):
        assert words in text


def test_what_is_done_closes_the_complaint(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    agree(request, policy)
    done(request, policy)
    request = fresh(request)
    assert (request.state, request.outcome) == (State.CLOSED, Outcome.FULFILLED)
    assert WHAT in letters(request)[-1]
    assert "We do." in letters(request)[-1]
    assert steps(request)[-5:] == ["agreed", "letter", "done", "letter", "closed"]


def test_agreed_anew_the_last_word_holds(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    agree(request, policy)
    agree(request, policy, "We write letters.", TODAY)
    assert fresh(request).agreed_by == TODAY
    assert agreeing.agreed_on(request) == "We write letters."


@pytest.mark.parametrize(
    ("what", "by_when", "why"),
    [(" ", FRIDAY, "Say what"), (WHAT, TODAY - dt.timedelta(days=1), "a day that is past")],
)
def test_what_cannot_be_agreed_on_changes_nothing(policy: PolicyVersion, what: str, by_when: dt.date, why: str) -> None:
    request = asks(policy, Kind.COMPLAINT)
    before = whole(request)
    with pytest.raises(RequestError, match=why):
        agree(request, policy, what, by_when)
    assert whole(request) == before


def test_nothing_is_done_that_was_not_agreed_on(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    before = whole(request)
    with pytest.raises(RequestError, match="Nothing is agreed on"):
        done(request, policy)
    assert whole(request) == before


def test_nothing_but_a_complaint_is_settled(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    before = whole(request)
    for act in (agree, done):
        with pytest.raises(RequestError, match="no complaint"):
            act(request, policy)
    assert whole(request) == before


def test_a_closed_complaint_is_settled_no_more(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    agree(request, policy)
    request = close(request, policy)
    before = whole(request)
    for act in (agree, done):
        with pytest.raises(MovedError):
            act(request, policy)
    assert whole(request) == before


def test_a_complaint_is_answered_where_there_is_nothing_to_agree_on(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.COMPLAINT)
    letter = draft(complaints.answered, request, policy, "sv", answer="We had asked you twice.")
    agreeing.answer(request.pk, letter, policy=policy, at=NOON, by=OFFICER)
    request = fresh(request)
    assert (request.state, request.outcome, request.refusal) == (State.CLOSED, Outcome.ANSWERED, "")
    assert "We had asked you twice." in letters(request)[0]
    assert "domstol" in letters(request)[0]


def test_only_a_complaint_is_answered_so(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    letter = draft(complaints.answered, request, policy, "sv", answer="No.")
    with pytest.raises(RequestError, match="no complaint"):
        agreeing.answer(request.pk, letter, policy=policy, at=NOON, by=OFFICER)
