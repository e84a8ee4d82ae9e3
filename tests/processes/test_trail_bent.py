"""Somebody with the database's password changes a row of the trail, and an outsider finds it by seals alone (L20)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.processes import PATIENCE, Site

pytestmark = pytest.mark.promise("L20")

# Two looks at somebody, the first of which will be laid at the door of somebody else. The seal of both leaves twice.
LOOKS = """
from django.core.management import call_command
from django.utils import timezone
from contacts.base import audit
from contacts.journal import shipping
for number in (7, 8):
    audit.record("contact.viewed", at=timezone.now(), by=f"user:{number}")
call_command("seal_audit", "--to", %(file)r)
shipping.ship(at=timezone.now())
"""


def verify(site: Site, seals: Path | None = None) -> tuple[int, str]:
    process = site.start("manage.py", "verify_audit", *(("--seals", str(seals)) if seals else ()))
    said, error = process.communicate(timeout=PATIENCE)
    return process.wait(), said + error


def seals_outside(site: Site, folder: Path) -> list[Path]:
    """Return what an outsider has: the file that they asked for, and a copy of the journal's segment."""
    file, segment = folder / "seals.jsonl", folder / "segment.jsonl"
    site.manage("shell", "-v", "0", "-c", LOOKS % {"file": str(file)})
    (shipped,) = (site.var / "journal").glob("*.jsonl")
    shutil.copy(shipped, segment)
    return [file, segment]


def test_an_outsider_names_the_row_that_was_changed_by_the_seals_alone(installed: Site, tmp_path: Path) -> None:
    outside = seals_outside(installed, tmp_path)
    assert verify(installed, outside[0])[0] == 0
    entry = installed.number("SELECT max(id) FROM contacts_auditevent WHERE by = 'user:7'")
    installed.rows("UPDATE contacts_auditevent SET by = 'user:8' WHERE by = 'user:7'")
    installed.empty("contacts_auditseal")
    installed.manage("seal_audit")
    assert verify(installed)[0] == 0  # by its own seals, all of which were made anew
    for seals in outside:
        code, said = verify(installed, seals)
        assert (code, said.splitlines()[0].partition(". ")[0]) == (1, f"Entry {entry} (seal 1) was changed")
        assert "user:8 contact.viewed" in said.splitlines()[0]
