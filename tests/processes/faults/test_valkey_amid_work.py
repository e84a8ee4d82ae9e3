"""Valkey is killed, and comes back empty, while a worker has a mail in its hands."""

from __future__ import annotations

import pytest

from tests.processes import test_sending
from tests.processes.test_valkey_returns import SEND, lose_valkey, site
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]
__all__ = ["site"]


def test_while_valkey_is_gone_a_mail_in_the_worker_s_hands_leaves_once(site: Site) -> None:
    sink = site.mail_server()
    with sink.open(), site.worker():
        with sink.holding(1, PATIENCE) as held:
            test_sending.enqueue(site, 3)
            assert held.wait(PATIENCE)
            lose_valkey(site)
        eventually(lambda: test_sending.waiting(site) == 0, within=PATIENCE)
        site.enqueue(SEND)
        done = f"SELECT count(*) FROM contacts_jobrun WHERE task = '{SEND}' AND succeeded_at IS NOT NULL"  # noqa: S608
        eventually(lambda: site.number(done) == 1, within=60)
    assert sorted(sink.recipients) == test_sending.addresses(3)
