"""SIGTERM in a job: it comes to its end, and the worker goes after it, with nothing begun and nothing dropped.

All other jobs are tried in faults/test_each_is_told_to_end.py.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.support import late
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site

pytestmark = pytest.mark.promise("L11")

TABLES = "SELECT string_agg(quote_ident(relname), ', ') FROM pg_stat_user_tables WHERE relname <> 'django_migrations'"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.empty("contacts_jobrun")
    yield installed
    installed.end_all()


@contextmanager
def all_locked(site: Site) -> Iterator[int]:
    """Whoever asks for anything stands still. Yields the number of the connection that does it."""
    ((tables,),) = site.rows(TABLES)
    with closing(site.connect()) as connected, connected.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SELECT pg_backend_pid()")
        yield cursor.fetchone()[0]


def assert_it_ends_this_job_first(site: Site, job: str, following: str) -> None:
    with site.worker() as worker:
        site.enqueue("contacts.tasks.ship_journal")  # it looks first of all whether the database was restored
        eventually(lambda: "contacts.tasks.ship_journal" in late.come_to_an_end(site), within=PATIENCE)
        with all_locked(site) as holder:
            site.enqueue(job)
            site.await_standstill(holder)
            os.kill(worker.pid, signal.SIGTERM)
            site.enqueue(following)
        worker.communicate(timeout=PATIENCE)
        assert worker.returncode == 0, job
    assert job in late.come_to_an_end(site)
    # Seals are told to the journal, which is asked to be shipped.
    assert late.waiting(site) == 1 + (job == "retention.tasks.seal_trail"), following
    assert late.failures(site) == []


def test_a_worker_that_is_told_to_end_ends_its_job_first_and_leaves_the_next_to_another(site: Site) -> None:
    assert_it_ends_this_job_first(site, "retention.tasks.nightly", "contacts.tasks.sweep_food_preferences")
