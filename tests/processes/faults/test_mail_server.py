"""Mail servers that take a connection and say nothing, or refuse: nothing is lost, and nothing leaves twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.processes import test_sending
from tests.support import late
from tests.support.embedded_users import eventually
from tests.support.mail_sink import Sink, kept_port
from tests.support.processes import PATIENCE, Site

pytestmark = [pytest.mark.promise("L11"), pytest.mark.timeout(600)]

SEND = "contacts.tasks.send_messages"
FOOD = "contacts.tasks.sweep_food_preferences"
# A clock that is ahead, by less than ten minutes.
SEND_LATER = """
import datetime as dt
from django.utils import timezone
from contacts.delivery import sending
later = lambda: timezone.now() + dt.timedelta(minutes=5)
sending.send_due(at=later(), now=later)
"""
OLDEST = """
import datetime as dt
from django.utils import timezone
from privacy_crm.health import measures
found = measures.take(at=timezone.now() + dt.timedelta(minutes=30), queues=[])
[seconds] = [each.samples[0][1] for each in found if each.name == "oldest_unsent_letter_seconds"]
print(seconds)
"""
REASONS = "SELECT DISTINCT reason FROM contacts_message"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.empty("contacts_signup", "contacts_message", "contacts_mailstandstill", "contacts_jobrun")
    installed.forget_messages()
    yield installed
    installed.end_all()


@pytest.fixture
def sink(site: Site) -> Sink:
    return site.mail_server()


@contextmanager
def silent(sink: Sink) -> Iterator[Callable[[], object]]:
    """In its place, one that takes connections and says nothing. Yields what waits for the first."""
    with ExitStack() as until_the_end:
        listening = until_the_end.enter_context(kept_port(sink.port))
        listening.listen()
        listening.settimeout(PATIENCE)
        yield lambda: until_the_end.enter_context(listening.accept()[0])


def oldest(site: Site) -> float:
    """How long the oldest letter will have waited half an hour from now, as those hear who watch."""
    process = site.start("manage.py", "shell", "-v", "0", "-c", OLDEST)
    out, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    return float(out)


def test_one_that_says_nothing_holds_a_worker_for_half_a_minute_and_all_leave_later_once(
    site: Site, sink: Sink
) -> None:
    with silent(sink) as is_asked, site.worker():
        test_sending.enqueue(site, 3)
        is_asked()
        site.enqueue(FOOD)
        eventually(lambda: FOOD in late.come_to_an_end(site), within=60)
        assert SEND in late.come_to_an_end(site)
        assert oldest(site) > 900
    assert len(site.rows(REASONS + " WHERE reason <> ''")) == 1  # the others were not tried
    assert_all_leave_once(site, sink)


def test_one_that_is_about_to_close_is_asked_once_and_all_leave_later_once(site: Site, sink: Sink) -> None:
    sink.answers = dict.fromkeys(test_sending.addresses(3), "421 4.3.2 Closing")
    with sink.open(), site.worker():
        test_sending.enqueue(site, 3)
        eventually(lambda: late.come_to_an_end(site) == {SEND}, within=PATIENCE)
        assert site.number("SELECT sum(attempts) FROM contacts_message") == 1
    assert (test_sending.waiting(site), sink.recipients) == (3, [])
    sink.answers.clear()
    assert_all_leave_once(site, sink)


def test_one_that_refuses_connections_is_asked_once_and_all_leave_later_once(site: Site, sink: Sink) -> None:
    with site.worker():
        test_sending.enqueue(site, 3)
        eventually(lambda: late.come_to_an_end(site) == {SEND}, within=PATIENCE)
    assert site.rows("SELECT sum(attempts) FROM contacts_message") == [(1,)]
    assert_all_leave_once(site, sink)


def assert_all_leave_once(site: Site, sink: Sink) -> None:
    """Within ten minutes after it is well."""
    with sink.open():
        for _ in range(2):
            site.manage("shell", "-v", "0", "-c", SEND_LATER)
    assert test_sending.waiting(site) == 0
    assert sorted(sink.recipients) == test_sending.addresses(3)
