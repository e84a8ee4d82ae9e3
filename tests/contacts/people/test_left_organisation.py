"""We hear that somebody has left their organisation: marketing stops, until it is taken back. Nothing else changes."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, Message, PolicyVersion
from contacts.people import left_organisation
from contacts.people.activities import ContactGoneError
from contacts.people.left_organisation import LeavingError
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.words.vocabulary import Channel
from privacy_crm.staff.people.hearing_acts import NotLeftForm
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, ContactFactory, customer, everything_about
from tests.support.mailing import announcement, send
from tests.support.preferring import reachable

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TODAY = dt.date(2026, 11, 24)


def leave(contact: Contact, on: dt.date = TODAY) -> None:
    left_organisation.heard(contact.pk, on=on, at=NOON, by="user:1")


def take_back(contact: Contact) -> bool:
    return left_organisation.take_back(contact.pk, at=NOON, by="user:2")


def answers(contact: Contact) -> dict[Channel, str]:
    return permission.of_one(contact, day=TODAY)


def test_who_has_left_gets_no_marketing_on_any_channel(policy: PolicyVersion) -> None:
    contact = customer(policy)
    leave(contact)
    assert set(answers(contact).values()) == {Refusal.LEFT}
    assert all(contact not in reachable(channel, day=TODAY) for channel in Channel)


def test_only_the_day_is_noted_and_the_audit_names_the_person_by_id(policy: PolicyVersion) -> None:
    contact = customer(policy)
    before = everything_about(contact)
    leave(contact)
    before["contact"][0]["left_on"] = TODAY.isoformat()
    assert everything_about(contact) == before
    event = AuditEvent.objects.get(code="contact.left")
    assert (event.public_id, event.by) == (contact.public_id, "user:1")


def test_it_is_heard_once(policy: PolicyVersion) -> None:
    contact = customer(policy)
    leave(contact)
    before = everything_about(contact)
    with pytest.raises(LeavingError):
        leave(contact, TODAY + dt.timedelta(days=1))
    assert everything_about(contact) == before
    assert AuditEvent.objects.filter(code="contact.left").count() == 1


@pytest.mark.promise("P5")
def test_of_a_person_of_whom_only_a_duty_is_left_nothing_is_noted() -> None:
    contact = ContactFactory.create(email=None, minimised_on=TODAY)
    before = everything_about(contact)
    with pytest.raises(ContactGoneError):
        leave(contact)
    assert everything_about(contact) == before


@pytest.mark.promise("P11")
def test_once_taken_back_the_answer_and_all_that_we_hold_are_as_before(policy: PolicyVersion) -> None:
    contact = customer(policy, country="SE", phone="+46 8 465 004 99")
    contact.permissions.create(channel="email", state="consented", given_on=TODAY)
    contact.permissions.create(channel="phone", state="objected", given_on=TODAY)
    held, before = everything_about(contact), answers(contact)
    assert (before[Channel.EMAIL], before[Channel.PHONE]) == ("", Refusal.OBJECTED)
    leave(contact)
    assert take_back(contact)
    assert answers(contact) == before
    assert contact in reachable(Channel.EMAIL, day=TODAY)
    assert everything_about(contact) == held


def test_the_audit_says_who_took_it_back_and_names_the_person_by_id_alone(policy: PolicyVersion) -> None:
    contact = customer(policy, first_name="Aino", last_name="Lindqvist")
    leave(contact)
    take_back(contact)
    event = AuditEvent.objects.get(code="contact.left_taken_back")
    assert (event.public_id, event.at, event.by, event.rule) == (contact.public_id, NOON, "user:2", "")
    row = str(AuditEvent.objects.filter(pk=event.pk).values())
    assert [text for text in ("Aino", "Lindqvist", contact.email) if text in row] == []


@pytest.mark.parametrize("fields", [{}, {"email": None, "minimised_on": TODAY}])
def test_what_is_not_noted_is_not_taken_back(policy: PolicyVersion, fields: dict[str, object]) -> None:
    contact, other = ContactFactory.create(**fields), customer(policy)
    leave(other)
    before = contents()
    assert not take_back(contact)
    assert contents() == before


def test_it_is_taken_back_once_and_can_be_heard_again(policy: PolicyVersion) -> None:
    contact = customer(policy)
    leave(contact)
    assert take_back(contact)
    before = contents()
    assert not take_back(contact)
    assert contents() == before
    leave(contact)
    assert Contact.objects.get(pk=contact.pk).left_on == TODAY


def test_nobody_is_taken_back_who_is_no_longer_held() -> None:
    contact = ContactFactory.create(left_on=TODAY)
    Contact.objects.filter(pk=contact.pk).delete()
    before = contents()
    assert not take_back(contact)
    assert contents() == before


def test_news_that_was_held_back_meanwhile_is_not_sent_afterwards(policy: PolicyVersion) -> None:
    message = announcement(policy, left_on=TODAY)
    send(NOON)
    assert message.contact
    assert take_back(message.contact)
    send(NOON + ONE_DAY)
    message = Message.objects.get(pk=message.pk)
    assert (message.end, message.reason, message.sent_at) == ("skipped", Refusal.LEFT, None)


# On the person's page.


def gone(policy: PolicyVersion) -> Contact:
    """Somebody of whom staff have noted that they left."""
    return customer(policy, first_name="Aino", last_name="Lindqvist", left_on=dt.date(2026, 11, 1))


def page(contact: Contact, act: str) -> str:
    return f"/admin/contacts/contact/{contact.public_id}/{act}/"


@pytest.mark.parametrize("role", ["marketing", "sales", "privacy officer"])
def test_that_somebody_has_left_is_taken_back_once(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    contact, client = gone(policy), log_in(role)
    assert "Take back: has left" in client.get(page(contact, "change")).content.decode()
    told = client.post(page(contact, "has-not-left"), follow=True).content.decode()
    assert "Aino Lindqvist has not left the organisation" in told
    assert Contact.objects.get(pk=contact.pk).left_on is None
    assert "Take back: has left" not in told
    before = contents()
    answer = client.post(page(contact, "has-not-left"))
    assert contents() == before
    assert "not possible any more" in client.get(answer["Location"]).content.decode()


def test_whoever_takes_it_back_is_told_first_what_follows_and_nothing_happens_yet(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    contact, client = gone(policy), log_in("sales")
    before = contents()
    shown = client.get(page(contact, "has-not-left")).content.decode()
    assert "We heard on 1 November 2026 that they have left." in shown
    assert "they may get marketing again, where nothing else speaks against it" in shown
    assert contents() == before


def test_who_is_second_to_take_it_back_is_told_so(policy: PolicyVersion) -> None:
    contact = gone(policy)
    first, second = NotLeftForm(contact, data={}), NotLeftForm(contact, data={})
    assert first.is_valid()
    assert second.is_valid()
    assert first.attempt(at=NOON, by="user:1")
    before = contents()
    assert second.attempt(at=NOON, by="user:2") is None
    assert second.non_field_errors() == ["It is not noted any more that they have left."]
    assert contents() == before


@pytest.mark.parametrize("role", ["events", "auditor", "administrator"])
def test_who_may_not_hear_it_may_not_take_it_back(log_in: LogIn, policy: PolicyVersion, role: str) -> None:
    contact, client = gone(policy), log_in(role)
    before = contents()
    assert client.post(page(contact, "has-not-left")).status_code == 403
    assert contents() == before
