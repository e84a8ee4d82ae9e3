"""A person gets another address: what was objected to under the old one, or under the new, holds for both."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from contacts.models import AuditEvent, Contact, PolicyVersion, Suppression
from contacts.people import change_email
from contacts.people.activities import ContactGoneError
from contacts.people.change_email import AddressError
from contacts.permission import objections, permission
from contacts.permission.permission import Refusal
from contacts.words.addresses import keyed_hash
from contacts.words.vocabulary import Channel, TrustReason
from tests.support.factories import DOUBTED, NOON, ContactFactory, customer, everything_about, hold, run
from tests.support.objecting import ALL, suppressed
from tests.support.odd_addresses import ODD
from tests.support.preferring import reachable

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

OLD, NEW = "old@fjordkraft.example", "new@fjordkraft.example"
TODAY = dt.date(2026, 11, 24)
EARLIER = dt.date(2026, 5, 24)


@pytest.fixture
def person() -> Contact:
    return ContactFactory.create(email=OLD, bounced_on=EARLIER)


def change(contact: Contact, email: str = NEW, *, proven: bool = True) -> None:
    change_email.change(contact.pk, email, evidence=TrustReason.MET if proven else None, at=NOON, by="user:1")


def objected(email: str, channels: frozenset[Channel] = ALL, day: dt.date = EARLIER) -> None:
    objections.record(
        keyed_hash(email), public_id=None, channels=channels, reason="unsubscribe", day=day, at=NOON, by="test"
    )


def test_the_new_address_stands_in_its_one_spelling_with_its_hash(person: Contact) -> None:
    change(person, " NEW@Fjordkraft.Example ")
    person.refresh_from_db()
    assert (person.email, person.address_hash) == (NEW, keyed_hash(NEW))


def test_an_address_that_somebody_made_sure_of_is_confirmed_and_no_longer_bounces(person: Contact) -> None:
    change(person)
    person.refresh_from_db()
    assert (person.address_trust, person.address_trust_reason, person.bounced_on) == ("proven", "met", None)


def test_an_address_that_nobody_made_sure_of_gets_no_marketing(policy: PolicyVersion) -> None:
    contact = customer(policy, country="SE")
    change(contact, proven=False)
    contact.refresh_from_db()
    assert (contact.address_trust, contact.address_trust_reason) == ("doubted", "changed")
    assert contact.address_trust_since == TODAY
    assert contact not in reachable(Channel.EMAIL, day=TODAY)


def test_the_day_is_that_of_the_company(policy: PolicyVersion, person: Contact) -> None:
    change_email.change(person.pk, NEW, evidence=None, at=dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC), by="user:1")
    person.refresh_from_db()
    assert person.address_trust_since == TODAY + dt.timedelta(days=1)


def test_the_audit_says_so_without_an_address(person: Contact) -> None:
    change(person)
    event = AuditEvent.objects.get(code="address.changed")
    assert (event.public_id, event.by, event.rule) == (person.public_id, "user:1", "met")
    assert "fjordkraft" not in str(list(AuditEvent.objects.values()))


def test_what_was_objected_to_under_the_old_address_holds_for_both(person: Contact) -> None:
    objected(OLD, frozenset({Channel.EMAIL, Channel.POST}))
    change(person)
    assert suppressed(OLD) == suppressed(NEW) == {"email": EARLIER, "post": EARLIER}


def test_what_was_objected_to_under_the_new_address_holds_for_the_person(policy: PolicyVersion) -> None:
    contact = customer(policy)
    objected(NEW, frozenset({Channel.PHONE}))
    change(contact)
    stands = contact.permissions.get()
    assert (stands.channel, stands.state, stands.given_on, stands.source) == (
        "phone",
        "objected",
        EARLIER,
        "unsubscribe",
    )
    contact.refresh_from_db()
    assert permission.of_one(contact, day=TODAY)[Channel.PHONE] == Refusal.OBJECTED
    assert suppressed(contact.email) == {"phone": EARLIER}


def test_a_channel_stays_suppressed_since_the_earlier_of_both_objections(person: Contact) -> None:
    objected(OLD, day=EARLIER)
    objected(NEW, day=TODAY)
    change(person)
    assert set(suppressed(NEW).values()) == {EARLIER}
    person.refresh_from_db()
    change_email.change(person.pk, OLD, evidence=TrustReason.MET, at=NOON, by="user:1")
    assert set(suppressed(NEW).values()) == set(suppressed(OLD).values()) == {EARLIER}


def test_two_half_objections_make_a_whole_one_and_the_night_draws_the_consequence(
    policy: PolicyVersion, person: Contact
) -> None:
    hold(person, "prospect", dt.date(2026, 11, 1), policy=policy)
    objected(OLD, frozenset({Channel.EMAIL, Channel.POST}))
    objected(NEW, frozenset({Channel.PHONE}))
    change(person)
    assert run(TODAY, policy).contacts_deleted == 1


def test_an_address_without_objections_brings_none(person: Contact) -> None:
    change(person)
    assert not Suppression.objects.exists()
    assert not person.permissions.exists()


@pytest.mark.promise("L16")
@pytest.mark.parametrize(
    "email", ["", "no address", "a@b@fjordkraft.example", "new@fjordkraft.example\nBcc: x@y.example", *ODD]
)
def test_what_is_no_address_changes_nothing(person: Contact, email: str) -> None:
    before = everything_about(person)
    with pytest.raises(AddressError, match=r"^This is no e-mail address\.$"):
        change(person, email)
    assert everything_about(person) == before


def test_an_address_of_another_contact_is_refused(person: Contact) -> None:
    other = ContactFactory.create(email=NEW)
    objected(OLD)
    before = everything_about(person), everything_about(other), list(Suppression.objects.values())
    with pytest.raises(AddressError, match="Another contact has this address"):
        change(person, NEW.upper())
    assert (everything_about(person), everything_about(other), list(Suppression.objects.values())) == before


def test_the_address_on_file_is_no_change(person: Contact) -> None:
    before = everything_about(person)
    with pytest.raises(AddressError, match="the address on file"):
        change(person, OLD, proven=False)
    assert everything_about(person) == before


def test_making_sure_of_the_address_on_file_confirms_it(person: Contact) -> None:
    Contact.objects.filter(pk=person.pk).update(**DOUBTED)
    change(person, OLD)
    person.refresh_from_db()
    assert (person.email, person.address_trust, person.bounced_on) == (OLD, "proven", None)


@pytest.mark.promise("P5")
def test_a_person_of_whom_only_a_duty_is_left_gets_no_address() -> None:
    reduced = ContactFactory.create(email=None, minimised_on=EARLIER)
    before = everything_about(reduced)
    with pytest.raises(ContactGoneError):
        change(reduced)
    assert everything_about(reduced) == before


def test_who_is_gone_is_told_of() -> None:
    with pytest.raises(ContactGoneError):
        change_email.change(12_345, NEW, evidence=TrustReason.MET, at=NOON, by="user:1")


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_get_one_address_at_once_one_is_refused() -> None:
    def attempt(contact: Contact) -> str:
        try:
            change(contact)
        except AddressError as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    people = ContactFactory.create_batch(2)
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(partial(attempt), people))
    assert sorted(answers) == ["", "Another contact has this address."]
    assert Contact.objects.filter(email=NEW, address_hash=keyed_hash(NEW)).count() == 1
