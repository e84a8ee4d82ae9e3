"""Mails with real processes: a worker, a broker that is away, and a sender that dies with a mail in its hands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.embedded_users import eventually
from tests.support.mail_sink import Sink, header_lines
from tests.support.processes import PATIENCE, Site, kill

OWE = """
from django.utils import timezone
from contacts.outbox import wake_worker
from contacts.signups import sign_ups
from contacts.models import PolicyVersion, Whitepaper
from contacts.signups.sign_ups import Typed, Wish
at, policy = timezone.now(), PolicyVersion.objects.in_force()
paper, _ = Whitepaper.objects.get_or_create(slug="calm", defaults={"title": "Calm", "published_at": at})
for number in range(%d):
    typed = Typed(f"person{number}@fjordkraft.example")
    sign_ups.sign_up(Wish.of_whitepaper(paper), typed, policy=policy, source="form", at=at, by="visitor")
wake_worker.nudge()
"""
SEND = "from django.utils import timezone; from contacts.delivery import sending;"
SEND_NOW = f"{SEND} sending.send_due(at=timezone.now(), now=timezone.now)"
# A clock that is ahead, so that claims have ended.
SEND_LATER = f"{SEND} later = lambda: timezone.now() + sending.CLAIM; sending.send_due(at=later(), now=later)"

COMPANIES = 12
LETTERS = f"""
from django.utils import timezone
from tests.support.factories import ContactFactory
from tests.support.mailing import written_letter
for number in range({COMPANIES}):
    written_letter(ContactFactory.create(email=f"person@company{{number}}.example"), at=timezone.now())
"""
SEND_AFTER_A_PAUSE = """
from contacts.outbox import standstill
from django.utils import timezone
from contacts.delivery import sending
later = lambda: timezone.now() + standstill.PAUSE
sending.send_due(at=later(), now=later)
"""


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    """The product with nothing owed."""
    installed.empty("contacts_signup", "contacts_contact", "contacts_mailstandstill")
    installed.forget_messages()  # one that is still asked for would keep the next from being asked for
    yield installed
    installed.end_all()


@pytest.fixture
def sink(site: Site) -> Sink:
    return site.mail_server()


def enqueue(site: Site, number: int) -> None:
    site.manage("shell", "-c", OWE % number)


def waiting(site: Site) -> int:
    return site.number("SELECT count(*) FROM contacts_message WHERE sent_at IS NULL AND ended_at IS NULL")


def addresses(number: int) -> list[str]:
    return [f"person{n}@fjordkraft.example" for n in range(number)]


def test_a_worker_that_is_nudged_sends_at_once(site: Site, sink: Sink) -> None:
    with sink.open(), site.worker():
        enqueue(site, 3)
        eventually(lambda: waiting(site) == 0, within=PATIENCE)
    assert sorted(sink.recipients) == addresses(3)
    assert all("list-unsubscribe" in header_lines(raw) for raw in sink.raw)


def test_what_was_owed_while_the_broker_was_away_is_found_by_the_sweep(site: Site, sink: Sink) -> None:
    site.environment |= {"REDIS_URL": "redis://127.0.0.1:1/0"}  # nobody listens there
    try:
        enqueue(site, 3)
    finally:
        site.environment |= {"REDIS_URL": ""}
    assert waiting(site) == 3
    with sink.open(), site.worker():
        site.enqueue("contacts.tasks.send_messages")  # as beat does each minute
        eventually(lambda: waiting(site) == 0, within=PATIENCE)
    assert sorted(sink.recipients) == addresses(3)


def test_a_mail_that_a_sender_died_with_is_sent_once_more_at_most_and_is_the_same_mail(site: Site, sink: Sink) -> None:
    with sink.open():
        enqueue(site, 2)
        with sink.holding(1, PATIENCE) as held:
            sender = site.start("manage.py", "shell", "-c", SEND_NOW)
            assert held.wait(PATIENCE)
            kill(sender)
        assert waiting(site) == 2
        site.manage("shell", "-c", SEND_NOW)  # the other one goes; the claim on the first stands
        assert waiting(site) == 1
        site.manage("shell", "-c", SEND_LATER)
        site.manage("shell", "-c", SEND_LATER)
    assert waiting(site) == 0
    assert sorted(set(sink.recipients)) == addresses(2)
    assert len(sink.ids) == 3
    assert len(set(sink.ids)) == 2


def test_two_workers_send_each_mail_once(site: Site, sink: Sink) -> None:
    with sink.open():
        enqueue(site, 40)
        senders = [site.start("manage.py", "shell", "-c", SEND_NOW) for _ in range(2)]
        done: list[Any] = [sender.communicate(timeout=PATIENCE) for sender in senders]
    assert [sender.returncode for sender in senders] == [0, 0], done
    assert sorted(sink.recipients) == sorted(addresses(40))
    assert waiting(site) == 0


@pytest.mark.promise("L15")
def test_a_relay_that_refuses_all_marks_nobody_and_all_mails_leave_once_it_is_well(site: Site, sink: Sink) -> None:
    """Found: 1,541 people were marked as bouncing within 70 seconds."""
    people = [f"person@company{number}.example" for number in range(COMPANIES)]
    sink.answers = dict.fromkeys(people, "550 Relaying denied")
    with sink.open():
        site.manage("shell", "-c", LETTERS)
        senders = [site.start("manage.py", "shell", "-c", SEND_NOW) for _ in range(2)]
        done: list[Any] = [sender.communicate(timeout=PATIENCE) for sender in senders]
        assert [sender.returncode for sender in senders] == [0, 0], done
        assert site.number("SELECT count(*) FROM contacts_contact WHERE bounced_on IS NOT NULL") == 0
        assert site.number("SELECT count(*) FROM contacts_mailstandstill") == 1
        assert waiting(site) == COMPANIES
        sink.answers.clear()
        site.manage("shell", "-c", SEND_AFTER_A_PAUSE)
    assert sorted(sink.recipients) == sorted(people)
    assert site.number("SELECT count(*) FROM contacts_mailstandstill WHERE ended_at IS NULL") == 0
