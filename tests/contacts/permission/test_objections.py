"""An objection to marketing is kept for the address, whoever is held, and only the person's own double yes lifts it."""

import datetime as dt
import unicodedata
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import AuditEvent, ChannelPermission, Contact, PolicyVersion, Suppression
from contacts.people import erasure
from contacts.permission import consents, objections, permission
from contacts.permission.permission import Refusal
from contacts.words.addresses import keyed_hash, normalise
from contacts.words.vocabulary import Channel
from tests.support.factories import NOON, ContactFactory, customer, everything_about, hold
from tests.support.objecting import ALL, noted, objects, suppressed
from tests.support.preferring import reachable

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

TODAY = dt.date(2026, 11, 24)
EARLIER = dt.date(2026, 5, 24)

# An address as its owner has it, and the spellings that mail servers and people make of it.
LOCAL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
DOMAIN = st.sampled_from(["bücher.example", "fjordkraft.example", "smörgås.example", "ångström.example"])
SPELLINGS = st.sampled_from(
    [
        str.upper,
        str.title,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: unicodedata.normalize("NFC", text),
        lambda text: unicodedata.normalize("NFD", text.upper()),
        lambda text: f" \t{text} ",
        lambda text: "@".join([text.split("@")[0], text.split("@")[1].encode("idna").decode()]),
    ]
)


def record(email: str, channels: Any = ALL, public_id: uuid.UUID | None = None, day: dt.date = TODAY) -> list[int]:
    return objections.record(
        keyed_hash(email), public_id=public_id, channels=channels, reason="unsubscribe", day=day, at=NOON, by="test"
    ).people


@given(local=LOCAL, domain=DOMAIN, spell=SPELLINGS)
@pytest.mark.django_db(transaction=False)
def test_every_spelling_of_an_address_is_the_same_objector(local: str, domain: str, spell: Any) -> None:
    address = f"{local}@{domain}"
    assert keyed_hash(normalise(spell(address))) == keyed_hash(normalise(address))


def test_an_objection_of_a_stranger_is_kept_as_a_keyed_hash_alone() -> None:
    assert record("nej@fjordkraft.example") == []
    assert suppressed("nej@fjordkraft.example") == {"email": TODAY, "phone": TODAY, "post": TODAY}
    assert not Contact.objects.exists()
    assert "fjordkraft" not in str(list(Suppression.objects.values()) + list(AuditEvent.objects.values()))


def test_an_objection_to_one_channel_leaves_the_others() -> None:
    record("nej@fjordkraft.example", [Channel.PHONE])
    assert suppressed("nej@fjordkraft.example") == {"phone": TODAY}


def test_the_objection_stands_beside_the_person_with_its_evidence() -> None:
    contact = ContactFactory.create()
    assert record(contact.email, [Channel.EMAIL]) == [contact.pk]
    stands = contact.permissions.get()
    assert (stands.channel, stands.state, stands.given_on, stands.source) == ("email", "objected", TODAY, "unsubscribe")


def test_the_audit_names_the_person_by_id_and_the_channels() -> None:
    contact = ContactFactory.create()
    record(contact.email, [Channel.POST, Channel.EMAIL])
    event = AuditEvent.objects.get(code="objection.recorded")
    assert (event.public_id, event.rule, event.by) == (contact.public_id, "email,post", "test")


def test_said_again_it_changes_nothing() -> None:
    contact = ContactFactory.create()
    record(contact.email)
    before = everything_about(contact), list(Suppression.objects.values()), list(AuditEvent.objects.values())
    record(contact.email, day=TODAY + dt.timedelta(days=9))
    record(contact.email, [Channel.EMAIL], public_id=contact.public_id)
    after = everything_about(contact), list(Suppression.objects.values()), list(AuditEvent.objects.values())
    assert after == before


def test_it_stands_since_the_day_it_was_first_heard() -> None:
    record("nej@fjordkraft.example", [Channel.EMAIL])
    record("nej@fjordkraft.example", day=EARLIER)
    assert set(suppressed("nej@fjordkraft.example").values()) == {EARLIER}


def test_whose_address_has_changed_since_is_suppressed_under_both() -> None:
    contact = ContactFactory.create(email="new@fjordkraft.example")
    assert record("old@fjordkraft.example", public_id=contact.public_id) == [contact.pk]
    assert suppressed("old@fjordkraft.example") == suppressed("new@fjordkraft.example")
    assert contact.permissions.count() == 3


def test_whoever_has_the_address_now_is_concerned_as_well() -> None:
    moved, successor = ContactFactory.create(), ContactFactory.create(email="info@fjordkraft.example")
    assert record("info@fjordkraft.example", public_id=moved.public_id) == [moved.pk, successor.pk]


def test_nobody_else_is_touched(policy: PolicyVersion) -> None:
    other = customer(policy)
    before = everything_about(other)
    objects(ContactFactory.create(), policy)
    assert everything_about(other) == before
    assert suppressed(other.email) == {}


def test_a_person_who_was_deleted_meanwhile_is_still_heard() -> None:
    assert record("gone@fjordkraft.example", public_id=uuid.uuid4()) == []
    assert len(suppressed("gone@fjordkraft.example")) == 3


@pytest.mark.promise("P5")
def test_to_a_person_of_whom_only_a_duty_is_left_nothing_is_added() -> None:
    contact = ContactFactory.create(email=None, minimised_on=TODAY)
    before = everything_about(contact)
    assert record("gone@fjordkraft.example", public_id=contact.public_id) == []
    assert everything_about(contact) == before


def test_it_survives_the_deletion_of_the_person(policy: PolicyVersion) -> None:
    contact = customer(policy)
    record(contact.email)
    erasure.delete({contact.pk: contact.public_id}, at=NOON, by="test", rule="test")
    back = ContactFactory.create(email=contact.email)
    hold(back, "customer", TODAY, policy=policy)
    assert len(suppressed(contact.email)) == 3
    assert set(permission.of_one(back, day=TODAY).values()) == {Refusal.SUPPRESSED}


@pytest.mark.promise("L14")
def test_an_objection_ends_a_consent_and_leaves_its_evidence(policy: PolicyVersion) -> None:
    contact = customer(policy)
    consents.give(contact, Channel.EMAIL, "Yes, please.", source="form", day=EARLIER, at=NOON, by="test")
    record(contact.email, [Channel.EMAIL])
    assert not contact.permissions.filter(state="consented").exists()
    assert contact.consent_records.get(state="given").wording == "Yes, please."
    assert permission.of_one(contact, day=TODAY)[Channel.EMAIL] == Refusal.OBJECTED


def test_a_double_consent_lifts_the_objection_to_its_channel_alone(policy: PolicyVersion) -> None:
    contact = customer(policy)
    record(contact.email)
    consents.give(contact, Channel.EMAIL, "Yes, please.", source="form", day=TODAY, at=NOON, by="test")
    assert set(suppressed(contact.email)) == {"phone", "post"}
    assert sorted(contact.permissions.filter(state="objected").values_list("channel", flat=True)) == ["phone", "post"]
    assert permission.of_one(contact, day=TODAY)[Channel.EMAIL] == ""


def test_a_double_consent_leaves_the_objections_of_everybody_else(policy: PolicyVersion) -> None:
    contact, other = customer(policy), customer(policy)
    for each in (contact, other):
        record(each.email)
    consents.give(contact, Channel.EMAIL, "Yes, please.", source="form", day=TODAY, at=NOON, by="test")
    assert len(suppressed(other.email)) == 3
    assert other.permissions.filter(state="objected").count() == 3


def test_objecting_again_after_a_consent_counts_from_then(policy: PolicyVersion) -> None:
    contact = customer(policy)
    record(contact.email, day=EARLIER)
    consents.give(contact, Channel.EMAIL, "Yes, please.", source="form", day=TODAY, at=NOON, by="test")
    record(contact.email)
    assert suppressed(contact.email)["email"] == TODAY
    assert permission.of_one(contact, day=TODAY)[Channel.EMAIL] == Refusal.OBJECTED


def test_it_takes_effect_before_the_next_message(policy: PolicyVersion) -> None:
    contact = customer(policy, phone="+46 70 000 00 01", country="SE")
    consents.give(contact, Channel.PHONE, "Yes, please.", source="form", day=TODAY, at=NOON, by="test")
    assert contact in reachable(Channel.PHONE, day=TODAY)
    objects(contact, policy, [Channel.PHONE])
    assert contact not in reachable(Channel.PHONE, day=TODAY)


def test_it_costs_as_many_statements_for_three_channels_as_for_one() -> None:
    def statements(channels: Any) -> int:
        contact = ContactFactory.create()
        with CaptureQueriesContext(connection) as queries:
            record(contact.email, channels)
        return len(queries)

    assert statements(ALL) == statements([Channel.EMAIL])


def test_an_imported_objection_and_one_of_the_person_are_one(policy: PolicyVersion) -> None:
    contact = customer(policy)
    noted(contact, EARLIER)
    objects(contact, policy)
    assert set(suppressed(contact.email).values()) == {EARLIER}
    assert ChannelPermission.objects.filter(contact=contact).count() == 3
