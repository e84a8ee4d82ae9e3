"""The disk of PostgreSQL's log (WAL) is full: the server stops, nothing is half done, and the next run does it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from privacy_crm.embedded.account import postgres_account, reachable_programs
from privacy_crm.embedded.postgres import Postgres
from privacy_crm.embedded.starting import Urls
from privacy_crm.embedded.wheels import pginstall
from tests.processes import test_purge
from tests.processes.test_database_returns import answers
from tests.support import late
from tests.support.embedded_users import eventually, open_directory
from tests.support.processes import PATIENCE, Site
from tests.support.small_disk import full, small_disk

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]

# Each segment is a file of 16 MB, and a new one for each: none that is over is used again.
SETTINGS = "wal_recycle = off\nmin_wal_size = 32MB\nmax_wal_size = 32MB\n"
DISK = 256 * 1024  # kilobytes: enough for what the installation writes between two checkpoints
NEARLY_A_SEGMENT = "SELECT pg_logical_emit_message(false, 'ballast', repeat('x', 15 * 1024 * 1024))"


@pytest.fixture
def server() -> Iterator[Postgres]:
    """One of our own, which nobody starts again, with its log on a disk of its own."""
    account = postgres_account()
    with open_directory() as directory:
        account.given(directory)
        programs = reachable_programs(pginstall(), directory, account)
        server = Postgres(directory, directory / "sockets", programs, directory / "log", account)
        server.start()
        server.stop()
        kept, there = directory / "wal", server.data / "pg_wal"
        with small_disk(kept, DISK):
            shutil.copytree(there, kept / "pg_wal")
            for each in (kept, kept / "pg_wal", *(kept / "pg_wal").rglob("*")):
                account.given(each)
            shutil.rmtree(there)
            there.symlink_to(kept / "pg_wal")
            with (server.data / "postgresql.auto.conf").open("a") as settings:
                settings.write(SETTINGS)
            server.start()
            try:
                yield server
            finally:
                server.stop()


@pytest.fixture
def site(installed: Site, server: Postgres) -> Iterator[Site]:
    """The product on this server, with people who are all due."""
    sockets = quote(str(server.sockets), safe="")
    database = f"postgres://crm@:5432/{sockets}/crm"  # one role for all: whose disk is full cares for none
    urls = Urls(database, database, installed.urls.redis, installed.urls.broker)
    with closing(Site(installed.var, urls)) as site:
        journal = server.data.parent / "journal"
        site.environment |= {
            "DATABASE_URL": database,
            "OWNER_DATABASE_URL": database,
            "JOURNAL_URL": f"file://{journal}",
        }
        site._beside("CREATE DATABASE crm")
        site.manage("migrate", "-v", "0")
        site.manage("publish_policy")
        for statement in (test_purge.EMPTY, test_purge.ENTER, test_purge.HOLD):
            site.rows(statement)
        yield site


def purge(site: Site) -> tuple[int | None, str]:
    process = site.start("manage.py", "purge", "--json")
    out, _error = process.communicate(timeout=PATIENCE)
    return process.returncode, out


def test_a_night_whose_log_finds_no_room_is_done_by_the_next_run_and_those_hear_who_watch(
    server: Postgres, site: Site
) -> None:
    assert late.parts(site)["database"] == 1
    for statement in ("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT", NEARLY_A_SEGMENT):
        site.rows(statement)
    with full(Path(server.data / "pg_wal").resolve().parent):
        failed, _said = purge(site)
        assert failed == 1
        eventually(lambda: late.parts(site)["database"] == 0, within=PATIENCE)
    server.ensure()  # as who supervises it does, again and again
    eventually(lambda: answers(site), within=PATIENCE)
    people, counted = site.people(), site.counted()
    assert people + counted == test_purge.PEOPLE
    returncode, said = purge(site)
    assert (returncode, json.loads(said)["contacts_deleted"]) == (0, people)
    assert (site.people(), site.counted()) == (0, test_purge.PEOPLE)
    deleted = "FROM contacts_auditevent WHERE code = 'contact.deleted'"
    assert site.rows(f"SELECT count(*), count(DISTINCT public_id) {deleted}") == [(test_purge.PEOPLE,) * 2]
