"""Others hold every connection that the database has: the site says so, the night fails, and the next tick does it."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.processes import test_purge
from tests.processes.test_purge import can_connect
from tests.processes.test_serving import answers, free_port
from tests.support import late
from tests.support.embedded_users import eventually
from tests.support.forwarding import doors
from tests.support.processes import PATIENCE, Site

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]

NIGHT = "retention.tasks.nightly"
ANYTHING = "contacts.tasks.sweep_mail_files"
CUT_OFF = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %(ours)s"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    """It finds its servers as in production: those of a VAR_DIR would be taken for being about to start."""
    valkey = Path(urlsplit(installed.urls.redis).path)
    with doors(valkey, 1) as [door], door.open():
        broker = f"redis://127.0.0.1:{door.port}/0"
        installed.environment |= {"DATABASE_URL": installed.urls.database, "REDIS_URL": broker}
        installed.empty("contacts_jobrun")
        for statement in (test_purge.EMPTY, test_purge.ENTER, test_purge.HOLD):
            installed.rows(statement)
        yield installed
        installed.end_all()


@pytest.fixture
def ready(site: Site) -> str:
    """The address where the site that serves says whether it can work."""
    number = free_port()
    address = f"http://127.0.0.1:{number}/readyz"
    site.start("manage.py", "serve", "--listen", f"127.0.0.1:{number}", output=subprocess.DEVNULL)
    eventually(lambda: answers(address), within=PATIENCE)
    return address


@contextmanager
def exhausted(site: Site) -> Iterator[None]:
    """Others have all connections meanwhile; those of the product are cut off."""
    elsewhere = site.parameters() | {"dbname": "postgres"}
    with ExitStack() as until_the_end:
        own = until_the_end.enter_context(closing(psycopg2.connect(**elsewhere)))
        own.autocommit = True
        cursor = own.cursor()
        eventually(lambda: nobody_is_left(cursor, site.parameters()["dbname"]), within=PATIENCE)
        with suppress(psycopg2.OperationalError):
            while True:
                until_the_end.enter_context(closing(psycopg2.connect(**elsewhere)))
        yield


def nobody_is_left(cursor: Any, ours: str) -> bool:
    cursor.execute(CUT_OFF, {"ours": ours})
    return bool(cursor.fetchone() == (0,))


def missing(address: str) -> list[str]:
    """What the site says that it lacks."""
    try:
        with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
            said = json.load(answer)
    except urllib.error.HTTPError as refusal:
        said = {"missing": [], "code": refusal.code} | json.load(refusal)
    lacks: list[str] = said["missing"]
    return lacks


def test_the_site_says_so_and_the_next_tick_does_the_night_that_failed(site: Site, ready: str) -> None:
    assert missing(ready) == []
    with site.worker():
        site.enqueue(ANYTHING)
        eventually(lambda: late.come_to_an_end(site) == {ANYTHING}, within=PATIENCE)
        with exhausted(site):
            assert missing(ready) == ["database"]
            assert late.parts(site)["database"] == 0
            site.enqueue(NIGHT)
            site.enqueue(ANYTHING)  # it is begun when the night has failed
            eventually(lambda: late.done(site), within=PATIENCE)
        eventually(lambda: missing(ready) == [], within=PATIENCE)
        eventually(lambda: can_connect(site), within=PATIENCE)
        assert (site.people(), site.statuses()) == (test_purge.PEOPLE, [])
        site.enqueue(NIGHT)
        eventually(lambda: site.statuses() == ["finished"], within=PATIENCE)
    assert (site.people(), site.counted()) == (0, test_purge.PEOPLE)
