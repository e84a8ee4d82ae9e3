"""Recipients hear of what they are owed until they say that it is done, and read no name and no address."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contacts import tasks
from contacts.disclosure import acknowledging, notifying
from contacts.models import AuditEvent, PolicyVersion, RecipientNotice
from contacts.outbox import notices
from contacts.words.vocabulary import NoticeKind
from privacy_crm.mail import mailer
from tests.support.factories import NOON, ONE_DAY, ContactFactory
from tests.support.mail_sink import Sink
from tests.support.sharing import RecipientFactory, Server, by_webhook, gave, notice, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("policy")]
HOUR = dt.timedelta(hours=1)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def sink(settings: Any) -> Sink:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    return sink


@pytest.fixture
def running(sink: Sink) -> Iterator[Sink]:
    with sink.open():
        yield sink


@pytest.fixture
def server(settings: Any) -> Server:
    settings.WEBHOOKS_MAY_BE_LOCAL = True
    return Server()


# By mail


@pytest.mark.promise("L4")
def test_what_a_recipient_is_owed_comes_in_one_mail_that_says_what_to_do(running: Sink) -> None:
    recipient = RecipientFactory.create(country="DE")
    erased = [notice(recipient, "erased"), notice(recipient, "erased")]
    corrected = notice(recipient, "rectified", details=["email", "phone"])
    notice(recipient, "objected", details=["post"])
    assert tell() == 4
    (mail,) = running.mails
    assert running.recipients == [recipient.contact_email]
    assert mail["Subject"] == "Nordvik Software AB: something to do about 4 people"
    text = mail.get_content()
    assert all(str(each.reference) in text for each in [*erased, corrected])
    assert "Delete everything about the people listed here" in text
    assert "has changed: e-mail, phone. Ask us for it" in text
    assert "no more marketing by post to the people" in text
    assert not RecipientNotice.objects.filter(sent_at=None).exists()
    assert AuditEvent.objects.filter(code="notice.sent", rule=f"recipient:{recipient.pk}").count() == 4


def test_a_swedish_recipient_reads_swedish(running: Sink) -> None:
    notice(RecipientFactory.create(country="SE"))
    tell()
    (mail,) = running.mails
    assert "Radera allt" in mail.get_content()
    assert "?lang=sv" in mail.get_content()


def test_what_was_sent_is_not_sent_again_within_the_week(running: Sink) -> None:
    notice(RecipientFactory.create())
    assert [tell(NOON), tell(NOON + HOUR), tell(NOON + WEEK - HOUR)] == [1, 0, 0]
    assert len(running.mails) == 1


@pytest.mark.promise("L4")
def test_what_nobody_acknowledges_is_sent_again_each_week_and_overdue_after_thirty_days(running: Sink) -> None:
    made = notice(RecipientFactory.create(country="DE"))
    days = range(36)
    sent = [day for day in days if tell(NOON + day * ONE_DAY)]
    assert sent == [0, 7, 14, 21, 28, 35]
    made.refresh_from_db()
    assert (made.sent_at, made.chased_at) == (NOON, NOON + 35 * ONE_DAY)
    assert "You have heard of some of this before" in running.mails[1].get_content()
    assert "You have heard of some of this before" not in running.mails[0].get_content()
    overdue = [day for day in days if RecipientNotice.objects.overdue(NOON + day * ONE_DAY).exists()]
    assert overdue == [30, 31, 32, 33, 34, 35]


@pytest.mark.promise("L4")
def test_what_is_acknowledged_is_never_chased(running: Sink) -> None:
    made = notice(RecipientFactory.create())
    tell()
    acknowledging.acknowledge(RecipientNotice.objects.filter(pk=made.pk), at=NOON, by="recipient:1")
    assert [tell(NOON + day * ONE_DAY) for day in (7, 30, 60)] == [0, 0, 0]
    assert not RecipientNotice.objects.overdue(NOON + 60 * ONE_DAY).exists()
    assert len(running.mails) == 1


def test_a_mail_server_that_is_away_is_tried_again_and_the_mail_comes_once(sink: Sink) -> None:
    made = notice(RecipientFactory.create())
    assert tell(NOON) == 1
    made.refresh_from_db()
    assert (made.sent_at, made.attempts, made.reason) == (None, 1, "ConnectionRefusedError")
    with sink.open():
        assert [tell(NOON), tell(NOON + HOUR), tell(NOON + 2 * HOUR)] == [0, 1, 0]
    made.refresh_from_db()
    assert (made.sent_at, made.attempts, made.reason, len(sink.mails)) == (NOON + HOUR, 0, "", 1)


def test_one_recipient_whose_address_is_refused_keeps_no_other_from_hearing(running: Sink) -> None:
    refused, other = RecipientFactory.create_batch(2)
    running.answers[refused.contact_email] = "550 5.1.1 no such user"
    notice(refused), notice(other)
    tell()
    assert running.recipients == [other.contact_email]
    assert RecipientNotice.objects.get(recipient=refused).reason == "SMTPRecipientsRefused:550"


def test_the_task_tells_what_is_due(running: Sink) -> None:
    notice(RecipientFactory.create())
    tasks.tell_recipients()
    assert len(running.mails) == 1


def test_a_claim_that_was_left_behind_ends(running: Sink) -> None:
    notice(RecipientFactory.create(), claimed_until=NOON + notifying.CLAIM)
    assert [tell(NOON), tell(NOON + notifying.CLAIM)] == [0, 1]
    assert len(running.mails) == 1


# What nobody reads


@pytest.mark.promise("L4")
def test_no_name_and_no_address_of_a_person_leaves_in_a_notice(
    running: Sink, server: Server, policy: PolicyVersion, caplog: pytest.LogCaptureFixture
) -> None:
    marks = {"email": "zqx-mark@zqx.example", "first_name": "Zqxfirst", "last_name": "Zqxlast", "phone": "+46 zqx"}
    person = ContactFactory.create(**marks, city="Zqxtown", job_title="Zqxrole")
    with server.open() as port:
        gave(RecipientFactory.create(), person)
        gave(by_webhook(port), person)
        for kind in NoticeKind:
            notices.enqueue(kind, [person.pk], details=["email"] if kind == NoticeKind.RECTIFIED else [], at=NOON)
        tell()
    sent = [*running.raw, *(body for _, body in server.received)]
    assert len(sent) >= 2
    stored = [str(row).encode() for row in RecipientNotice.objects.values()]
    for text in [*sent, *stored, caplog.text.encode()]:
        assert b"zqx" not in text.lower()
    assert all(str(person.public_id).encode() in text for text in sent)
