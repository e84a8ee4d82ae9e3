"""`manage.py forecast`: what the runs of the coming days would do. Its JSON is a contract that other programs read."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg2 import sql

from contacts.models import PolicyVersion
from contacts.words.vocabulary import Scenario
from retention.due import retention_schedule
from retention.forecasts.forecast import days_of
from retention.models import PurgeRun
from tests.support.factories import (
    AUTUMN,
    DUE,
    ONE_DAY,
    SPRING,
    agree,
    contact_of,
    crowd,
    customer,
    everything_about,
    held_for,
    hold,
    place,
    rehearse,
    run,
)

pytestmark = pytest.mark.django_db

NOTHING = dict.fromkeys(Scenario.values, 0)
BEGIN = DUE - 10 * ONE_DAY


@pytest.fixture
def forecast(capsys: pytest.CaptureFixture[str]) -> Any:
    """The days on which something happens, within 400 from ten days before DUE.

    What a draft of the policy is shown by reads the schedule of everyone instead, and says the same.
    """

    def days() -> dict[str, tuple[dict[str, int], int]]:
        call_command("forecast", "--json", "--at", BEGIN.isoformat(), "--days", "400")
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(lines) == 400
        assert [(line["day"], line["bases"], line["contacts"]) for line in lines] == of_everyone()
        return {
            line["day"]: ({name: number for name, number in line["bases"].items() if number}, line["contacts"])
            for line in lines
            if line["contacts"] or any(line["bases"].values())
        }

    return days


def of_everyone() -> list[tuple[str, dict[str, int], int]]:
    policy = PolicyVersion.objects.in_force()
    assert policy
    query, values = retention_schedule.of_everyone(policy)
    table = sql.Identifier("everyones_lapses")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TEMP TABLE {} AS {}").format(table, query), values)
        found = [(str(day.day), day.bases, day.contacts) for day in days_of(table, first=BEGIN, number=400)]
        cursor.execute(sql.SQL("DROP TABLE {}").format(table))
    return found


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[Any]:
    call_command("forecast", "--json", *arguments)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# The contract


def test_a_line_is_an_object_with_day_bases_and_contacts(
    policy: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    held_for("prospect", policy)
    assert told(capsys, "--at", "2026-11-23", "--days", "3") == [
        {"day": "2026-11-23", "bases": NOTHING, "contacts": 0},
        {"day": "2026-11-24", "bases": NOTHING | {"prospect": 1}, "contacts": 1},
        {"day": "2026-11-25", "bases": NOTHING, "contacts": 0},
    ]


@pytest.mark.usefixtures("policy")
def test_without_days_it_is_a_year_with_a_line_for_each_day(capsys: pytest.CaptureFixture[str]) -> None:
    days = [line["day"] for line in told(capsys, "--at", "2027-12-01")]
    assert days == [(dt.date(2027, 12, 1) + n * ONE_DAY).isoformat() for n in range(365)]


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    ("at", "first"),
    [("2026-11-24", "2026-11-24"), ("2026-11-24T00:00", "2026-11-24"), ("2026-11-23T23:00Z", "2026-11-24")],
)
def test_the_first_day_is_that_of_the_company(capsys: pytest.CaptureFixture[str], at: str, first: str) -> None:
    assert told(capsys, "--at", at, "--days", "1")[0]["day"] == first


def test_forecasting_writes_nothing(policy: PolicyVersion, forecast: Any) -> None:
    contact = held_for("prospect", policy)
    before = everything_about(contact)
    forecast()
    assert everything_about(contact) == before
    assert not PurgeRun.objects.exists()


def test_in_words_it_is_a_line_a_day(policy: PolicyVersion, capsys: pytest.CaptureFixture[str]) -> None:
    held_for("prospect", policy)
    call_command("forecast", "--at", "2026-11-23", "--days", "3")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "1 prospect" in lines[1]


# What falls on which day


@pytest.mark.parametrize("scenario", Scenario.values)
def test_a_basis_lapses_and_the_person_goes_on_the_due_day(policy: PolicyVersion, forecast: Any, scenario: str) -> None:
    held_for(scenario, policy)
    assert forecast() == {"2026-11-24": ({scenario: 1}, 1)}


def test_a_person_goes_with_the_last_of_their_bases(policy: PolicyVersion, forecast: Any) -> None:
    contact = held_for("whitepaper", policy)
    hold(contact, "prospect", SPRING + 14 * ONE_DAY, policy=policy)
    assert forecast() == {"2026-11-24": ({"whitepaper": 1}, 0), "2026-12-07": ({"prospect": 1}, 1)}


def test_an_open_agreement_keeps_the_person_and_not_their_other_bases(policy: PolicyVersion, forecast: Any) -> None:
    hold(customer(policy), "prospect", SPRING, policy=policy)
    assert forecast() == {"2026-11-24": ({"prospect": 1}, 0)}


def test_an_end_to_come_is_foreseen(policy: PolicyVersion, forecast: Any) -> None:
    contact = contact_of(None, "prospect", policy)
    contact.organisation = held_for("customer", policy).organisation
    contact.save()
    agree(contact.organisation, AUTUMN + 30 * ONE_DAY, reference="A-2")
    assert forecast() == {"2026-11-24": ({"prospect": 1}, 1), "2026-12-24": ({"customer": 1}, 1)}


def test_what_is_overdue_falls_on_the_first_day(policy: PolicyVersion, forecast: Any) -> None:
    for contact in crowd(2, "prospect", SPRING - 100 * ONE_DAY, policy=policy)[:1]:
        place(contact, "freeze", "request", until=BEGIN - 5 * ONE_DAY)
    assert forecast() == {"2026-11-14": ({"prospect": 2}, 2)}


@pytest.mark.parametrize("kind", ["freeze", "duty"])
def test_a_hold_without_an_end_keeps_the_person(policy: PolicyVersion, forecast: Any, kind: str) -> None:
    place(held_for("prospect", policy), kind, {"freeze": "request", "duty": "tax"}[kind])
    assert forecast() == ({"2026-11-24": ({"prospect": 1}, 0)} if kind == "duty" else {})


def test_a_freeze_delays_bases_and_person_to_the_day_after_its_end(policy: PolicyVersion, forecast: Any) -> None:
    contact = held_for("prospect", policy)
    place(contact, "freeze", "request", until=DUE + 9 * ONE_DAY)
    assert forecast() == {"2026-12-04": ({"prospect": 1}, 1)}


@pytest.mark.promise("P5")
def test_a_duty_delays_the_person_alone(policy: PolicyVersion, forecast: Any) -> None:
    contact = held_for("prospect", policy)
    place(contact, "duty", "tax", until=dt.date(2026, 12, 31))
    assert forecast() == {"2026-11-24": ({"prospect": 1}, 0), "2027-01-01": ({}, 1)}


@pytest.mark.promise("P5")
def test_a_reduced_person_goes_on_the_day_after_the_duty(policy: PolicyVersion, forecast: Any) -> None:
    contact = contact_of(None, "prospect", policy)
    place(contact, "duty", "tax", until=dt.date(2026, 12, 31))
    place(contact, "duty", "bookkeeping", until=dt.date(2027, 1, 31))
    run(DUE, policy)
    assert forecast() == {"2027-02-01": ({}, 1)}


@pytest.mark.parametrize("number", [0, 9, 10, 11, 30, 47, 48, 399])
def test_the_days_add_up_to_the_dry_run_of_the_last(policy: PolicyVersion, forecast: Any, number: int) -> None:
    for scenario in Scenario.values:
        held_for(scenario, policy)
    frozen, under_duty, both = crowd(3, "webinar", SPRING + ONE_DAY, policy=policy)
    place(frozen, "freeze", "request", until=DUE + 20 * ONE_DAY)
    place(under_duty, "duty", "tax", until=dt.date(2026, 12, 31))
    place(both, "duty", "tax")
    hold(both, "prospect", SPRING, policy=policy)
    day = BEGIN + number * ONE_DAY
    until = [entry for on, entry in forecast().items() if on <= day.isoformat()]
    foreseen = rehearse(day, policy)
    bases = {name: sum(entry[0].get(name, 0) for entry in until) for name in Scenario.values}
    assert (bases, sum(entry[1] for entry in until)) == (foreseen.bases_lapsed, foreseen.contacts_deleted)


def test_the_number_of_queries_does_not_grow_with_days_or_people(policy: PolicyVersion) -> None:
    def queries(days: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            call_command("forecast", "--json", "--days", str(days))
        return len(captured)

    few = queries(1)
    crowd(50, "prospect", SPRING, policy=policy)
    assert queries(500) == few


# Wrong use


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    "arguments", [["--days", "0"], ["--days", "-1"], ["--days", "36526"], ["--at", "soon"], ["--at", "2026-13-01"]]
)
def test_wrong_use_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("forecast", "--json", *arguments)
    assert refused.value.returncode == 2
    assert len(str(refused.value).splitlines()) == 1
    assert capsys.readouterr().out == ""


def test_without_a_published_policy_it_exits_with_2_and_names_the_command() -> None:
    with pytest.raises(CommandError, match="publish_policy") as refused:
        call_command("forecast", "--json")
    assert refused.value.returncode == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("arguments", [["--nonsense"], ["--days", "many"], ["--days", "0"]])
def test_on_the_command_line_wrong_use_is_one_line_on_stderr(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "forecast", *arguments])
    out, error = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert len(error.splitlines()) == 1


@pytest.mark.usefixtures("policy")
def test_the_furthest_day_that_can_be_asked_for_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("forecast", "--json", "--at", "9000-01-01", "--days", "36525")
    assert len(capsys.readouterr().out.splitlines()) == 36525
