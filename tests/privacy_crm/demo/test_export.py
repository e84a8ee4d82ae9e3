"""The demo's export: the contract of `import_crm`, and a story that a purge may tell without asking for approval."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from privacy_crm.demo.days import add_months, anchors_due_by
from privacy_crm.demo.export import write

TODAY = date(2026, 11, 24)
HEADERS = {
    "organisations": "name,country,reference",
    "agreements": "organisation,kind,reference,started_on,ended_on",
    "contacts": "email,first_name,last_name,job_title,phone,address,postal_code,city,country,language,organisation,"
    "scenario,collected_on,last_activity_on,source,source_kind,informed_on",
    "events": "slug,title,kind,starts_at,ends_at,time_zone,place",
    "registrations": "event,email,registered_at,food_preference,food_consent_at",
    "activities": "email,kind,occurred_at,reference",
    "holds": "email,kind,reason,legal_reference,keeps,until",
    "objections": "email,channel,objected_on,source",
    "consents": "email,channel,wording,given_on,source",
}
REFUSED_ADDRESSES = {"", "snabel.svensson(at)sjohaga-hamn.example", "radbryt.\nsvensson@sjohaga-hamn.example"}
PAST_COLUMNS = {
    "agreements": ["started_on"],
    "contacts": ["collected_on", "last_activity_on", "informed_on"],
    "registrations": ["registered_at", "food_consent_at"],
    "activities": ["occurred_at"],
    "objections": ["objected_on"],
    "consents": ["given_on"],
}


@pytest.fixture(scope="module", params=[TODAY, date(2026, 2, 28), date(2026, 8, 30), date(2028, 2, 29)], ids=str)
def today(request: pytest.FixtureRequest) -> date:
    assert isinstance(request.param, date)
    return request.param


@pytest.fixture(scope="module")
def directory(today: date, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export")
    write(path, today)
    return path


def rows(directory: Path, name: str) -> list[dict[str, str]]:
    with (directory / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_the_same_day_and_seed_give_the_same_bytes(directory: Path, today: date, tmp_path: Path) -> None:
    write(tmp_path, today)
    assert contents(tmp_path) == contents(directory)


def test_another_seed_gives_other_people(directory: Path, today: date, tmp_path: Path) -> None:
    write(tmp_path, today, seed=2)
    assert contents(tmp_path) != contents(directory)


def test_another_day_gives_the_same_people(directory: Path, tmp_path: Path) -> None:
    write(tmp_path, date(2027, 5, 31))
    assert people(tmp_path) == people(directory)


def test_every_file_has_the_header_of_the_contract(directory: Path) -> None:
    headers = {path.stem: path.read_text(encoding="utf-8").split("\n")[0] for path in directory.iterdir()}
    assert headers == HEADERS


def test_no_file_is_without_rows(directory: Path) -> None:
    assert [name for name in HEADERS if not rows(directory, name)] == []


def test_about_two_thousand_people_are_in_it(directory: Path) -> None:
    assert 1900 <= len(people(directory)) <= 2100


def test_a_person_has_one_name_whatever_they_are_held_for(directory: Path) -> None:
    names = {(row["email"], row["first_name"], row["last_name"]) for row in rows(directory, "contacts") if row["email"]}
    assert len(names) == len({email for email, *_ in names})


def test_no_address_could_be_anybodys(directory: Path) -> None:
    addresses = {row["email"] for name in HEADERS for row in rows(directory, name) if "email" in row}
    wrong = {address for address in addresses if not re.fullmatch(r"[a-z.]+@[a-z-]+\.example", address)}
    assert wrong == REFUSED_ADDRESSES


def test_only_the_rows_meant_to_be_refused_lie_in_the_future(directory: Path, today: date) -> None:
    future = [(name, column) for name, column, value in past_values(directory) if value[:10] > today.isoformat()]
    assert future == [("contacts", "collected_on"), ("activities", "occurred_at")]


def test_a_run_takes_many_and_still_needs_no_approval(directory: Path, today: date) -> None:
    """Counted without registrations and holds, which only ever keep people longer."""
    kept = {row["email"] for row, lapses_on in bases(directory) if lapses_on > today}
    taken = people(directory) - kept
    assert 100 < len(taken) < len(people(directory)) / 10


@pytest.mark.parametrize(
    ("anchor", "months", "due"),
    [
        (date(2024, 8, 31), 18, date(2026, 2, 28)),
        (date(2026, 8, 31), 18, date(2028, 2, 29)),
        (date(2026, 8, 30), 18, date(2028, 2, 29)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 5, 24), 18, date(2026, 11, 24)),
    ],
)
def test_a_period_ends_on_the_day_that_the_promises_say(anchor: date, months: int, due: date) -> None:
    assert add_months(anchor, months) == due
    assert anchor in anchors_due_by(due, months)


def bases(directory: Path) -> Iterator[tuple[dict[str, str], date]]:
    """Each row of a person, and the day it lapses."""
    ends, heard_of = agreement_ends(directory), last_activities(directory)
    for row in (row for row in rows(directory, "contacts") if not row["collected_on"].endswith("02-30")):
        if row["scenario"] in {"customer", "partner"} and row["organisation"] in ends:
            yield row, add_months(ends[row["organisation"]], 24)
        elif row["scenario"] in {"whitepaper", "webinar", "event"}:
            yield row, add_months(heard_of[row["email"]], 18)
        else:
            yield row, add_months(date.fromisoformat(row["collected_on"]), 18)


def agreement_ends(directory: Path) -> dict[str, date]:
    agreements = [(row["organisation"], row["ended_on"] or "2999-12-31") for row in rows(directory, "agreements")]
    return latest(agreements)


def last_activities(directory: Path) -> dict[str, date]:
    columns = [("activities", "occurred_at"), ("contacts", "last_activity_on"), ("contacts", "collected_on")]
    said = [(row, row[column]) for name, column in columns for row in rows(directory, name)]
    own = [
        (row["email"], day[:10]) for row, day in said if row.get("scenario") not in {"customer", "partner", "prospect"}
    ]
    return latest([(email, day) for email, day in own if day and not day.endswith("02-30")])


def latest(days: list[tuple[str, str]]) -> dict[str, date]:
    return {key: date.fromisoformat(day) for key, day in sorted(days)}


def people(directory: Path) -> set[str]:
    return {row["email"] for row in rows(directory, "contacts")} - REFUSED_ADDRESSES


def past_values(directory: Path) -> Iterator[tuple[str, str, str]]:
    for name, columns in PAST_COLUMNS.items():
        yield from ((name, column, row[column]) for row in rows(directory, name) for column in columns)
