"""Deletions in processes of their own: killed midway, started twice; and every place looked through afterwards."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from privacy_crm import embedded
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site, kill

pytestmark = [pytest.mark.promise("P21"), pytest.mark.promise("L11")]

MARK = "zyxmark"
ADDRESS = f"{MARK}@fjordkraft.example"
ERASE = ("manage.py", "erase", ADDRESS, "--ground", "not_needed", "--json")

# A person with a row in every table, to whom mails were sent, of whom media and cache know nothing.
ENTER = """
from django.utils import timezone
from contacts.delivery import sending
from contacts.models import *
from dsr.models import Request
from tests.support.deleting import full
from tests.support.mailing import written_letter
policy = PolicyVersion.objects.in_force()
contact = full(policy, "Zyxmark")
Request.objects.filter(state="asked").delete()
written_letter(contact=contact, at=timezone.now())
sending.send_due(at=timezone.now(), now=timezone.now)
"""
SEND = """
from django.utils import timezone
from contacts.delivery import sending
sending.send_due(at=timezone.now(), now=timezone.now)
"""
SWEEP = """
import datetime as dt
from django.utils import timezone
from contacts.outbox import mail_files
mail_files.sweep(timezone.now() + dt.timedelta(hours=24))
"""
EMPTY = """
    DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(quote_ident(relname), ', ') || ' RESTART IDENTITY' FROM pg_stat_user_tables
        WHERE relname NOT IN (
            'django_migrations', 'django_content_type', 'auth_permission', 'contacts_policyversion',
            'contacts_scenariorule', 'contacts_journalnumber'
        )
    ); END $$"""


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.rows(EMPTY)
    installed.manage("shell", "-v", "0", "-c", ENTER)
    assert found_in_dump(installed)
    yield installed
    installed.end_all()


def dump(site: Site) -> list[str]:
    """Every line that `pg_dump` writes of the data, with the name of its table."""
    given = site.parameters()
    place = ["-h", given["host"], "-p", str(given["port"]), "-U", given["user"]]
    command = [str(embedded.postgres_bin("pg_dump")), *place, "--data-only", "--inserts", given["dbname"]]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def found_in_dump(site: Site) -> list[str]:
    return [line for line in dump(site) if ADDRESS in line.lower() or "+46 70 555 01 23" in line]


# Killed, and twice


@pytest.mark.parametrize(
    "where", [("contacts_contact", "TRUE"), ("contacts_activity", "TRUE"), ("contacts_foodpreference", "TRUE")]
)
def test_a_deletion_that_is_killed_has_done_nothing_and_the_next_does_it_all(
    site: Site, where: tuple[str, str]
) -> None:
    before = dump_without_sessions(site)
    with site.locked(*where) as holder:
        process = site.start(*ERASE)
        site.await_standstill(holder)
        kill(process)
    eventually(lambda: site.number(WORKING) == 0, within=PATIENCE)
    assert dump_without_sessions(site) == before
    again = site.start(*ERASE)
    out, error = again.communicate(timeout=PATIENCE)
    assert (again.returncode, error) == (0, "")
    assert json.loads(out)["scan"]["found"] == {}


WORKING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND state <> 'idle'"
)


def dump_without_sessions(site: Site) -> list[str]:
    """The data; where a counter stands is nobody's business."""
    return [line for line in dump(site) if "setval" not in line and not line.startswith("\\")]


def test_two_processes_that_delete_one_person_leave_one_certificate(site: Site) -> None:
    with site.locked("contacts_activity", "TRUE"):
        both = [site.start(*ERASE) for _ in range(2)]
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        eventually(lambda: site.number(waiting) == 2, within=PATIENCE)
    outs = [process.communicate(timeout=PATIENCE) for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sum("certificate" in out for out, _error in outs) == 1
    assert site.number("SELECT count(*) FROM dsr_certificate") == 1


# Every place where a person may have been kept


def test_no_place_keeps_a_trace_but_the_letter_and_that_goes_by_itself(site: Site) -> None:
    assert mails(site)
    process = site.start(*ERASE)
    said = "".join(process.communicate(timeout=PATIENCE))
    assert process.returncode == 0, said
    assert mails(site) == []
    (letter,) = found_in_dump(site)
    assert "contacts_message" in letter
    told = site.start("manage.py", "shell", "-v", "0", "-c", SEND)
    said += "".join(told.communicate(timeout=PATIENCE))
    assert found_in_dump(site) == []
    assert len(mails(site)) == 1
    site.manage("shell", "-v", "0", "-c", SWEEP)
    assert found_in_files(site.var) == []
    assert found_in_valkey(site) == []
    assert MARK not in said.lower().replace("zyxmark print ltd", "")  # a recipient, who is told


def mails(site: Site) -> list[Path]:
    """The files of mails to the person."""
    return [path for path in (site.var / "mail").glob("*.log") if ADDRESS in path.read_text().lower()]


def found_in_files(var: Path) -> list[Path]:
    """Mails, media, logs and whatever else lies there; the database's own files are looked through by its dump."""
    files = [path for path in var.rglob("*") if path.is_file() and "pg_wal" not in path.parts]
    ours = [
        path
        for path in files
        if not any(part.startswith("postgres") and (var / "servers") in path.parents for part in path.parts)
    ]
    assert ours
    return [path for path in ours if MARK.encode() in path.read_bytes().lower()]


def found_in_valkey(site: Site) -> list[bytes]:
    """Keys and values of every database there, of every type."""
    found: list[bytes] = []
    client: Any = redis.Redis.from_url(site.urls.redis)
    for number in range(16):
        client.execute_command("SELECT", number)
        found += [key for key in client.scan_iter("*") if MARK.encode() in (key + (client.dump(key) or b"")).lower()]
    return found
