"""Three queues with workers of their own: a mail server that does not answer holds up neither food nor the night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site
from tests.support.scripts import schedule_mailing

OWE_AND_BE_DUE = (
    schedule_mailing(3, 300)
    + """
import datetime as dt
from contacts.models import Event, FoodPreference, Registration, Whitepaper
from contacts.signups import sign_ups
from contacts.signups.sign_ups import Typed, Wish
paper = Whitepaper.objects.create(slug="calm", title="Calm", published_at=at)
typed = Typed("stranger@fjordkraft.example")
sign_ups.sign_up(Wish.of_whitepaper(paper), typed, policy=policy, source="form", at=at, by="visitor")
ended = at - dt.timedelta(hours=1)
times = {"starts_at": at - dt.timedelta(hours=2), "ends_at": ended, "time_zone": "Europe/Stockholm"}
event = Event.objects.create(slug="calm", title="Calm", kind="physical", **times)
place = Registration.objects.create(event=event, contact=person, registered_at=ended)
FoodPreference.objects.create(registration=place, preference="No nuts", consented_at=ended)
gone = Contact.objects.create(email="gone@fjordkraft.example", **hashes("gone@fjordkraft.example"))
long_ago = dt.date(2020, 1, 1)
Basis.objects.create(contact=gone, collected_on=long_ago, clock_from=long_ago, **held)
"""
)
IN_HAND = "SELECT count(*) FROM contacts_message WHERE claimed_until > now() AND sent_at IS NULL"
FOOD = "SELECT count(*) FROM contacts_foodpreference"
DUE = "SELECT count(*) FROM contacts_contact WHERE email = 'gone@fjordkraft.example'"


@pytest.fixture
def site(installed: Site) -> Iterator[Site]:
    installed.empty("contacts_contact", "contacts_mailing", "contacts_signup", "contacts_event", "retention_purgerun")
    yield installed
    installed.end_all()


@pytest.mark.promise("P8")
def test_a_mail_server_that_does_not_answer_holds_up_neither_food_nor_the_night(site: Site) -> None:
    sink = site.mail_server()
    site.manage("shell", "-c", OWE_AND_BE_DUE)
    with sink.open(), ExitStack() as workers, sink.holding(1, PATIENCE) as held:
        for queue in ("people", "bulk", "night"):
            workers.enter_context(site.worker("-Q", queue))
        site.enqueue("contacts.tasks.send_messages")
        site.enqueue("privacy_crm.tasks.run_mailings")
        assert held.wait(PATIENCE)
        eventually(lambda: site.number(IN_HAND) == 2, within=PATIENCE)  # both senders stand still
        assert (site.number(FOOD), site.number(DUE)) == (1, 1)
        site.enqueue("contacts.tasks.sweep_food_preferences")
        site.enqueue("retention.tasks.nightly")
        eventually(lambda: site.statuses() == ["finished"], within=PATIENCE)
        assert (site.number(FOOD), site.number(DUE)) == (0, 0)
        assert (len(sink.raw), site.number(IN_HAND)) == (1, 2)
