"""The clock of a request, as promised under L1 and L2. A plain calendar beside it does the same sums by walking."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import PolicyVersion
from dsr.decisions import extending
from dsr.intake import identity
from dsr.models import Request
from dsr.records import deadlines, due
from dsr.records.deadlines import Deadline, deadline
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Step
from tests.support.factories import ContactFactory
from tests.support.requesting import (
    OFFICER,
    QUESTION,
    answer,
    asked_by,
    entered,
    fresh,
    moment,
    posted,
    press,
    question,
    whole,
)
from tests.support.walking import by_walking

ONE_DAY = dt.timedelta(days=1)
l1 = pytest.mark.promise("L1")
l2 = pytest.mark.promise("L2")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def dates(safe: str, legal: str) -> Deadline:
    return Deadline(day(safe), day(legal))


@l1
@pytest.mark.parametrize(
    ("received", "safe", "legal"),
    [
        ("2026-03-10", "2026-04-10", "2026-04-10"),  # an ordinary Friday
        ("2026-01-31", "2026-02-28", "2026-03-02"),  # no 31 February; the 28th is a Saturday
        ("2027-01-31", "2027-02-28", "2027-03-01"),  # a Sunday
        ("2028-01-31", "2028-02-29", "2028-02-29"),  # a leap year
        ("2028-01-29", "2028-02-29", "2028-02-29"),
        ("2027-01-29", "2027-02-28", "2027-03-01"),  # no 29 February
        ("2028-02-29", "2028-03-29", "2028-03-29"),  # received on 29 February
        ("2019-09-27", "2019-10-27", "2019-10-28"),  # the 27th is a Sunday
        ("2026-10-14", "2026-11-14", "2026-11-16"),  # a Saturday
        ("2027-02-28", "2027-03-28", "2027-03-30"),  # Easter Sunday
        ("2026-03-06", "2026-04-06", "2026-04-07"),  # Easter Monday
        ("2026-03-03", "2026-04-03", "2026-04-07"),  # Good Friday: four days in a row
        ("2026-04-01", "2026-05-01", "2026-05-04"),  # 1 May, a Friday
        ("2026-04-14", "2026-05-14", "2026-05-15"),  # Ascension Day, a Thursday
        ("2025-05-06", "2025-06-06", "2025-06-09"),  # the national day, a Friday
        ("2026-05-20", "2026-06-20", "2026-06-22"),  # Midsummer Day, a Saturday
        ("2026-11-24", "2026-12-24", "2026-12-24"),  # Christmas Eve is none by law
        ("2026-11-25", "2026-12-25", "2026-12-28"),  # Christmas
        ("2026-12-01", "2027-01-01", "2027-01-04"),  # New Year's Day, a Friday
        ("2026-12-06", "2027-01-06", "2027-01-07"),  # Epiphany
        ("2026-05-19", "2026-06-19", "2026-06-19"),  # Midsummer Eve is none by law
    ],
)
def test_a_month_after_receipt_and_then_the_next_working_day(received: str, safe: str, legal: str) -> None:
    assert deadline(day(received)) == dates(safe, legal)


@l1
@pytest.mark.parametrize(
    ("received", "safe", "legal"),
    [
        ("2026-05-19", "2026-06-19", "2026-06-22"),  # Midsummer Eve, a Friday
        ("2026-11-24", "2026-12-24", "2026-12-28"),  # Christmas Eve, a Thursday, and the two days after it
        ("2025-11-24", "2025-12-24", "2025-12-29"),  # a Wednesday
        ("2025-11-30", "2025-12-30", "2025-12-30"),  # the day before New Year's Eve
        ("2025-12-01", "2026-01-01", "2026-01-02"),
        ("2026-11-30", "2026-12-30", "2026-12-30"),
        ("2028-10-31", "2028-11-30", "2028-11-30"),
        ("2026-10-31", "2026-11-30", "2026-11-30"),
        ("2026-03-04", "2026-04-04", "2026-04-07"),  # Easter Eve, a Saturday: no day of the three
        ("2026-03-30", "2026-04-30", "2026-04-30"),  # Walpurgis Eve is none of the three
    ],
)
def test_eves_count_as_holidays_by_a_setting_and_for_the_legal_date_alone(
    settings: Any, received: str, safe: str, legal: str
) -> None:
    settings.EVES_ARE_HOLIDAYS = True
    assert deadline(day(received)) == dates(safe, legal)


@l1
def test_new_years_eve_counts_by_the_setting_alone(settings: Any) -> None:
    assert deadline(day("2026-10-31"), paused_days=31) == dates("2026-12-31", "2026-12-31")
    settings.EVES_ARE_HOLIDAYS = True
    assert deadline(day("2026-10-31"), paused_days=31) == dates("2026-12-31", "2027-01-04")


@l1
@given(st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1)), st.booleans(), st.integers(0, 60))
def test_no_eve_moves_the_day_to_work_to_and_none_makes_the_legal_date_earlier(
    received: dt.date, extended: bool, paused: int
) -> None:
    plain = deadline(received, extended=extended, paused_days=paused)
    with override_settings(EVES_ARE_HOLIDAYS=True):
        counted = deadline(received, extended=extended, paused_days=paused)
    assert counted.safe_on == plain.safe_on
    assert counted.legal_on >= plain.legal_on


@l2
def test_no_eve_gives_more_time_for_a_question_that_pauses_the_clock(settings: Any) -> None:
    settings.EVES_ARE_HOLIDAYS = True
    request = Request(received_on=day("2026-12-22"), paused_days=0)
    assert deadlines.question_by(request) == day("2026-12-28")  # the 23rd, the 24th, and the Monday after Christmas


@l1
def test_eves_of_a_country_of_which_none_are_known_stop_the_start(settings: Any) -> None:
    settings.EVES_ARE_HOLIDAYS, settings.HOLIDAYS_COUNTRY = True, "GB-ENG"
    with pytest.raises(SystemCheckError, match=r"dsr\.E003.* EVES_ARE_HOLIDAYS is on"):
        check()
    settings.HOLIDAYS_COUNTRY = "SE"
    check()


@l1
def test_the_bank_holidays_of_another_country_count_where_it_is_the_companys() -> None:
    """The regulator's own example: received on 6 April 2019, due on 7 May, since the 6th was a bank holiday."""
    assert deadline(day("2019-04-06"), country="GB") == dates("2019-05-06", "2019-05-07")
    assert deadline(day("2019-04-06"), country="SE") == dates("2019-05-06", "2019-05-06")


@l1
def test_a_part_of_a_country_may_have_holidays_of_its_own() -> None:
    assert deadline(day("2019-03-22"), country="GB").legal_on == day("2019-04-22")
    assert deadline(day("2019-03-22"), country="GB-ENG").legal_on == day("2019-04-23")  # Easter Monday


@l1
@pytest.mark.parametrize(
    ("received", "safe", "legal"),
    [
        ("2026-01-31", "2026-04-30", "2026-04-30"),  # not two months after 28 February
        ("2026-11-30", "2027-02-28", "2027-03-01"),
        ("2026-03-10", "2026-06-10", "2026-06-10"),
    ],
)
def test_an_extension_is_counted_from_the_day_of_receipt(received: str, safe: str, legal: str) -> None:
    assert deadline(day(received), extended=True) == dates(safe, legal)


@l2
@pytest.mark.parametrize(
    ("paused", "safe", "legal"),
    [(0, "2026-04-10", "2026-04-10"), (1, "2026-04-11", "2026-04-13"), (20, "2026-04-30", "2026-04-30")],
)
def test_each_day_that_the_clock_waits_moves_both_dates(paused: int, safe: str, legal: str) -> None:
    assert deadline(day("2026-03-10"), paused_days=paused) == dates(safe, legal)


days = st.dates(min_value=dt.date(2006, 1, 1), max_value=dt.date(2090, 12, 31))
pauses = st.integers(min_value=0, max_value=400)


@l1
@l2
@given(received=days, extended=st.booleans(), paused=pauses)
def test_it_agrees_with_a_calendar_that_walks(received: dt.date, extended: bool, paused: int) -> None:
    assert deadline(received, extended=extended, paused_days=paused) == by_walking(
        received, 3 if extended else 1, paused
    )


@l1
@given(
    received=days,
    extended=st.booleans(),
    paused=pauses,
    country=st.sampled_from(["SE", "GB", "DE-BY", "NO", "US"]),
)
def test_the_safe_date_is_never_after_the_legal_one(
    received: dt.date, extended: bool, paused: int, country: str
) -> None:
    found = deadline(received, extended=extended, paused_days=paused, country=country)
    assert received < found.safe_on <= found.legal_on
    assert found.legal_on.weekday() < 5


@l1
@given(received=days, later=st.integers(min_value=0, max_value=60), paused=pauses)
def test_what_came_in_later_is_never_due_earlier_and_an_extension_never_shortens(
    received: dt.date, later: int, paused: int
) -> None:
    first, second = deadline(received, paused_days=paused), deadline(received + later * ONE_DAY, paused_days=paused)
    assert first.safe_on <= second.safe_on
    assert first.legal_on <= second.legal_on
    assert first.safe_on < deadline(received, extended=True, paused_days=paused).safe_on


# The clock of a request on record.


def asked_in_november(policy: PolicyVersion, on: str = "2026-11-02") -> Request:
    return asked_by(ContactFactory.create(), policy, at=moment(day(on)))


def clock(request: Request) -> tuple[str, str]:
    return str(request.safe_on), str(request.legal_on)


@l1
@pytest.mark.django_db
def test_a_request_is_due_as_of_the_day_on_which_it_was_received(policy: PolicyVersion) -> None:
    request = entered(policy, received_on=day("2026-10-14"), at=moment(day("2026-10-20")))
    assert clock(request) == ("2026-11-14", "2026-11-16")


@l1
@pytest.mark.django_db
def test_the_day_of_receipt_is_the_companys(policy: PolicyVersion) -> None:
    request = asked_by(ContactFactory.create(), policy, at=dt.datetime(2026, 11, 2, 23, 30, tzinfo=dt.UTC))
    assert request.received_on == day("2026-11-03")


@l2
@pytest.mark.django_db
def test_a_pause_over_the_due_date_moves_it_by_the_days_that_were_waited(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-25")))
    assert clock(request) == ("2026-12-02", "2026-12-02")
    request = answer(request, policy, day("2026-12-20"))
    assert (request.paused_since, request.paused_days) == (None, 25)
    assert clock(request) == ("2026-12-27", "2026-12-28")  # a Sunday


@l2
@pytest.mark.django_db
def test_several_pauses_add_up(policy: PolicyVersion) -> None:
    request = asked_in_november(policy)
    for asked, answered in [("2026-11-05", "2026-11-10"), ("2026-11-12", "2026-11-12"), ("2026-11-20", "2026-12-01")]:
        question(request, policy, at=moment(day(asked)))
        answer(request, policy, day(answered))
    request = fresh(request)
    assert request.paused_days == 5 + 0 + 11
    assert clock(request) == ("2026-12-18", "2026-12-18")


@l2
@pytest.mark.django_db
def test_the_dates_without_the_pauses_are_kept_beside_those_with_them(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-05")))
    request = answer(request, policy, day("2026-11-15"))
    assert deadlines.unpaused(request) == dates("2026-12-02", "2026-12-02")
    assert deadlines.of(request) == dates("2026-12-12", "2026-12-14")
    assert deadlines.of(request) == Deadline(request.safe_on, request.legal_on)


@l2
@pytest.mark.django_db
def test_the_clock_runs_on_from_the_day_of_the_answer_not_from_when_it_was_noted(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-05")))
    request = answer(request, policy, day("2026-11-08"), at=moment(day("2026-11-20")))
    assert request.paused_days == 3


@l2
@pytest.mark.django_db
@pytest.mark.parametrize(("on", "why"), [("2026-11-21", "day to come"), ("2026-11-04", "before we asked")])
def test_an_answer_on_an_impossible_day_changes_nothing(policy: PolicyVersion, on: str, why: str) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-05")))
    before = whole(request)
    with pytest.raises(RequestError, match=why):
        identity.answered(request.pk, on=day(on), policy=policy, at=moment(day("2026-11-20")), by=OFFICER)
    assert whole(request) == before


@l2
@pytest.mark.django_db
def test_while_the_clock_waits_the_days_that_are_left_stand_still(policy: PolicyVersion) -> None:
    question(asked_in_november(policy), policy, at=moment(day("2026-11-25")))
    for today in ("2026-11-26", "2027-02-01"):
        (found,) = due.on(day(today))
        assert (found.days_left, found.overdue, found.paused_since) == (7, False, day("2026-11-25"))
        assert not Request.objects.overdue(day(today)).exists()


@l2
@pytest.mark.django_db
def test_a_question_that_was_asked_too_late_does_not_undo_that_the_answer_is_overdue(policy: PolicyVersion) -> None:
    question(asked_in_november(policy), policy, at=moment(day("2026-12-05")))
    (found,) = due.on(day("2026-12-10"))
    assert (found.days_left, found.overdue) == (-3, True)
    assert Request.objects.overdue(day("2026-12-10")).exists()


@l1
@pytest.mark.django_db
def test_more_time_may_be_told_until_the_first_month_ends_pauses_included(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-12")))
    assert deadlines.first_month_ends(request, on=day("2026-11-22"), zone=policy.zone) == day("2026-12-12")
    request = answer(request, policy, day("2026-11-22"))
    assert deadlines.first_month_ends(request, on=day("2026-12-01"), zone=policy.zone) == day("2026-12-12")


@l1
@l2
@pytest.mark.django_db
def test_each_pause_counts_also_while_another_lasts(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-12")))
    request = answer(request, policy, day("2026-11-14"))
    request = question(request, policy, at=moment(day("2026-11-20")))
    assert deadlines.first_month_ends(request, on=day("2026-11-25"), zone=policy.zone) == day("2026-12-09")


@l2
@pytest.mark.django_db
def test_what_else_happens_meanwhile_ends_no_pause(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-12")))
    request.entries.create(at=moment(day("2026-11-13")), by=OFFICER, step=Step.WARNED)
    request = answer(request, policy, day("2026-11-22"))
    assert deadlines.first_month_ends(request, on=day("2026-12-01"), zone=policy.zone) == day("2026-12-12")


@l1
@l2
@pytest.mark.django_db
def test_while_the_clock_waits_the_first_month_does_not_end(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-12")))
    request = answer(request, policy, day("2027-01-21"))  # 70 days later
    late = moment(day("2027-02-10"))
    extending.extend(request.pk, "many tables", QUESTION, policy=policy, at=late, by=OFFICER)
    request = fresh(request)
    assert (request.extended_on, request.extended_late) == (day("2027-02-10"), False)
    assert clock(request) == ("2027-04-13", "2027-04-13")


@l1
@l2
@pytest.mark.django_db
def test_how_long_the_clock_waited_later_adds_nothing_to_the_first_month_of_before(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-12-05")))
    request = answer(request, policy, day("2026-12-15"))
    seen = {on: deadlines.first_month_ends(request, on=day(on), zone=policy.zone) for on in SEEN_ON}
    assert seen == {on: day(ends) for on, ends in SEEN_ON.items()}


@l1
@l2
@pytest.mark.django_db
def test_a_pause_lasts_until_the_day_of_the_answer_whenever_that_is_noted(policy: PolicyVersion) -> None:
    request = question(asked_in_november(policy), policy, at=moment(day("2026-11-12")))
    request = answer(request, policy, day("2026-11-14"), at=moment(day("2026-11-30")))
    assert deadlines.first_month_ends(request, on=day("2026-12-01"), zone=policy.zone) == day("2026-12-04")


@l1
@l2
@pytest.mark.django_db
def test_the_first_month_waits_for_the_proof_of_the_address_as_well(policy: PolicyVersion) -> None:
    midnight = dt.datetime(2026, 11, 2, 23, tzinfo=dt.UTC)  # where the company is
    request = posted(policy, at=midnight - dt.timedelta(minutes=5))
    press(request, policy, at=midnight + dt.timedelta(minutes=5))
    assert deadlines.first_month_ends(fresh(request), on=day("2026-12-01"), zone=policy.zone) == day("2026-12-03")


# Received on 2 November; the clock waited from 5 to 15 December.
SEEN_ON = {
    "2026-12-01": "2026-12-02",
    "2026-12-05": "2026-12-02",
    "2026-12-08": "2026-12-05",
    "2026-12-20": "2026-12-12",
}


def check() -> None:
    call_command("check", stderr=StringIO(), stdout=StringIO())


@l1
@pytest.mark.parametrize("country", ["SE", "GB-ENG"])
def test_a_country_whose_holidays_are_known_is_taken(settings: Any, country: str) -> None:
    settings.HOLIDAYS_COUNTRY = country
    check()


@l1
@pytest.mark.parametrize("country", ["Atlantis", "", "SE-XX"])
def test_a_country_whose_holidays_nobody_knows_stops_the_start_with_a_word_on_what_to_do(
    settings: Any, country: str
) -> None:
    settings.HOLIDAYS_COUNTRY = country
    with pytest.raises(SystemCheckError, match=r"dsr\.E001.* HOLIDAYS_COUNTRY is .*"):
        check()


def test_requests_have_to_be_kept_for_a_year(settings: Any) -> None:
    settings.REQUEST_MONTHS = 11
    with pytest.raises(SystemCheckError, match=r"dsr\.E002"):
        check()
