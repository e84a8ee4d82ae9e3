"""A mail server that is silent or slow, with a real one: nobody waits for it longer than the patience of one reply."""

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest

from contacts.delivery import sending
from contacts.models import Contact, MailStandstill, Message, PolicyVersion
from privacy_crm.mail import mailer
from tests.support.factories import NOON, TopicFactory
from tests.support.mailing import confirmation, send
from tests.support.mailings import drafted, minute, readers, scheduled
from tests.support.slow_mail_server import SlowServer

pytestmark = pytest.mark.django_db
PATIENCE = 0.2


def sends_to(server: SlowServer, settings: Any) -> None:
    config = mailer(server.url, Path("/nowhere"))
    config["OPTIONS"]["timeout"] = PATIENCE
    settings.MAILERS = {"default": config}


def test_a_mail_takes_no_longer_than_a_sender_may_hold_it() -> None:
    """Connecting, EHLO, STARTTLS, EHLO and three steps of a log-in, then MAIL, RCPT, DATA and the mail itself."""
    patience = mailer("smtp://mail.example", Path("/nowhere"))["OPTIONS"]["timeout"]
    assert patience * (11 + 4) < sending.CLAIM.total_seconds()


@pytest.mark.parametrize("drips", [0, PATIENCE / 4])
@pytest.mark.parametrize("slow_at", ["hello", "ehlo", "mail", "rcpt", "data", "end"])
def test_a_server_that_falls_silent_or_drips_is_left_and_the_mail_is_kept(
    slow_at: str, drips: float, settings: Any, policy: PolicyVersion
) -> None:
    server = SlowServer(slow_at, drips)
    sends_to(server, settings)
    message = confirmation(policy)
    began = time.monotonic()
    with server.open():
        send()
    assert time.monotonic() - began < 20 * PATIENCE
    message.refresh_from_db()
    assert (message.sent_at, message.ended_at, message.claimed_until) == (None, None, None)
    assert message.not_before == NOON + dt.timedelta(minutes=1)
    assert MailStandstill.objects.get().reply == message.reason


def test_a_mailing_whose_mail_was_not_answered_is_not_sent_twice(settings: Any, policy: PolicyVersion) -> None:
    server = SlowServer("end")
    sends_to(server, settings)
    mailing = drafted(topics=[TopicFactory.create()])
    readers(policy, mailing, 1)
    scheduled(mailing, policy)
    with server.open():
        minute(policy, NOON)
    assert Message.objects.get().end == "broken_off"
    assert not Contact.objects.exclude(bounced_on=None).exists()
