"""The disk of the database is full: a night says that it failed, nothing is half done, and the next run does it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import test_purge
from tests.support import late
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site
from tests.support.small_disk import full, small_disk

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]

NIGHT = "retention.tasks.nightly"
WATCH = "retention.tasks.warn_officers"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.empty("contacts_jobrun", "auth_user")
    for statement in (test_purge.EMPTY, test_purge.ENTER, test_purge.HOLD):
        installed.rows(statement)
    yield installed
    installed.end_all()


@contextmanager
def on_a_small_disk(site: Site, table: str) -> Iterator[Path]:
    """Move a table to a disk of its own meanwhile."""
    place = site.var / "small"
    with small_disk(place, 16_384):
        shutil.chown(place, (site.var / "servers" / "postgres").stat().st_uid)
        site.rows(f"CREATE TABLESPACE small LOCATION '{place}'")
        site.rows(f"ALTER TABLE {table} SET TABLESPACE small")
        try:
            yield place
        finally:
            site.rows(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            site.rows("DROP TABLESPACE small")


def test_a_night_that_finds_no_room_deletes_nobody_officers_hear_and_the_next_run_does_it(site: Site) -> None:
    site.manage("shell", "-v", "0", "-c", test_purge.AN_OFFICER)
    sink = site.mail_server()
    with sink.open(), on_a_small_disk(site, "contacts_auditevent_before") as place:
        with full(place), site.worker():
            site.enqueue(NIGHT)
            site.enqueue(WATCH)
            eventually(lambda: WATCH in late.come_to_an_end(site), within=PATIENCE)
            assert (site.statuses(), site.people(), site.counted()) == (["failed"], test_purge.PEOPLE, 0)
        [mail] = sink.mails
        assert "part of the nightly deletion failed" in str(mail["Subject"])
        site.manage("purge")
    assert site.statuses() == ["failed", "finished"]
    assert (site.people(), site.counted()) == (0, test_purge.PEOPLE)
    deleted = "FROM contacts_auditevent WHERE code = 'contact.deleted'"
    assert site.rows(f"SELECT count(*), count(DISTINCT public_id) {deleted}") == [(test_purge.PEOPLE,) * 2]
