"""What a request for access is about, asked where much is held (recital 63): unanswered, it is about everything."""

import datetime as dt
from typing import Any

import pytest

from contacts.models import Activity, PolicyVersion
from dsr.clock import unanswered
from dsr.decisions import scoping
from dsr.letters.question import scope
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind
from tests.support.deciding import asks, draft
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, answer, entered, fresh, moment, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L2")]

RECEIVED = dt.date(2026, 11, 2)  # a Monday


def much(policy: PolicyVersion, settings: Any, held: int = 0) -> Request:
    """Somebody held in as many entries as are much, or in so many fewer."""
    request = asks(policy, Kind.ACCESS, at=moment(RECEIVED))
    person = request.subjects.get().contact
    Activity.objects.bulk_create(
        Activity(contact=person, kind="download", occurred_at=NOON, reference=f"guide-{number}") for number in range(60)
    )
    settings.MUCH_HELD = scoping.entries(request) - held
    return request


def ask(request: Request, policy: PolicyVersion, on: dt.date = RECEIVED) -> Request:
    letter = draft(scope, request, policy, "en", entries=scoping.entries(request), answers_all=on)
    scoping.ask(request.pk, letter, policy=policy, at=moment(on), by=OFFICER)
    return fresh(request)


def test_where_much_is_held_the_clock_waits_for_the_answer(policy: PolicyVersion, settings: Any) -> None:
    request = ask(much(policy, settings), policy)
    assert (request.state, request.paused_since) == ("asked", RECEIVED)
    request = answer(request, policy, RECEIVED + dt.timedelta(days=4))
    assert (request.state, request.paused_days) == ("open", 4)


def test_where_little_is_held_the_question_pauses_nothing(policy: PolicyVersion, settings: Any) -> None:
    request = much(policy, settings, held=-1)
    before = request.safe_on
    request = ask(request, policy)
    assert (request.state, request.paused_since, request.safe_on) == ("open", None, before)
    assert steps(request)[-2:] == ["asked", "letter"]


def test_put_after_the_third_working_day_it_pauses_nothing(policy: PolicyVersion, settings: Any) -> None:
    assert ask(much(policy, settings), policy, dt.date(2026, 11, 6)).paused_since is None


def test_after_fourteen_days_without_an_answer_it_is_about_everything(policy: PolicyVersion, settings: Any) -> None:
    request = ask(much(policy, settings), policy)
    after = RECEIVED + dt.timedelta(days=13)
    assert unanswered.follow_up(policy=policy, at=moment(after), by="test") == 0
    after += dt.timedelta(days=1)
    assert unanswered.follow_up(policy=policy, at=moment(after), by="test") == 1
    request = fresh(request)
    assert (request.state, request.outcome, request.paused_days) == ("open", "", 14)
    assert steps(request)[-1] == "resumed"
    assert unanswered.follow_up(policy=policy, at=moment(after + dt.timedelta(days=30)), by="test") == 0


def test_a_later_question_about_who_asks_is_closed_as_ever(policy: PolicyVersion, settings: Any) -> None:
    request = ask(much(policy, settings), policy)
    assert Request.objects.asked_for_scope().get() == request
    answer(request, policy, RECEIVED)
    assert not Request.objects.asked_for_scope().exists()


def test_it_is_asked_about_access_and_about_somebody(policy: PolicyVersion) -> None:
    for request, why in (
        (asks(policy, Kind.ERASURE), "Only a request for access"),
        (entered(policy), "Say first whom"),
    ):
        before = whole(request)
        with pytest.raises(RequestError, match=why):
            ask(request, policy)
        assert whole(request) == before


def test_one_question_at_a_time(policy: PolicyVersion, settings: Any) -> None:
    request = ask(much(policy, settings), policy)
    with pytest.raises(MovedError):
        ask(request, policy)
