"""A mailing with real processes, which are killed: it goes on where it stood, and nobody gets a second copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.embedded_users import eventually
from tests.support.mail_sink import Sink
from tests.support.processes import PATIENCE, Site, kill
from tests.support.scripts import schedule_mailing

PEOPLE = 30

# The minutes of a clock that is ahead, so that claims have ended and the rate lets the next ones go.
MINUTES = """
import datetime as dt
from django.utils import timezone
from contacts.delivery import sending
from contacts.models import PolicyVersion
from privacy_crm import mailings
policy, began = PolicyVersion.objects.in_force(), timezone.now() + dt.timedelta(minutes=%d)
for minute in range(%d):
    at = began + dt.timedelta(minutes=minute)
    mailings.tick(policy=policy, at=at)
    sending.send_due(at=at, now=lambda: at)
"""
BEGIN = """
from django.utils import timezone
from contacts.mailings import sending
from contacts.models import Contact, Mailing, PolicyVersion
policy, people = PolicyVersion.objects.in_force(), Contact.objects.all()
sending.start(Mailing.objects.get(), people, policy=policy, at=timezone.now())
"""
RUN = "privacy_crm.tasks.run_mailings"  # as beat does every ten seconds
NOW, LATER = MINUTES % (0, 1), MINUTES % (15, 8)


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    """The product with no mailing."""
    installed.empty("contacts_contact", "contacts_mailing", "contacts_message")
    installed.forget_messages()
    yield installed
    installed.end_all()


@pytest.fixture
def sink(site: Site) -> Iterator[Sink]:
    sink = site.mail_server()
    with sink.open():
        yield sink


def schedule(site: Site, rate: int) -> None:
    site.manage("shell", "-c", schedule_mailing(PEOPLE, rate))


def state(site: Site) -> tuple[str, int, int]:
    """How the mailing stands, how many it was for, and how many mails have left."""
    ((name, people, sent),) = site.rows("SELECT state, people, sent FROM contacts_mailing")
    return name, people, sent


def test_a_worker_that_dies_with_a_mail_in_its_hands_leaves_no_second_copy(site: Site, sink: Sink) -> None:
    schedule(site, 300)
    with sink.holding(5, PATIENCE) as held, site.worker() as worker:
        site.enqueue(RUN)
        assert held.wait(PATIENCE)
        kill(worker)
    with site.worker():
        site.enqueue("contacts.tasks.send_mailings")  # as beat does each minute
        eventually(lambda: state(site) == ("sending", PEOPLE, PEOPLE - 1), within=PATIENCE)
    site.manage("shell", "-c", LATER)
    assert len(sink.recipients) == len(set(sink.recipients)) == PEOPLE
    assert state(site) == ("sent", PEOPLE, PEOPLE - 1)  # of one it is not known
    doubtful = """SELECT email, "end" FROM contacts_message JOIN contacts_contact person ON person.id = contact_id
        WHERE sent_at IS NULL"""
    assert site.rows(doubtful) == [(sink.recipients[4], "broken_off")]


@pytest.mark.parametrize("begun", [False, True])
def test_a_worker_that_dies_while_it_finds_people_or_owes_their_mails_leaves_everybody_in_their_place(
    begun: bool, site: Site, sink: Sink
) -> None:
    schedule(site, 300)
    if begun:
        site.manage("shell", "-c", BEGIN)
    # Who lines people up waits for each of them; who owes their mails, for their places.
    row = ("contacts_addressee", "true") if begun else ("contacts_contact", "email = 'person20@fjordkraft.example'")
    with site.locked(*row) as holder:
        worker = site.start("manage.py", "shell", "-c", NOW)
        site.await_standstill(holder)
        kill(worker)
    assert site.number("SELECT count(*) FROM contacts_message") == 0
    assert site.number("SELECT count(*) FROM contacts_addressee") == (PEOPLE if begun else 0)
    site.manage("shell", "-c", LATER)
    assert len(sink.recipients) == len(set(sink.recipients)) == PEOPLE
    assert state(site) == ("sent", PEOPLE, PEOPLE)


def test_two_senders_share_a_mailing_and_one_of_them_is_killed_with_a_mail_in_its_hands(site: Site, sink: Sink) -> None:
    schedule(site, 300)
    in_hand = "SELECT count(*) FROM contacts_message WHERE claimed_until IS NOT NULL AND sent_at IS NULL"
    with site.worker("-Q", "bulk") as one, site.worker("-Q", "bulk"):
        with sink.holding(5, PATIENCE) as held:
            site.enqueue(RUN)
            assert held.wait(PATIENCE)
            eventually(lambda: site.number(in_hand) == 2, within=PATIENCE)
            kill(one)
        eventually(lambda: state(site) == ("sending", PEOPLE, PEOPLE - 1), within=PATIENCE)
    site.manage("shell", "-c", LATER)
    assert len(set(sink.recipients)) == len(sink.recipients) >= PEOPLE - 1
    assert state(site) == ("sent", PEOPLE, PEOPLE - 1)
    assert site.number("SELECT count(*) FROM contacts_message WHERE \"end\" = 'broken_off'") == 1


def test_workers_that_are_asked_several_times_send_each_mail_once_and_keep_its_rate_together(
    site: Site, sink: Sink
) -> None:
    schedule(site, 20)
    with site.worker("-Q", "bulk"), site.worker("-Q", "bulk"):
        for _ in range(3):
            site.enqueue(RUN)
        eventually(lambda: len(sink.recipients) >= 20, within=PATIENCE)
        eventually(lambda: state(site)[2] == 20, within=PATIENCE)
    assert len(set(sink.recipients)) == len(sink.recipients) == 20
    assert state(site) == ("sending", PEOPLE, 20)
