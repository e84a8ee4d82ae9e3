"""docs/faults.md says of each fault what happens and who is told, and names tests of both that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.alarms import alarms

PAGE: Path = settings.BASE_DIR / "docs" / "faults.md"
TESTS: Path = settings.BASE_DIR / "tests"
# What has to be survived, by words that name it in the first column.
FAULTS = [
    "PostgreSQL restarts", "stops at once", "fails over", "holds a row", "Valkey is gone", "Valkey is flushed",
    "comes back empty", "SMTP is slow", "SMTP refuses", "SMTP is silent", "two beats", "two workers",
    "kill -9 in a night, of the child or the worker", "kill -9 in a mailing", "kill -9 in an import, an upload",
    "kill -9 in an erasure", "kill -9 with a webhook", "the disk of VAR_DIR", "the disk of the database",
    "a clock a year ahead, and back", "both nights of summer time", "a week without any worker",
    "all connections are taken", "SIGTERM in each job",
]  # fmt: skip
COLUMNS = 5

ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in PAGE.read_text().splitlines()
    if line.startswith("| ")
][1:]


def named_in(cell: str) -> list[str]:
    return re.findall(r"`([\w/]+\.py)`", cell)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_that_has_to_be_survived_has_a_row(fault: str) -> None:
    assert [row for row in ROWS if fault in row[0]]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_no_row_is_without_tests_of_what_happens_and_of_who_is_told(row: list[str]) -> None:
    assert len(row) == COLUMNS
    _fault, happens, proof, told, told_proof = row
    assert happens
    assert told
    for each in (proof, told_proof):
        assert named_in(each)
        assert [path for path in named_in(each) if "\ndef test_" not in (TESTS / path).read_text()] == []


def test_each_alarm_that_tells_is_one() -> None:
    told = {name for row in ROWS for name in re.findall(r"`([A-Z]\w+)`", row[3])}
    assert told <= set(alarms())
    assert len(told) > 8


def test_each_file_of_the_matrix_is_on_the_page() -> None:
    matrix = {str(path.relative_to(TESTS)) for path in (TESTS / "processes" / "faults").glob("test_*.py")}
    assert matrix <= {path for row in ROWS for cell in row for path in named_in(cell)}
