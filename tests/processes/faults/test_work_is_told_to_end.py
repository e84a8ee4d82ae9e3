"""SIGTERM amid work that was asked for twice: it comes to its end, and the next worker finds nothing left of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from privacy_crm.jobs import JOBS
from tests.processes.faults.works import WORKS, Work, World
from tests.support import late
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site, end
from tests.support.sharing import Server

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]


@pytest.fixture
def world(installed: Site) -> Iterator[World]:
    """Nobody in it loses patience with what is held up."""
    installed.renew()
    installed.environment |= {"WEBHOOKS_MAY_BE_LOCAL": "on", "LOCK_TIMEOUT": "4min", "SWEEP_LOCK_TIMEOUT": "4min"}
    sink, recipient = installed.mail_server(), Server()
    with sink.open():
        yield World(installed, sink, recipient)
        installed.end_all()


def ask(site: Site, work: Work) -> None:
    if work.ask:
        site.manage("shell", "-v", "0", "-c", work.ask)
    else:
        site.enqueue(work.task)


@pytest.mark.parametrize("name", WORKS)
def test_work_whose_worker_is_told_to_end_is_done_once_and_what_waits_is_left_to_the_next(
    name: str, world: World
) -> None:
    site, work = world.site, WORKS[name]
    with world.recipient.open() as port:
        site.manage("shell", "-v", "0", "-c", work.owe.replace("%d", str(port)))
        with site.worker() as worker:
            with work.standing(world) as stands_still:
                ask(site, work)
                stands_still()
                os.kill(worker.pid, signal.SIGTERM)
                ask(site, work)
            worker.communicate(timeout=PATIENCE)
        assert worker.returncode == 0
        assert work.task in late.come_to_an_end(site)
        assert late.waiting(site) > 0
        with site.worker() as following:
            eventually(lambda: late.done(site) and work.found(world) == work.wanted, within=PATIENCE)
            assert end(following) == 0
    assert (work.found(world), late.failures(site)) == (work.wanted, [])


def test_each_job_that_is_asked_for_alone_is_among_them() -> None:
    asked_for = {job.task for job in JOBS.values() if job.schedule is None}
    assert asked_for <= {work.task for work in WORKS.values()}
