"""Mailings at their edges: what fails after a mail has left, the rate by a clock that runs on, who has seen what."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from contacts.mailings import approval, drafts, schedule
from contacts.mailings.drafts import MailingError
from contacts.models import Mailing, Message, PolicyVersion
from privacy_crm.celery import app
from privacy_crm.mail import mailer
from tests.support.admin_pages import contents
from tests.support.factories import NOON
from tests.support.mail_sink import Sink
from tests.support.mailing import confirmation, send
from tests.support.mailings import AUTHOR, MINUTE, OFFICER, drafted, fresh, left, mailing_to, minute, tick, words

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    with sink.open():
        yield sink


@contextmanager
def nothing_noted() -> Iterator[None]:
    """Have the database refuse what follows a mail that has left."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_message ADD CONSTRAINT nothing_leaves CHECK (sent_at IS NULL)")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE contacts_message DROP CONSTRAINT nothing_leaves")


class Silent(Sink):
    """A server that takes a mail and hangs up before it says so."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        said = await super().handle_DATA(server, session, envelope)
        server.transport.abort()
        return said


@pytest.mark.parametrize(("owed", "copies"), [("mailing", 1), ("confirmation", 2)])
def test_where_a_server_did_not_say_whether_it_took_a_mail_a_mailing_is_not_sent_again(
    owed: str, copies: int, settings: Any, policy: PolicyVersion
) -> None:
    sink = Silent()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    about = mailing_to(1, policy) if owed == "mailing" else confirmation(policy, at=NOON)
    with sink.open():
        for number in range(2):
            minute(policy, NOON + number * MINUTE)
    assert len(sink.ids) == copies
    if isinstance(about, Mailing):
        minute(policy, NOON + 2 * MINUTE)
        assert (fresh(about).state, fresh(about).sent) == ("sent", 0)


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_left_and_could_not_be_marked_is_not_sent_again(sink: Sink, policy: PolicyVersion) -> None:
    mailing = mailing_to(1, policy)
    with nothing_noted():
        minute(policy, NOON)
    assert len(sink.ids) == 1
    for number in range(1, 30):
        minute(policy, NOON + number * MINUTE)
    assert len(sink.ids) == 1
    assert Message.objects.get().end == "broken_off"
    assert fresh(mailing).state == "sent"


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_somebody_asked_for_and_that_could_not_be_marked_is_marked_by_the_next_sender(
    sink: Sink, policy: PolicyVersion
) -> None:
    message = confirmation(policy, at=NOON)
    with nothing_noted():
        send(NOON)
        send(NOON + MINUTE)
    assert Message.objects.filter(sent_at=None).exists()
    send(NOON + 2 * MINUTE)
    message.refresh_from_db()
    assert (len(sink.ids), message.sent_at) == (1, NOON)


def test_a_mailing_keeps_its_rate_where_mails_leave_some_seconds_after_they_are_owed(policy: PolicyVersion) -> None:
    mailing, step = mailing_to(40, policy, rate=4), app.conf.beat_schedule["mailings"]["schedule"]
    moment = NOON
    while moment < NOON + 6 * MINUTE:
        tick(policy, moment)
        send(moment + 2 * SECOND)
        moment += step if isinstance(step, dt.timedelta) else MINUTE
    times = left(mailing)
    assert max(sum(at <= each < at + MINUTE for each in times) for at in times) == 4
    assert len(times) >= 20


@pytest.mark.promise("P11")
def test_nobody_approves_what_they_wrote_though_somebody_else_changed_it_last(policy: PolicyVersion) -> None:
    mailing = drafts.draft(words(kind="important"), at=NOON, by=OFFICER)
    drafts.edit(mailing, words(kind="important", name="Terms"), at=NOON, by=AUTHOR)
    approval.submit(fresh(mailing), at=NOON, by=AUTHOR)
    before = contents()
    with pytest.raises(MailingError, match="yourself"):
        approval.approve(mailing, drafts.mark(fresh(mailing)), at=NOON, by=OFFICER)
    assert contents() == before


def test_a_mailing_that_was_changed_since_its_page_was_opened_is_not_sent(policy: PolicyVersion) -> None:
    mailing = drafted()
    seen = drafts.mark(mailing)
    drafts.edit(mailing, words(body={"en": "Other", "sv": "Annat"}), at=NOON, by="user:3")
    before = contents()
    with pytest.raises(MailingError, match="changed since"):
        schedule.schedule(mailing, NOON, seen, policy=policy, at=NOON, by=AUTHOR)
    assert contents() == before


@pytest.mark.parametrize("subject", ["News\nBcc: all@x.example", "News\r\n"])
def test_a_subject_of_several_lines_is_refused_before_every_mail_fails(subject: str, policy: PolicyVersion) -> None:
    before = contents()
    with pytest.raises(MailingError, match="one line"):
        drafted(subject={"en": subject, "sv": "Nytt"})
    assert contents() == before
