"""Letters written for one occasion: their words and their address are kept until they are sent, and no longer."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from contacts import tasks
from contacts.delivery.letters import written
from contacts.delivery.letters.parts import Button, Facts, Heading, Letter, Text
from contacts.models import Message, PolicyVersion
from contacts.outbox import outbox
from tests.support.factories import NOON, ContactFactory
from tests.support.mailing import send, written_letter

pytestmark = pytest.mark.django_db

NOBODYS = "kontoret@fjordkraft.example"


def stored(message: Message) -> str:
    """Everything that the database says of a message."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM contacts_message t WHERE id = %s", [message.pk])
        return str(cursor.fetchone()[0])


def test_a_letter_reads_as_it_was_packed() -> None:
    parts = [
        Heading("Why"),
        Text("One.\n\nTwo."),
        Facts([("Day", "24 November")]),
        Button("Open", "https://a.example/"),
    ]
    packed = written.pack(Letter("A subject", parts, "You asked."), "sv")
    read = written.read(packed)
    assert (read.subject, read.why, packed["language"]) == ("A subject", "You asked.", "sv")
    assert [str(part) for part in read.parts[:2]] == [str(part) for part in parts[:2]]
    assert [list(row) for row in read.parts[2].rows] == [["Day", "24 November"]]  # type: ignore[union-attr]


@pytest.mark.promise("L11")
def test_words_and_address_are_forgotten_once_the_mail_server_has_accepted_them(policy: PolicyVersion) -> None:
    message = written_letter(address=NOBODYS)
    assert NOBODYS in stored(message)
    send()
    assert [each.to for each in mail.outbox] == [[NOBODYS]]
    assert "All is well." in mail.outbox[0].body
    message.refresh_from_db()
    assert message.sent_at
    assert NOBODYS not in stored(message)
    assert "All is well" not in stored(message)


@pytest.mark.promise("L11")
def test_words_that_no_server_takes_are_forgotten_after_fourteen_days(policy: PolicyVersion) -> None:
    message = written_letter(address=NOBODYS)
    assert outbox.forget(NOON + dt.timedelta(days=14, seconds=-1)) == 0
    assert NOBODYS in stored(message)
    assert outbox.forget(NOON + dt.timedelta(days=14)) == 1
    message.refresh_from_db()
    assert message.end == "gave_up"
    assert NOBODYS not in stored(message)
    assert send(NOON + dt.timedelta(days=15)) == 0


def test_the_task_forgets_what_is_due(policy: PolicyVersion) -> None:
    message = written_letter(address=NOBODYS, at=NOON - dt.timedelta(days=4000))
    tasks.forget_letters()
    assert NOBODYS not in stored(message)


def test_a_letter_to_a_person_goes_with_the_person(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    message = written_letter(contact)
    type(contact).objects.filter(pk=contact.pk).delete()
    assert not Message.objects.filter(pk=message.pk).exists()


def test_the_database_refuses_words_that_stay_after_the_letter_was_sent(policy: PolicyVersion) -> None:
    message = written_letter(address=NOBODYS)
    before = stored(message)
    with pytest.raises(IntegrityError, match="message_words_go_once_it_is_sent"), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(sent_at=NOON)
    assert stored(message) == before
