"""A worker whose database goes and comes back: the first task after that succeeds."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest

from tests.support.embedded_users import ended, eventually, family
from tests.support.forwarding import Door, doors
from tests.support.processes import PATIENCE, Site

SEARCH = "retention.tasks.check_statements"
DONE = "SELECT count(*) FROM retention_statementcheck WHERE finished_at IS NOT NULL AND failure = ''"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.empty("retention_statementcheck")
    yield installed
    installed.end_all()


def restart(site: Site, by: signal.Signals) -> None:
    """End the server; the keeper starts it again."""
    server = family(site.var)["postgres"]
    server.send_signal(by)
    eventually(lambda: ended([server]), within=PATIENCE)
    eventually(lambda: answers(site), within=PATIENCE)


def answers(site: Site) -> bool:
    with suppress(psycopg2.DatabaseError):
        return site.number("SELECT 1") == 1
    return False


def assert_the_next_task_succeeds(site: Site) -> None:
    before = site.number(DONE)
    site.enqueue(SEARCH)
    eventually(lambda: site.number(DONE) == before + 1, within=30)


@pytest.fixture
def places(site: Site) -> Iterator[list[Door]]:
    """Two places where the worker looks for the database."""
    given = site.parameters_of_application()
    with doors(Path(given["host"]) / f".s.PGSQL.{given['port']}", 2) as places:
        hosts = ",".join(f"127.0.0.1:{place.port}" for place in places)
        url = f"postgres://{given['user']}@{hosts}/{given['dbname']}?target_session_attrs=read-write"
        site.environment |= {"DATABASE_URL": url}
        yield places
        site.end_all()


@pytest.mark.promise("L11")
def test_after_a_restart_an_immediate_shutdown_and_a_failover_the_first_task_succeeds(
    site: Site, places: list[Door]
) -> None:
    with site.worker():
        with places[0].open():
            assert_the_next_task_succeeds(site)
            for stop in (signal.SIGINT, signal.SIGQUIT):  # a fast shutdown, an immediate one
                restart(site, stop)
                assert_the_next_task_succeeds(site)
        with places[1].open():
            assert_the_next_task_succeeds(site)
