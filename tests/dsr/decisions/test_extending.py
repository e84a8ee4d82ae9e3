"""Two months more for a complex request: once, with the reason, and told within the first month."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import PolicyVersion
from dsr.decisions import extending
from dsr.letters import answers
from dsr.models import Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import Kind
from tests.support.deciding import BECAUSE, asks, draft, letters, owed_mails, url
from tests.support.factories import NOON
from tests.support.requesting import OFFICER, answer, close, entered, fresh, moment, question, steps, whole

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L1")]

TODAY = NOON.date()
FIRST_MONTH_ENDS = dt.date(2026, 12, 24)
EXTENDED = dt.date(2027, 2, 24)
DAY_AFTER = FIRST_MONTH_ENDS + dt.timedelta(days=1)


def extend(request: Request, policy: PolicyVersion, day: dt.date = TODAY, reason: str = BECAUSE) -> Request:
    letter = draft(answers.extended, request, policy, "sv", until=extending.until(request), reason=reason)
    return extending.extend(request.pk, reason, letter, policy=policy, at=moment(day), by=OFFICER)


def note(request: Request, policy: PolicyVersion, told_on: dt.date, day: dt.date) -> Request:
    return extending.note(request.pk, BECAUSE, told_on, policy=policy, at=moment(day), by=OFFICER)


@pytest.mark.parametrize("day", [TODAY, FIRST_MONTH_ENDS])
def test_two_months_are_added_and_the_person_is_told_why_and_until_when(policy: PolicyVersion, day: dt.date) -> None:
    request = asks(policy, Kind.ACCESS)
    extend(request, policy, day)
    request = fresh(request)
    assert (request.safe_on, request.extended_on, request.extended_late) == (EXTENDED, day, False)
    (text,) = letters(request)
    assert "senast den 24 februari 2027" in text
    assert BECAUSE in text
    assert policy.controller["authority"]["name"] in text
    assert owed_mails() == 1
    assert "extended" in steps(request)


def test_the_new_date_counts_from_the_day_of_receipt_and_keeps_what_the_clock_waited(policy: PolicyVersion) -> None:
    request = question(asks(policy, Kind.ACCESS), policy)
    request = answer(request, policy, on=TODAY + dt.timedelta(days=5))
    assert extending.until(request) == EXTENDED + dt.timedelta(days=5)
    extend(request, policy, FIRST_MONTH_ENDS + dt.timedelta(days=5))
    assert fresh(request).safe_on == EXTENDED + dt.timedelta(days=5)


def test_after_the_first_month_it_is_too_late(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    before = whole(request)
    with pytest.raises(RequestError, match="within the first month, which ended on 24 December 2026"):
        extend(request, policy, DAY_AFTER)
    assert whole(request) == before


def test_it_is_done_once(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    extend(request, policy)
    before = whole(request)
    with pytest.raises(RequestError, match="once"):
        extend(request, policy)
    with pytest.raises(RequestError, match="once"):
        note(request, policy, TODAY, TODAY)
    assert whole(request) == before


def test_without_a_reason_nothing_is_extended(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    before = whole(request)
    with pytest.raises(RequestError, match="Say why"):
        extend(request, policy, reason=" ")
    assert whole(request) == before


def test_what_is_closed_is_not_extended(policy: PolicyVersion) -> None:
    request = asks(policy, Kind.ACCESS)
    close(request, policy)
    before = whole(request)
    with pytest.raises(MovedError):
        extend(request, policy)
    assert whole(request) == before


@pytest.mark.parametrize(("day", "late"), [(FIRST_MONTH_ENDS, False), (DAY_AFTER, True)])
def test_what_was_told_in_time_may_be_noted_afterwards_and_is_marked(
    policy: PolicyVersion, day: dt.date, late: bool
) -> None:
    request = asks(policy, Kind.ACCESS)
    note(request, policy, TODAY + dt.timedelta(days=3), day)
    request = fresh(request)
    assert (request.safe_on, request.extended_on) == (EXTENDED, TODAY + dt.timedelta(days=3))
    assert request.extended_late is late
    assert owed_mails() == 0


@pytest.mark.parametrize(
    ("told_on", "day", "why"),
    [
        (DAY_AFTER, DAY_AFTER, "within the first month"),
        (TODAY - dt.timedelta(days=1), TODAY, "before they asked"),
        (TODAY + dt.timedelta(days=1), TODAY, "still to come"),
    ],
)
def test_what_was_told_too_late_or_cannot_have_been_is_not_noted(
    policy: PolicyVersion, told_on: dt.date, day: dt.date, why: str
) -> None:
    request = asks(policy, Kind.ACCESS)
    before = whole(request)
    with pytest.raises(RequestError, match=why):
        note(request, policy, told_on, day)
    assert whole(request) == before


@pytest.mark.promise("L2")
def test_while_the_clock_waits_no_date_is_promised(policy: PolicyVersion) -> None:
    request = question(asks(policy, Kind.ACCESS), policy)
    before = whole(request)
    with pytest.raises(RequestError, match="once they have answered"):
        extend(request, policy)
    assert whole(request) == before
    request = answer(request, policy, on=TODAY + dt.timedelta(days=5))
    promised = extending.until(request)
    extend(request, policy, TODAY + dt.timedelta(days=5))
    assert fresh(request).safe_on == promised


@pytest.mark.promise("L2")
def test_a_pause_after_the_first_month_lends_it_no_time(policy: PolicyVersion) -> None:
    asked_on = DAY_AFTER + dt.timedelta(days=10)
    request = question(asks(policy, Kind.ACCESS), policy, at=moment(asked_on))
    request = answer(request, policy, on=asked_on + dt.timedelta(days=20))
    before = whole(request)
    for told_on in (DAY_AFTER, DAY_AFTER + dt.timedelta(days=5)):
        with pytest.raises(RequestError, match="which ended on 24 December 2026"):
            note(request, policy, told_on, asked_on + dt.timedelta(days=21))
    assert whole(request) == before
    note(request, policy, FIRST_MONTH_ENDS, asked_on + dt.timedelta(days=21))
    assert fresh(request).extended_late


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("received_on", "offered"),
    [(dt.date(2026, 10, 24), {"extend"}), (dt.date(2026, 10, 23), {"note-extension"})],
    ids=["on the last day of the first month", "on the day after"],
)
def test_more_time_is_taken_within_the_first_month_and_noted_once_it_is_over(
    log_in: Callable[[str], Client], policy: PolicyVersion, received_on: dt.date, offered: set[str]
) -> None:
    request = entered(policy, received_on=received_on)
    page = log_in("privacy officer").get(url(request, "change")).content.decode()
    assert {act for act in ("extend", "note-extension") if url(request, act) in page} == offered


@pytest.mark.usefixtures("at_noon")
def test_neither_is_offered_while_the_clock_waits_in_time(
    log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    request = question(asks(policy, Kind.ACCESS), policy)
    page = log_in("privacy officer").get(url(request, "change")).content.decode()
    assert not [act for act in ("extend", "note-extension") if url(request, act) in page]
