"""Valkey is killed under a worker, loses all that waited in it, and is back: the next tick finds what was owed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
import redis

from tests.processes import test_sending
from tests.support.embedded_users import ended, eventually, family, ping
from tests.support.processes import PATIENCE, Site

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]

SEND = "contacts.tasks.send_messages"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.empty("contacts_signup", "contacts_message", "contacts_jobrun")
    installed.forget_messages()
    yield installed
    installed.end_all()


def lose_valkey(site: Site) -> None:
    """Kill the server with all that it remembers; the keeper starts it again."""
    server = family(site.var)["valkey-server"]
    server.kill()
    eventually(lambda: ended([server]), within=PATIENCE)
    eventually(lambda: is_back(site), within=PATIENCE)
    site.forget_messages()


def is_back(site: Site) -> bool:
    try:
        return ping(site.urls)
    except redis.RedisError:
        return False


def test_a_message_that_went_with_valkey_is_made_up_for_by_the_next_tick_of_the_same_worker(site: Site) -> None:
    sink = site.mail_server()
    with sink.open(), site.worker() as worker:
        test_sending.enqueue(site, 2)
        eventually(lambda: test_sending.waiting(site) == 0, within=PATIENCE)
        os.kill(worker.pid, signal.SIGSTOP)  # it takes nothing meanwhile
        test_sending.enqueue(site, 4)  # two of these are known already
        lose_valkey(site)
        os.kill(worker.pid, signal.SIGCONT)
        owed = test_sending.waiting(site)
        assert owed > 0
        site.enqueue(SEND)  # as beat does each minute
        eventually(lambda: test_sending.waiting(site) == 0, within=60)
        assert worker.poll() is None
    assert len(sink.recipients) == 2 + owed
    assert len(set(sink.ids)) == len(sink.ids)
