"""kill -9 of a worker's child, and of the whole worker: in a night, a mailing, an import, a deletion, a webhook."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes import test_mailings, test_purge, test_upload
from tests.support.embedded_users import eventually
from tests.support.forked import Process
from tests.support.processes import PATIENCE, Site, kill
from tests.support.sharing import Server

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]

NIGHT = "retention.tasks.nightly"
TELL = "contacts.tasks.tell_recipients"
# A clock that is ahead, so that claims have ended.
TELL_LATER = """
from django.utils import timezone
from contacts.disclosure import notifying
later = lambda: timezone.now() + notifying.CLAIM
notifying.send_due(at=later(), now=later)
"""
NOTICE = """
from django.utils import timezone
from tests.support.sharing import by_webhook, notice
now = timezone.now()
notice(by_webhook(%d), created_at=now, not_before=now)
"""

DELETE = """
from contacts.models import PolicyVersion
from tests.support.deleting import erased, full, wish
policy = PolicyVersion.objects.in_force()
erased(wish(full(policy), policy), policy, searched_later=True)
"""
SEARCH = "dsr.tasks.search_after_deletion"
SEARCHES = "SELECT count(*) FROM dsr_pendingsearch"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.renew()
    installed.environment |= {"WEBHOOKS_MAY_BE_LOCAL": "on"}
    yield installed
    installed.end_all()


def kill_child(worker: Process) -> None:
    """Kill the process that does the work; its parent starts another."""
    parent = psutil.Process(worker.pid)
    [child] = parent.children()
    os.kill(child.pid, signal.SIGKILL)
    eventually(lambda: [each.pid for each in parent.children()] not in ([], [child.pid]), within=PATIENCE)


type Kill = Callable[[Process], None]
either = pytest.mark.parametrize("victim", [kill_child, kill], ids=["child", "whole"])


def test_a_night_whose_child_is_killed_is_made_up_for_by_the_next_tick_of_the_same_worker(site: Site) -> None:
    for statement in (test_purge.EMPTY, test_purge.ENTER, test_purge.HOLD):
        site.rows(statement)
    with site.worker() as worker:
        with site.locked("contacts_contact", "id = 7500") as holder:
            site.enqueue(NIGHT)
            site.await_standstill(holder)
            kill_child(worker)
        assert site.statuses() == ["running"]
        site.enqueue(NIGHT)
        eventually(lambda: site.statuses() == ["interrupted", "finished"], within=PATIENCE)
    assert (site.people(), site.counted()) == (0, test_purge.PEOPLE)
    deleted = "FROM contacts_auditevent WHERE code = 'contact.deleted'"
    assert site.rows(f"SELECT count(*), count(DISTINCT public_id) {deleted}") == [(test_purge.PEOPLE,) * 2]


def test_a_mailing_whose_child_is_killed_leaves_no_second_copy(site: Site) -> None:
    site.empty("contacts_contact", "contacts_mailing", "contacts_message")
    sink = site.mail_server()
    test_mailings.schedule(site, 300)
    with sink.open(), site.worker() as worker:
        with sink.holding(5, PATIENCE) as held:
            site.enqueue(test_mailings.RUN)
            assert held.wait(PATIENCE)
            kill_child(worker)
        site.enqueue("contacts.tasks.send_messages")
        people = test_mailings.PEOPLE
        eventually(lambda: test_mailings.state(site) == ("sending", people, people - 1), within=PATIENCE)
        site.manage("shell", "-c", test_mailings.LATER)
        assert len(sink.recipients) == len(set(sink.recipients)) == people
    assert test_mailings.state(site) == ("sent", people, people - 1)  # of one it is not known


def test_an_import_whose_child_is_killed_is_given_back_and_begins_anew(site: Site, tmp_path: Path) -> None:
    site.empty("contacts_contact", "contacts_upload")
    test_upload.send(site, tmp_path, *(f"p{number}@fjordkraft.example" for number in range(50)))
    test_upload.finish(site, test_upload.START, "done")
    others = (f"q{number}@fjordkraft.example" for number in range(50))
    test_upload.send(site, tmp_path, *others, "p0@fjordkraft.example")
    with site.worker() as worker:
        with site.locked("contacts_contact", "TRUE") as holder:
            test_upload.do(site, test_upload.START)
            site.await_standstill(holder)
            kill_child(worker)
        free = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        eventually(lambda: site.number(free) == 0, within=PATIENCE)
        assert (test_upload.state(site), site.people()) == ("importing", 50)
        test_upload.do(site, test_upload.SWEEP)  # a clock that is six minutes ahead
        assert test_upload.state(site) == "previewed"
        test_upload.do(site, test_upload.START)
        eventually(lambda: test_upload.state(site) == "done", within=PATIENCE)
    assert site.people() == 100


@either
def test_the_search_after_a_deletion_is_done_by_the_next_tick(victim: Kill, site: Site) -> None:
    site.manage("shell", "-v", "0", "-c", DELETE)
    with site.worker() as worker, site.locked("dsr_certificate", "TRUE") as holder:
        site.enqueue(SEARCH)
        site.await_standstill(holder)
        victim(worker)
        assert site.number(SEARCHES) == 1
    with site.worker():
        site.enqueue(SEARCH)
        eventually(lambda: site.number(SEARCHES) == 0, within=PATIENCE)
    assert site.rows("SELECT scan->'found' FROM dsr_certificate") == [({},)]


@either
def test_a_notice_that_a_worker_died_with_is_posted_again_under_the_same_number(victim: Kill, site: Site) -> None:
    site.empty("contacts_recipient")
    recipient = Server()
    has_come, over = threading.Event(), threading.Event()

    def hold() -> tuple[int, dict[str, str], bytes]:
        has_come.set()
        over.wait(PATIENCE)
        return 202, {}, b""

    recipient.answer = hold
    with recipient.open() as port:
        site.manage("shell", "-v", "0", "-c", NOTICE % port)
        with site.worker() as worker:
            site.enqueue(TELL)
            assert has_come.wait(PATIENCE)
            victim(worker)
            over.set()
        site.manage("shell", "-c", TELL_LATER)
        site.manage("shell", "-c", TELL_LATER)
    assert len(recipient.received) == 2
    assert len({headers["webhook-id"] for headers, _ in recipient.received}) == 1
    assert site.number("SELECT count(*) FROM contacts_recipientnotice WHERE sent_at IS NULL") == 0
