"""A person takes a request back: it is closed as of that day, and no restriction ends before they have heard of it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import PolicyVersion
from dsr.answers import duplicates, statistics
from dsr.decisions import ending
from dsr.records import restricted
from dsr.words.vocabulary import Kind, Outcome, State
from tests.support.admin_pages import contents
from tests.support.deciding import TODAY, Desk, ada, asks, letters, url
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, asked_by, entered, fresh, moment, question

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.usefixtures("at_noon"), pytest.mark.promise("P19")]

RECEIVED = dt.date(2026, 10, 1)
BACK = dt.date(2026, 10, 5)


@pytest.fixture
def officer(log_in: LogIn, policy: PolicyVersion) -> Client:
    return log_in("privacy officer")


@pytest.mark.promise("L1")
def test_what_was_taken_back_in_time_is_not_late_because_it_is_noted_late(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS, at=moment(RECEIVED))
    ending.taken_back(request.pk, "by phone", on=BACK, policy=policy, at=NOON, by=OFFICER)
    request = fresh(request)
    assert (request.state, request.outcome, request.closed_on) == (State.CLOSED, Outcome.WITHDRAWN, BACK)
    (counted,) = [each for each in statistics.last_year(TODAY) if each.kind == Kind.ACCESS]
    assert (counted.closed, counted.late) == ({"withdrawn": 1}, 0)


@pytest.mark.promise("L2")
def test_the_clock_waited_until_the_day_on_which_it_was_taken_back(policy: PolicyVersion) -> None:
    request = question(asks(policy, Kind.ACCESS, at=moment(RECEIVED)), policy, at=moment(dt.date(2026, 10, 3)))
    ending.taken_back(request.pk, "by phone", on=BACK, policy=policy, at=NOON, by=OFFICER)
    assert (fresh(request).paused_since, fresh(request).paused_days) == (None, 2)


def test_their_people_stay_frozen_until_today(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS, at=moment(RECEIVED))
    ending.taken_back(request.pk, "by phone", on=BACK, policy=policy, at=NOON, by=OFFICER)
    assert request.subjects.get().contact.frozen_through == TODAY


@pytest.mark.promise("L6")
def test_whoever_takes_an_objection_back_is_written_to(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.OBJECTION)
    page = officer.get(url(request, "change")).content.decode()
    assert url(request, "taken-back") not in page
    desk = Desk(officer, request, "taken-back-with-letter")
    before = contents()
    desk.fill(on="2026-11-24", how="Wrote so")
    assert "25 november 2026" in desk.sheet
    assert contents() == before
    assert "The request is closed" in desk.send()
    assert fresh(request).outcome == Outcome.WITHDRAWN
    assert "Från och med den 25 november 2026 använder vi dem igen" in letters(request)[0]
    assert restricted.announced_for(request) == dt.date(2026, 11, 25)


def test_any_other_request_is_closed_without_a_letter(officer: Client, policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    page = officer.get(url(request, "change")).content.decode()
    assert url(request, "taken-back-with-letter") not in page
    officer.post(url(request, "taken-back"), {"on": "2026-11-24", "how": "Wrote so"})
    assert fresh(request).outcome == Outcome.WITHDRAWN
    assert letters(request) == []


@pytest.mark.parametrize(("on", "why"), [("2026-11-25", "a day to come"), ("2026-11-23", "the day it was received")])
def test_a_day_that_cannot_be_closes_nothing(officer: Client, policy: PolicyVersion, on: str, why: str) -> None:
    request = asks(policy, Kind.ACCESS)
    before = contents()
    answer = officer.post(url(request, "taken-back"), {"on": on, "how": "Wrote so"})
    assert why in answer.content.decode()
    assert contents() == before


def test_what_is_answered_with_it_is_named_and_has_to_be_ticked(officer: Client, policy: PolicyVersion) -> None:
    person = ada(policy)
    earlier, later = asked_by(person, policy), asked_by(person, policy)
    duplicates.join(later.pk, earlier.pk, policy=policy, at=NOON, by=OFFICER)
    form = url(earlier, "taken-back")
    assert f"They also withdraw number {later.number}" in officer.get(form).content.decode()
    assert "They also withdraw" not in officer.get(url(entered(policy), "taken-back")).content.decode()
    before = contents()
    officer.post(form, {"on": "2026-11-24", "how": "Wrote so"})
    assert contents() == before
    officer.post(form, {"on": "2026-11-24", "how": "Wrote so", "with_later": "on"})
    assert fresh(earlier).outcome == Outcome.WITHDRAWN
