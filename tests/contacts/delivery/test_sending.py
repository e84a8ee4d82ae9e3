"""The outbox and a real mail server: what is sent, what is not, what is tried again, and what two senders do."""

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from contacts.delivery import failing, sending
from contacts.events import events
from contacts.models import AuditEvent, Contact, Message, PolicyVersion, SignUp, Suppression
from contacts.outbox import links, outbox, standstill
from contacts.signups import proof
from contacts.words.addresses import hashes
from contacts.words.vocabulary import MailPurpose, MailTemplate
from privacy_crm.mail import mailer
from tests.support.factories import NOON, ONE_DAY, ContactFactory, RegistrationFactory
from tests.support.mail_sink import Sink, header_lines, part
from tests.support.mailing import announcement, confirmation, guest, information, owed, send, stranger
from tests.support.objecting import suppress

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def sink(settings: Any) -> Sink:
    """Where mail goes, not yet running."""
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    return sink


@pytest.fixture
def running(sink: Sink) -> Iterator[Sink]:
    with sink.open():
        yield sink


def state(message: Message) -> tuple[str, str, bool]:
    """How a message ended, why, and whether it was sent."""
    message.refresh_from_db()
    return message.end, message.reason, message.sent_at is not None


# On the wire


@pytest.mark.promise("P13")
@pytest.mark.parametrize("template", MailTemplate.values)
def test_the_headers_by_which_one_unsubscribes_travel_whole(
    template: str, running: Sink, policy: PolicyVersion
) -> None:
    message = owed(MailTemplate(template), policy)
    if template == "cancelled":
        type(message.event).objects.filter(pk=message.event_id).update(cancelled_at=NOON)
    assert send() == 1
    (raw,) = running.raw
    headers = header_lines(raw)
    token = headers["list-unsubscribe"].removeprefix("<http://localhost:8000/unsubscribe/").removesuffix("/?lang=en>")
    assert links.read_stop(token)
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert headers["auto-submitted"] == "auto-generated"
    assert headers["message-id"] == f"<{message.public_id.hex}@localhost>"
    assert state(message) == ("", "", True)


def test_a_mail_has_a_text_a_page_and_a_calendar(running: Sink, policy: PolicyVersion) -> None:
    owed(MailTemplate.REGISTERED, policy, language="sv", email="åsa@xn--frg-6na.example".replace("å", "a"))
    send()
    (mail,) = running.mails
    assert mail["Subject"] == "Din plats på Cloud Day"
    assert "Du har en plats" in part(mail, "text/plain")
    assert "<h2>" in part(mail, "text/html")
    assert "BEGIN:VTIMEZONE" in part(mail, "text/calendar")
    assert running.recipients == ["asa@xn--frg-6na.example"]


def test_nothing_is_held_open_in_the_database_while_a_mail_is_handed_over(running: Sink, policy: PolicyVersion) -> None:
    confirmation(policy)
    with CaptureQueriesContext(connections["default"]) as done:
        seen: list[int] = []
        running.taken = lambda _mail: seen.append(len(done))
        send()
    statements = [query["sql"] for query in done.captured_queries]
    before, after = statements[: seen[0]], statements[seen[0] :]
    assert not [sql for sql in before if sql.startswith("SAVEPOINT")]
    assert any("UPDATE contacts_message SET claimed_until" in sql for sql in before)
    assert any("sent_at" in sql and sql.startswith("UPDATE") for sql in after)


def test_what_people_asked_for_goes_before_what_they_did_not(running: Sink, policy: PolicyVersion) -> None:
    news = announcement(policy)
    asked = confirmation(policy, at=NOON + MINUTE)
    send(NOON + 2 * MINUTE, limit=1)
    assert (state(news)[2], state(asked)[2]) == (False, True)


def test_a_message_that_is_not_due_waits(running: Sink, policy: PolicyVersion) -> None:
    message = outbox.enqueue(MailTemplate.CONFIRM, sign_up=stranger(policy), at=NOON, not_before=NOON + MINUTE)
    assert send() == 0
    assert send(NOON + MINUTE) == 1
    assert state(message)[2]


# The mail server is away


def test_messages_outlast_a_mail_server_that_is_away_and_arrive_once(sink: Sink, policy: PolicyVersion) -> None:
    messages = [confirmation(policy) for _ in range(5)]
    for minute in range(60):
        send(NOON + minute * MINUTE)
    assert not Message.objects.exclude(sent_at=None, ended_at=None).exists()
    with sink.open():
        for minute in range(60, 125):
            send(NOON + minute * MINUTE)
    assert sorted(sink.recipients) == sorted(message.sign_up.email for message in messages)
    assert {state(message) for message in messages} == {("", "", True)}


def test_a_server_that_is_away_is_asked_once_a_run(sink: Sink, policy: PolicyVersion) -> None:
    for _ in range(3):
        confirmation(policy)
    assert send() == 0
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_pauses_double_up_to_an_hour_and_end_after_three_days(sink: Sink, policy: PolicyVersion) -> None:
    message, at, pauses = confirmation(policy), NOON, []
    while not message.ended_at:
        send(at)
        message.refresh_from_db()
        pauses.append(round((message.not_before - at) / MINUTE))
        at = max(message.not_before, at)
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (message.end, message.reason) == ("gave_up", "ConnectionRefusedError")
    assert 3 * ONE_DAY - dt.timedelta(hours=1) <= at - NOON <= 3 * ONE_DAY
    assert message.attempts + 1 == failing.MOST_ATTEMPTS == len(pauses)


def test_an_address_that_is_refused_for_now_is_tried_again_and_holds_nobody_up(
    running: Sink, policy: PolicyVersion
) -> None:
    slow, other = owed(MailTemplate.REGISTERED, policy, email="slow@fjordkraft.example"), confirmation(policy)
    running.answers["slow@fjordkraft.example"] = "451 4.7.1 greylisted, slow@fjordkraft.example come again"
    assert send() == 2
    assert state(other)[2]
    assert state(slow) == ("", "SMTPRecipientsRefused:451", False)
    assert slow.contact.bounced_on is None
    running.answers.clear()
    assert send(NOON + MINUTE) == 1
    assert state(slow) == ("", "", True)


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "550-5.1.1 who is\r\n550 5.1.1 gone@fjordkraft.example?"])
def test_an_address_that_does_not_exist_is_noted_as_bouncing_once_it_is_refused_again(
    answer: str, running: Sink, policy: PolicyVersion
) -> None:
    message = owed(MailTemplate.REGISTERED, policy, email="gone@fjordkraft.example")
    running.answers["gone@fjordkraft.example"] = answer
    send()
    assert state(message) == ("", "SMTPRecipientsRefused:550", False)
    assert Contact.objects.get(pk=message.contact_id).bounced_on is None
    assert send(NOON + standstill.WINDOW - MINUTE) == 0
    send(NOON + standstill.WINDOW)
    assert state(message) == ("refused", "SMTPRecipientsRefused:550", False)
    assert Contact.objects.get(pk=message.contact_id).bounced_on == NOON.date()
    assert AuditEvent.objects.filter(code="address.bounced", public_id=message.contact.public_id).count() == 1
    assert send(NOON + 10 * ONE_DAY) == 0


def test_a_refusal_that_does_not_say_it_is_the_address_marks_nobody_and_ends(
    running: Sink, policy: PolicyVersion
) -> None:
    message = owed(MailTemplate.REGISTERED, policy, email="gone@fjordkraft.example")
    running.answers["gone@fjordkraft.example"] = "550 who is gone@fjordkraft.example?"
    for hours in range(4 * 24):
        send(NOON + hours * dt.timedelta(hours=1))
    assert state(message) == ("gave_up", "SMTPRecipientsRefused:550", False)
    assert Contact.objects.get(pk=message.contact_id).bounced_on is None


def test_a_server_that_takes_no_mail_from_us_says_nothing_about_the_address(
    running: Sink, policy: PolicyVersion
) -> None:
    message = owed(MailTemplate.REGISTERED, policy, email="aino@fjordkraft.example")
    running.answers["aino@fjordkraft.example"] = "554 5.7.1 relay access denied"
    send()
    assert state(message) == ("", "SMTPRecipientsRefused:554", False)
    assert Contact.objects.get(pk=message.contact_id).bounced_on is None


def test_a_strangers_address_that_does_not_exist_ends_the_message_alone(running: Sink, policy: PolicyVersion) -> None:
    message = confirmation(policy, email="typo@fjordkraft.example")
    running.answers["typo@fjordkraft.example"] = "550 5.1.1 no such user"
    send()
    send(NOON + standstill.WINDOW)
    assert state(message) == ("refused", "SMTPRecipientsRefused:550", False)
    assert not Contact.objects.exists()


def test_a_message_that_cannot_be_written_holds_nobody_up(running: Sink, policy: PolicyVersion) -> None:
    broken = Message.objects.create(
        template="announce", purpose="service", contact=ContactFactory.create(), created_at=NOON, not_before=NOON
    )
    other = confirmation(policy, at=NOON + MINUTE)
    assert send(NOON + MINUTE) == 2
    assert (state(broken), state(other)) == (("", "LetterError", False), ("", "", True))
    assert broken.not_before > NOON + MINUTE


def test_no_log_names_anybody(sink: Sink, policy: PolicyVersion, caplog: pytest.LogCaptureFixture) -> None:
    owed(MailTemplate.REGISTERED, policy, email="gone@fjordkraft.example", first_name="Aino")
    with sink.open():
        sink.answers["gone@fjordkraft.example"] = "550 5.1.1 gone@fjordkraft.example is no user here"
        send()
    ours = [str(record.msg) for record in caplog.records if not record.name.startswith("mail.")]  # not the sink's
    assert any("SMTPRecipientsRefused:550" in line for line in ours)
    assert not any("gone@" in line for line in ours)


# Several senders, and one that dies


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_message_once(running: Sink, policy: PolicyVersion) -> None:
    messages = [confirmation(policy) for _ in range(30)]
    both = threading.Barrier(2)

    def sender() -> int:
        try:
            both.wait()
            return send()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in (pool.submit(sender), pool.submit(sender))]
    assert sum(done) == 30
    assert sorted(running.recipients) == sorted(message.sign_up.email for message in messages)


def test_what_a_dead_sender_had_claimed_is_sent_when_its_claim_has_ended(running: Sink, policy: PolicyVersion) -> None:
    message = confirmation(policy)
    Message.objects.update(claimed_until=NOON + sending.CLAIM)
    assert send(NOON + sending.CLAIM - MINUTE) == 0
    assert send(NOON + sending.CLAIM) == 1
    assert state(message) == ("", "", True)


# Asked again at the last moment


def test_a_message_to_somebody_who_was_deleted_is_gone(running: Sink, policy: PolicyVersion) -> None:
    message = owed(MailTemplate.REGISTERED, policy)
    message.contact.delete()
    assert send() == 0
    assert running.raw == []


@pytest.mark.promise("P12")
@pytest.mark.parametrize("reason", ["objected", "suppressed", "frozen", "restricted", "bouncing", "no_consent"])
def test_news_is_not_sent_to_who_may_not_get_it_any_more(reason: str, running: Sink, policy: PolicyVersion) -> None:
    message = announcement(policy)
    contact, today = message.contact, NOON.date()
    if reason == "objected":
        contact.permissions.create(channel="email", state="objected", given_on=today)
    if reason == "suppressed":
        suppress(contact, "email", today)
    if reason == "no_consent":
        contact.permissions.all().delete()
    field = {"frozen": "frozen_through", "restricted": "restricted_through", "bouncing": "bounced_on"}.get(reason)
    if field:
        Contact.objects.filter(pk=contact.pk).update(**{field: today})
    send()
    assert state(message) == ("skipped", reason, False)
    assert running.raw == []


@pytest.mark.promise("P11")
def test_news_about_a_topic_that_somebody_no_longer_wants_is_not_sent(running: Sink, policy: PolicyVersion) -> None:
    message = announcement(policy)
    message.contact.interests.update(wanted=False)
    send()
    assert state(message) == ("skipped", "no_interest", False)


def test_news_about_what_is_no_longer_to_be_had_is_not_sent(running: Sink, policy: PolicyVersion) -> None:
    message = announcement(policy)
    type(message.whitepaper).objects.update(withdrawn_at=NOON)
    send()
    assert state(message) == ("skipped", "withdrawn", False)


@pytest.mark.promise("P7")
@pytest.mark.promise("P12")
@pytest.mark.parametrize("template", ["registered", "reminder", "moved"])
def test_what_guests_asked_for_reaches_them_though_they_object_and_are_restricted(
    template: str, running: Sink, policy: PolicyVersion
) -> None:
    message = owed(MailTemplate(template), policy, restricted_through=NOON.date(), frozen_through=NOON.date())
    message.contact.permissions.create(channel="email", state="objected", given_on=NOON.date())
    Suppression.objects.create(
        address_hash=message.contact.address_hash,
        mailbox_hash=message.contact.mailbox_hash,
        channel="email",
        since=NOON.date(),
    )
    send()
    assert state(message) == ("", "", True)


@pytest.mark.promise("P12")
def test_a_suppressed_person_can_still_ask_for_a_whitepaper(running: Sink, policy: PolicyVersion) -> None:
    message = confirmation(policy, email="aino@fjordkraft.example")
    Suppression.objects.create(**hashes("aino@fjordkraft.example"), channel="email", since=NOON.date())
    send()
    assert state(message) == ("", "", True)


@pytest.mark.promise("L5")
def test_whoever_is_told_where_their_details_come_from_is_marked_as_told_once_it_is_sent(
    sink: Sink, policy: PolicyVersion
) -> None:
    message = information(policy)
    send()
    basis = message.contact.bases.get()
    assert basis.informed_on is None
    with sink.open():
        send(NOON + ONE_DAY)
    basis.refresh_from_db()
    assert basis.informed_on == (NOON + ONE_DAY).date()


@pytest.mark.promise("L5")
def test_who_is_restricted_is_not_informed_and_not_marked_as_told(running: Sink, policy: PolicyVersion) -> None:
    message = information(policy, restricted_through=NOON.date())
    send()
    assert state(message) == ("skipped", "restricted", False)
    assert message.contact.bases.get().informed_on is None


@pytest.mark.parametrize("template", ["registered", "reminder", "moved", "cancelled"])
def test_nothing_is_sent_about_an_event_that_is_over(template: str, running: Sink, policy: PolicyVersion) -> None:
    message = owed(MailTemplate(template), policy)
    send(message.event.over_at)
    assert state(message) == ("skipped", "past", False)


def test_a_reminder_of_what_has_begun_is_not_sent(running: Sink, policy: PolicyVersion) -> None:
    message = owed(MailTemplate.REMINDER, policy)
    send(message.event.starts_at)
    assert state(message) == ("skipped", "past", False)


@pytest.mark.parametrize("template", ["registered", "reminder", "moved"])
def test_a_guest_of_a_cancelled_event_hears_of_the_cancelling_alone(
    template: str, running: Sink, policy: PolicyVersion
) -> None:
    place = guest(policy)
    events.cancel(place.event, at=NOON, by="test")
    outbox.enqueue(MailTemplate(template), contact=place.contact, registration=place, event=place.event, at=NOON)
    send()
    (mail,) = running.mails
    assert mail["Subject"] == "Cancelled: Cloud Day"
    assert "METHOD:CANCEL" in part(mail, "text/calendar")


def test_a_change_that_another_one_overtook_is_not_sent(running: Sink, policy: PolicyVersion) -> None:
    place = guest(policy)
    events.describe(place.event, title="Cloud Days", place="", at=NOON, by="test")
    # Somebody is sending this one, and dies.
    Message.objects.update(claimed_until=NOON + MINUTE)
    events.describe(place.event, title="Cloud Weeks", place="", at=NOON, by="test")
    send(NOON + 2 * MINUTE)
    assert [mail["Subject"] for mail in running.mails] == ["Changed: Cloud Weeks"]


def test_an_address_that_was_proven_meanwhile_is_not_asked_again(running: Sink, policy: PolicyVersion) -> None:
    message = confirmation(policy)
    proof.confirm(message.sign_up.public_id, consent=False, policy=policy, at=NOON, by="staff")
    send()
    assert state(message) == ("skipped", "proven", False)


def test_a_sign_up_that_is_gone_takes_its_message_along(running: Sink, policy: PolicyVersion) -> None:
    confirmation(policy)
    SignUp.objects.all().delete()
    assert send() == 0
    assert not Message.objects.exists()


def test_without_a_policy_nothing_is_sent_and_nothing_lost(running: Sink) -> None:
    place = RegistrationFactory.create()
    outbox.enqueue(MailTemplate.REGISTERED, contact=place.contact, registration=place, event=place.event, at=NOON)
    assert send() == 0
    assert Message.objects.due(NOON).exists()


def test_marketing_is_a_purpose_and_no_template(running: Sink, policy: PolicyVersion) -> None:
    """Whatever is sent as marketing is asked about, whichever template it uses."""
    place = guest(policy)
    message = outbox.enqueue(
        MailTemplate.REGISTERED,
        contact=place.contact,
        registration=place,
        event=place.event,
        purpose=MailPurpose.MARKETING,
        at=NOON,
    )
    send()
    assert state(message)[0] == "skipped"
