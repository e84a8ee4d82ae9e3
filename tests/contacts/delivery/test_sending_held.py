"""A row that somebody else holds while mails are sent: it holds no other mail up, and no mail leaves twice for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from django.core import mail

from contacts.base import held
from contacts.delivery import sending
from contacts.models import Contact, LeftMail, Message, PolicyVersion
from contacts.outbox import outbox
from tests.support.factories import NOON, hold
from tests.support.mailing import information, one_of_a_mailing, send, written_letter
from tests.support.mailings import MINUTE, approved, bound, fresh, mailing_to, scheduled, tick
from tests.support.waiting import locked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SWEEP_LOCK_TIMEOUT = "20ms"
    monkeypatch.setattr(held, "BRIEF", "10ms")


def sent() -> set[int]:
    return set(Message.objects.filter(sent_at__isnull=False).values_list("pk", flat=True))


def twelve_minutes(policy: PolicyVersion) -> None:
    """Longer than a claim lasts."""
    for number in range(12):
        tick(policy, NOON + number * MINUTE)
        send(NOON + number * MINUTE)


def amid(act: Callable[[], object]) -> Callable[[], dt.datetime]:
    """A clock that does something when it is asked for the second time: the first mail has been handed over."""
    asked: list[int] = []

    def now() -> dt.datetime:
        asked.append(1)
        if len(asked) == 2:
            act()
        return NOON

    return now


# Before it is sent


def test_a_mail_that_is_held_holds_no_other_up(policy: PolicyVersion) -> None:
    first, *others = [written_letter(address=f"p{number}@fjordkraft.example") for number in range(3)]
    with locked("contacts_message", "id = %s", first.pk):
        assert send() == 2
    assert sent() == {other.pk for other in others}
    assert send() == 1
    assert len(mail.outbox) == 3


def test_a_mail_of_which_somebody_holds_what_ends_it_holds_no_other_up(policy: PolicyVersion) -> None:
    first, other = one_of_a_mailing(policy), written_letter(address="p@fjordkraft.example", at=NOON + MINUTE)
    Contact.objects.filter(pk=first.contact_id).update(bounced_on=NOON.date())
    with locked("contacts_mailing", "id = %s", first.mailing_id):
        send(NOON + MINUTE)
        assert sent() == {other.pk}
    send(NOON + MINUTE + sending.CLAIM)
    first.refresh_from_db()
    assert (first.end, first.reason, len(mail.outbox)) == ("skipped", "bouncing", 1)


# Once it has left


@pytest.mark.promise("L5")
def test_a_letter_that_left_leaves_once_though_somebody_holds_its_reader(policy: PolicyVersion) -> None:
    letter, other = information(policy), information(policy)
    basis = letter.contact.bases.get()
    with locked("contacts_contact", "id = %s", letter.contact_id):
        twelve_minutes(policy)
        assert (len(mail.outbox), sent()) == (2, {other.pk})
    send(NOON + 13 * MINUTE)
    letter.refresh_from_db()
    basis.refresh_from_db()
    assert (len(mail.outbox), letter.sent_at, letter.attempts) == (2, NOON, 1)
    assert (basis.informed_on, basis.policy_shown, LeftMail.objects.count()) == (NOON.date(), policy, 0)


@pytest.mark.parametrize("owed", [information, one_of_a_mailing])
def test_a_mail_that_left_leaves_once_though_somebody_holds_it_from_then_on(
    owed: Callable[[PolicyVersion], Message], policy: PolicyVersion
) -> None:
    message = owed(policy)
    with ExitStack() as until_the_end:
        now = amid(lambda: until_the_end.enter_context(locked("contacts_message", "id = %s", message.pk)))
        sending.send_due(at=NOON, now=now)
        other = written_letter(address="p@fjordkraft.example")
        twelve_minutes(policy)
        assert (len(mail.outbox), sent()) == (2, {other.pk})
        outbox.end_broken_off(NOON + 12 * MINUTE)
    send(NOON + 13 * MINUTE)
    message.refresh_from_db()
    assert (len(mail.outbox), message.sent_at, message.end) == (2, NOON, "")


def test_who_is_deleted_while_their_mail_is_to_be_noted_leaves_nothing_behind(policy: PolicyVersion) -> None:
    letter = information(policy)
    with locked("contacts_contact", "id = %s", letter.contact_id):
        send()
    assert LeftMail.objects.count() == 1
    Contact.objects.all().delete()
    send()
    assert (LeftMail.objects.count(), len(mail.outbox)) == (0, 1)


# Mailings


@pytest.mark.promise("P11")
def test_a_mailing_goes_on_and_counts_all_though_somebody_holds_it_meanwhile(policy: PolicyVersion) -> None:
    mailing = mailing_to(4, policy)
    tick(policy)
    with locked("contacts_mailing", "id = %s", mailing.pk):
        assert send() == 4
    assert (len(mail.outbox), len(sent())) == (4, 0)
    send(NOON + MINUTE)
    tick(policy, NOON + MINUTE)
    assert (fresh(mailing).sent, fresh(mailing).state, len(mail.outbox)) == (4, "sent", 4)


@pytest.mark.promise("L5")
def test_who_is_told_beside_an_important_message_is_told_once_nobody_holds_them(policy: PolicyVersion) -> None:
    person = bound(policy)
    hold(person, "prospect", NOON.date(), policy=policy, source="the trade register", source_kind="public")
    scheduled(approved(), policy)
    tick(policy)
    Message.objects.filter(template="inform").delete()
    with ExitStack() as until_the_end:
        now = amid(lambda: until_the_end.enter_context(locked("contacts_contact", "id = %s", person.pk)))
        sending.send_due(at=NOON, now=now)
        assert len(mail.outbox) == 1
    twelve_minutes(policy)
    assert [Message.objects.get(pk=pk).template for pk in sorted(sent())] == ["mailing", "inform"]
    assert len(mail.outbox) == 2
