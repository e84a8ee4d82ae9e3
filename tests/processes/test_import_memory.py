"""An import of any size needs the same memory: a process of its own, since a peak never goes down."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from contacts.models import PolicyVersion
from tests.support.import_files import Row, person, save

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1024  # in kibibytes

# On Linux, what getrusage says is never below what the parent used when it started the process.
IMPORT = """
import resource, sys
from pathlib import Path
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "import_crm", sys.argv[1], "--json"])
status = Path("/proc/self/status")
if status.exists():
    print(next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
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


def peak(directory: Path) -> tuple[int, int]:
    """Import in a process of its own; return how many people came in and its peak in kibibytes."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}@:{database['PORT']}/{database['HOST'].replace('/', '%2F')}/{database['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "privacy_crm.settings"}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(directory)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        text=True,
    )
    report, kibibytes = done.stdout.splitlines()
    return json.loads(report)["files"]["contacts.csv"]["created"], int(kibibytes)


@pytest.mark.django_db(transaction=True)
def test_ten_times_the_rows_need_no_more_memory(policy: PolicyVersion, tmp_path: Path) -> None:
    peaks = []
    for number in (10_000, 100_000):
        save(tmp_path, contacts=contacts(number, str(number)), activities=activities(number))
        created, kibibytes = peak(tmp_path)
        assert created > number / 4
        peaks.append(kibibytes)
    print(f"peak: {peaks[0] // MEGABYTE} MB for 10,000 people, {peaks[1] // MEGABYTE} MB for 100,000")
    assert peaks[1] - peaks[0] < 24 * MEGABYTE
