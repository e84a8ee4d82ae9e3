"""An import of any size needs the same memory: a process of its own, since a peak never goes down."""

import json
from pathlib import Path

import pytest

from contacts.models import PolicyVersion
from tests.support.import_files import Row, person, save
from tests.support.memory import MEGABYTE, peaks

IMPORT = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "import_crm", sys.argv[1], "--json"])
"""


def contacts(number: int, phone: str) -> list[Row]:
    """People, two of three of whom are refused."""
    return [
        person(address(n), "newsletter" if n % 3 else "event", phone=phone, city="Turku", source="Form")
        for n in range(number)
    ]


def activities(number: int) -> list[Row]:
    row = {"kind": "call", "occurred_at": "2026-06-01T10:00"}
    return [row | {"email": address(n)} for n in range(number)]


def address(number: int) -> str:
    return f"p{number}@company{number % 997}.example"


@pytest.mark.django_db(transaction=True)
def test_ten_times_the_rows_need_no_more_memory(policy: PolicyVersion, tmp_path: Path) -> None:
    found = []
    with peaks(IMPORT) as peak:
        for number in (4_000, 40_000):
            save(tmp_path, contacts=contacts(number, str(number)), activities=activities(number))
            said, kibibytes = peak(str(tmp_path))
            assert json.loads(said)["files"]["contacts.csv"]["created"] > number / 4
            found.append(kibibytes)
    print(f"peak: {found[0] // MEGABYTE} MB for 4,000 people, {found[1] // MEGABYTE} MB for 40,000")
    # Not 300 bytes a row.
    assert found[1] - found[0] < 10 * MEGABYTE
