"""What people say about marketing is a ledger: nothing in it is changed, and a stop beats every consent (L14)."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.models import ChannelPermission, ConsentRecord, Contact, Organisation, PolicyVersion
from contacts.people import change_email, erasure
from contacts.permission import consents, country_rules, objections, permission
from contacts.words.addresses import keyed_hash
from contacts.words.vocabulary import Channel, TrustReason
from tests.support.factories import NOON, ONE_DAY, ContactFactory, customer
from tests.support.objecting import suppressed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L14")]

TODAY = dt.date(2026, 11, 24)
BOX = "Yes, you may e-mail me."


def give(contact: Contact, day: dt.date = TODAY, channel: Channel = Channel.EMAIL) -> None:
    consents.give(contact, channel, BOX, source="form", day=day, at=NOON, by="visitor")


def withdraw(contact: Contact, day: dt.date = TODAY, by: str = "visitor") -> bool:
    return consents.withdraw(contact, Channel.EMAIL, reason="withdrawn on My data", day=day, at=NOON, by=by)


def object_to(contact: Contact, day: dt.date = TODAY, by: str = "visitor") -> None:
    told = {"public_id": contact.public_id, "channels": [Channel.EMAIL], "reason": "unsubscribe"}
    objections.record(str(contact.address_hash), **told, day=day, at=NOON, by=by)  # type: ignore[arg-type]


def ledger(contact: Contact, *names: str) -> list[Any]:
    return list(contact.consent_records.order_by("pk").values_list(*(names or ("channel", "state"))))


def answer(contact: Contact) -> str:
    return permission.of_one(contact, day=TODAY)[Channel.EMAIL]


@pytest.fixture
def briton(policy: PolicyVersion, rules: None) -> Contact:
    """Somebody whom the law of their country lets us write to without a consent."""
    contact = customer(policy, country="GB")
    Organisation.objects.update(legal_form="company")
    assert answer(contact) == ""
    return contact


@pytest.fixture
def rules() -> None:
    country_rules.adopt(at=NOON, by="test")


def test_a_withdrawal_stops_the_channel_where_no_consent_is_needed_and_keeps_the_wording(briton: Contact) -> None:
    give(briton)
    assert withdraw(briton)
    assert answer(briton) == permission.Refusal.OBJECTED
    assert suppressed(str(briton.email)) == {"email": TODAY}
    assert ledger(briton, "state", "wording") == [("given", BOX), ("withdrawn", "")]


def test_a_withdrawal_is_remembered_when_the_person_has_gone(briton: Contact, policy: PolicyVersion) -> None:
    give(briton)
    withdraw(briton)
    erasure.delete({briton.pk: briton.public_id}, at=NOON, by="test", rule="test")
    assert not ConsentRecord.objects.exists()
    assert answer(customer(policy, email=briton.email, country="GB")) == permission.Refusal.SUPPRESSED


def test_given_withdrawn_and_given_are_three_records_and_the_channel_is_open(policy: PolicyVersion) -> None:
    contact = customer(policy, country="SE")
    give(contact, TODAY - 9 * ONE_DAY)
    withdraw(contact, TODAY - 5 * ONE_DAY)
    before = list(ConsentRecord.objects.order_by("pk").values())
    assert answer(contact) == permission.Refusal.OBJECTED
    give(contact)
    assert answer(contact) == ""
    assert ledger(contact) == [("email", "given"), ("email", "withdrawn"), ("email", "given")]
    assert list(ConsentRecord.objects.order_by("pk").values())[:2] == before


def test_a_withdrawal_where_nothing_was_given_stops_as_an_objection_does(briton: Contact) -> None:
    assert not withdraw(briton)
    assert answer(briton) == permission.Refusal.OBJECTED
    assert ledger(briton) == [("email", "refused")]


@pytest.mark.parametrize(("given_on", "state"), [(TODAY, "withdrawn"), (TODAY + ONE_DAY, "refused"), (None, "refused")])
def test_an_objection_withdraws_a_consent_that_stood_on_its_day(
    policy: PolicyVersion, given_on: dt.date | None, state: str
) -> None:
    contact = customer(policy)
    if given_on:
        give(contact, given_on)
        give(contact, given_on, Channel.POST)
    object_to(contact)
    assert ledger(contact)[-1] == ("email", state)


def test_an_objection_said_again_is_one_record(policy: PolicyVersion) -> None:
    contact = customer(policy)
    object_to(contact)
    object_to(contact)
    assert ledger(contact) == [("email", "refused")]


@pytest.mark.parametrize(
    ("by", "method"),
    [
        ("visitor", "online"),
        ("user:7", "staff"),
        ("operator", "staff"),
        ("provider:brevo", "provider"),
        ("task:mail", "not_known"),
    ],
)
def test_a_record_says_by_which_way_it_came(policy: PolicyVersion, by: str, method: str) -> None:
    contact = customer(policy)
    object_to(contact, by=by)
    [record] = contact.consent_records.all()
    assert (record.method, record.source, record.purpose) == (method, "unsubscribe", "marketing")
    assert (record.said_on, record.recorded_at, record.controller) == (TODAY, NOON, policy.controller["name"])


def test_an_objection_under_the_address_that_somebody_changes_to_is_theirs(policy: PolicyVersion) -> None:
    contact, new = customer(policy), "new@fjordkraft.example"
    told = {"public_id": None, "channels": [Channel.POST], "reason": "unsubscribe"}
    objections.record(keyed_hash(new), **told, day=TODAY - ONE_DAY, at=NOON, by="visitor")  # type: ignore[arg-type]
    change_email.change(contact.pk, new, evidence=TrustReason.MET, at=NOON, by="test")
    assert ledger(contact, "channel", "state", "method", "said_on") == [
        ("post", "refused", "address", TODAY - ONE_DAY)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"state": "given"}, {"wording": "Yes to all."}, {"said_on": TODAY - ONE_DAY}, {"source": "letter"},
        {"message_digest": "0"}, {"policy_version": None, "controller": "Somebody AB"},
    ],
)  # fmt: skip
def test_no_record_is_changed(policy: PolicyVersion, change: dict[str, Any]) -> None:
    contact = customer(policy)
    give(contact)
    withdraw(contact)
    before = list(ConsentRecord.objects.values())
    changed = ConsentRecord.objects.filter(state="withdrawn")
    with pytest.raises(IntegrityError, match="a record of a consent is not changed"), transaction.atomic():
        changed.update(**change)
    assert list(ConsentRecord.objects.values()) == before


def test_a_record_moves_to_another_person_as_it_is(policy: PolicyVersion) -> None:
    contact, other = customer(policy), ContactFactory.create()
    give(contact)
    [before] = contact.consent_records.values()
    contact.consent_records.update(contact=other)
    assert other.consent_records.values().get() == before | {"contact_id": other.pk}


@pytest.mark.parametrize("lacking", [{"wording": ""}, {"source": ""}, {"said_on": None}])
def test_no_wording_source_or_day_is_no_consent(policy: PolicyVersion, lacking: dict[str, Any]) -> None:
    said = {"wording": BOX, "source": "form", "said_on": TODAY, "recorded_at": NOON, **lacking}
    with pytest.raises(IntegrityError, match="consent_record_says_to_what"), transaction.atomic():
        ConsentRecord.objects.create(contact=customer(policy), channel="email", state="given", method="import", **said)
    assert not ConsentRecord.objects.exists()


def test_what_was_on_record_before_the_ledger_comes_in_with_what_is_known_and_no_more(policy: PolicyVersion) -> None:
    contact, bare = customer(policy, country="SE"), customer(policy, country="SE")
    said = {"contact": contact, "wording": BOX, "source": "form"}
    for channel, state, day in (
        ("email", "consented", TODAY), ("phone", "consented", TODAY), ("phone", "objected", TODAY),
        ("post", "objected", TODAY - ONE_DAY), ("post", "consented", TODAY),
    ):  # fmt: skip
        ChannelPermission.objects.create(**said, channel=channel, state=state, given_on=day)
    bare.permissions.create(channel="email", state="consented", given_on=TODAY, source="form")
    with connection.cursor() as cursor:
        cursor.execute(import_module("contacts.migrations.0013_consent_records").RECORD)
    assert sorted(ledger(contact)) == [
        ("email", "given"), ("phone", "given"), ("phone", "withdrawn"), ("post", "given"), ("post", "refused")
    ]  # fmt: skip
    assert {record.method for record in ConsentRecord.objects.all()} == {"not_known"}
    assert not ConsentRecord.objects.exclude(recorded_at=None, policy_version=None, controller="", language="").exists()
    assert ledger(bare) == [("email", "given")]
    assert answer(bare) == permission.Refusal.NO_CONSENT
    assert answer(contact) == ""
