"""We hear that somebody has left their organisation: marketing stops, and nothing else changes."""

import datetime as dt

import pytest

from contacts import leaving, permission
from contacts.activities import ContactGoneError
from contacts.leaving import LeavingError
from contacts.models import AuditEvent, Contact, PolicyVersion
from contacts.permission import Refusal
from contacts.vocabulary import Channel
from tests.factories import NOON, ContactFactory, customer, everything_about

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)


def leave(contact: Contact, on: dt.date = TODAY) -> None:
    leaving.heard(contact.pk, on=on, at=NOON, by="user:1")


def test_who_has_left_gets_no_marketing_on_any_channel(policy: PolicyVersion) -> None:
    contact = customer(policy)
    leave(contact)
    assert set(permission.of_one(contact, day=TODAY).values()) == {Refusal.LEFT}
    assert all(contact not in permission.marketable(channel, day=TODAY) for channel in Channel)


def test_only_the_day_is_noted_and_the_audit_names_the_person_by_id(policy: PolicyVersion) -> None:
    contact = customer(policy)
    before = everything_about(contact)
    leave(contact)
    before["contact"][0]["left_on"] = TODAY
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
