"""One mailbox is one person's: who objected under one tag has under every other, at every door (P12, L16)."""

import datetime as dt
import hashlib
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from psycopg2 import sql

from contacts.models import AuditEvent, Contact, MergedAddress, PolicyVersion, Suppression
from contacts.outbox import links
from contacts.people import change_email
from contacts.permission import consents, objections, permission
from contacts.permission.permission import Refusal
from contacts.signups import entering, proof, sign_ups
from contacts.signups.entering import EnteringError, Reason
from contacts.signups.sign_ups import Typed, Wish
from contacts.words import keys
from contacts.words.addresses import hashes, keyed_hash, mailbox_hash
from contacts.words.vocabulary import Channel, Scenario, TrustReason
from privacy_crm.merging import merge
from retention.forecasts import deletion_forecast
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    customer,
    hold,
    is_held,
    run,
)
from tests.support.import_files import bring, person
from tests.support.objecting import ALL, objects, suppressed

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L16")]

PLAIN, TAGGED, OTHER = "anna@fjordkraft.example", "anna+crm@fjordkraft.example", "anna+x@fjordkraft.example"
BOTH_WAYS = pytest.mark.parametrize(("objected", "comes"), [(PLAIN, TAGGED), (TAGGED, PLAIN), (TAGGED, OTHER)])
TODAY = dt.date(2026, 11, 24)


def heard(email: str, channels: frozenset[Channel] = ALL) -> list[int]:
    return objections.record(
        **hashes(email), public_id=None, channels=channels, reason="unsubscribe", day=TODAY, at=NOON, by="test"
    ).people


def refusals(email: str) -> set[str]:
    return set(permission.of_one(Contact.objects.get(email=email), day=TODAY).values())


def prospect(policy: PolicyVersion, email: str) -> Contact:
    reason = Reason(Scenario.PROSPECT, "Fair", "person", TODAY)
    return entering.enter(Typed(email), reason, policy=policy, at=NOON, by="test")


# The doors


@BOTH_WAYS
def test_an_import_refuses_the_prospect_under_any_tag(policy: PolicyVersion, objected: str, comes: str) -> None:
    heard(objected)
    outcome = bring(policy, contacts=[person(comes, "prospect"), person("bo@fjordkraft.example", "prospect")])
    assert outcome.refused == [("contacts.csv", 2, "email", "suppressed address")]
    assert list(Contact.objects.values_list("email", flat=True)) == ["bo@fjordkraft.example"]


@BOTH_WAYS
def test_staff_cannot_enter_the_prospect_under_any_tag(policy: PolicyVersion, objected: str, comes: str) -> None:
    heard(objected)
    with pytest.raises(EnteringError, match="objected to all marketing"):
        prospect(policy, comes)
    assert not Contact.objects.exists()


@BOTH_WAYS
def test_two_addresses_of_a_mailbox_are_no_two_objections(policy: PolicyVersion, objected: str, comes: str) -> None:
    heard(objected, frozenset({Channel.EMAIL, Channel.PHONE}))
    heard(comes, frozenset({Channel.EMAIL}))
    assert prospect(policy, comes).bases.get().scenario == "prospect"
    outcome = bring(policy, contacts=[person(OTHER.replace("+x", "+y"), "prospect")])
    assert outcome.refused == []


@pytest.mark.parametrize("source", ["form", "api:website"])
def test_who_signs_up_under_another_tag_gets_what_they_ask_for_and_no_marketing(
    policy: PolicyVersion, source: str
) -> None:
    heard(PLAIN)
    wish = Wish.of_register(Scenario.CUSTOMER)
    made = sign_ups.sign_up(wish, Typed(TAGGED, country="SE"), policy=policy, source=source, at=NOON, by="test")
    proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="test")
    assert refusals(TAGGED) == {Refusal.SUPPRESSED}


@BOTH_WAYS
def test_a_customer_under_another_tag_comes_in_unmarketable(policy: PolicyVersion, objected: str, comes: str) -> None:
    heard(objected)
    bring(policy, contacts=[person(comes, "customer")])
    assert refusals(comes) == {Refusal.SUPPRESSED}
    assert permission.reach(Channel.POST, day=TODAY).may == 0


@BOTH_WAYS
def test_an_objection_in_a_list_holds_for_whoever_is_held_in_the_mailbox(
    policy: PolicyVersion, objected: str, comes: str
) -> None:
    bring(policy, contacts=[person(comes, "customer")])
    bring(policy, objections=[{"email": objected, "channel": "email", "objected_on": "2026-05-01"}])
    assert list(Contact.objects.get().permissions.values_list("channel", "state")) == [("email", "objected")]


def test_an_objection_in_a_list_finds_the_heir_of_an_address_of_the_mailbox(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person("bo@fjordkraft.example", "customer")])
    MergedAddress.objects.create(contact=Contact.objects.get(), **hashes(TAGGED))
    bring(policy, objections=[{"email": PLAIN, "channel": "email", "objected_on": "2026-05-01"}])
    assert list(Contact.objects.get().permissions.values_list("channel", "state")) == [("email", "objected")]
    assert "email" in suppressed("bo@fjordkraft.example")


def test_a_new_address_brings_the_objections_of_its_mailbox_along(policy: PolicyVersion) -> None:
    heard(PLAIN, frozenset({Channel.POST}))
    someone = customer(policy, email="anna@private.example")
    change_email.change(someone.pk, TAGGED, evidence=TrustReason.MET, at=NOON, by="test")
    assert list(someone.permissions.values_list("channel", "state")) == [("post", "objected")]
    change_email.change(someone.pk, "anna+new@private.example", evidence=TrustReason.MET, at=NOON, by="test")
    assert list(suppressed("anna+new@private.example")) == ["post"]


@pytest.mark.parametrize("kept", [0, 1])
def test_a_merge_keeps_the_objections_of_both_mailboxes(policy: PolicyVersion, kept: int) -> None:
    heard(PLAIN, frozenset({Channel.PHONE}))
    two = customer(policy, email=TAGGED), customer(policy, email="bo@fjordkraft.example")
    merge(two[kept].pk, two[1 - kept].pk, [], policy=policy, at=NOON, by="test")
    assert list(two[kept].permissions.values_list("channel", "state")) == [("phone", "objected")]
    given_up = MergedAddress.objects.get(contact=two[kept])
    assert given_up.mailbox_hash == mailbox_hash(two[1 - kept].email)


# What follows


@BOTH_WAYS
def test_whoever_is_held_in_the_mailbox_is_stopped_and_goes_as_a_prospect(
    policy: PolicyVersion, objected: str, comes: str
) -> None:
    here = customer(policy, email=comes)
    there = ContactFactory.create(email=comes.replace("@", "+p@"))
    hold(there, "prospect", TODAY, policy=policy)
    someone = ContactFactory.create(email=objected)
    objects(someone, policy)
    assert refusals(comes) == {Refusal.OBJECTED}
    assert is_held(here)
    assert not is_held(there)


def test_the_night_deletes_the_prospect_whose_mailbox_said_no_on_each_channel_once(policy: PolicyVersion) -> None:
    there = ContactFactory.create(email=TAGGED)
    hold(there, "prospect", TODAY, policy=policy)
    heard_before = {PLAIN: ["email", "phone"], OTHER: ["email", "post"]}
    for email, channels in heard_before.items():
        for channel in channels:
            Suppression.objects.create(**hashes(email), channel=channel, since=TODAY)
    going = Contact.objects.filter(deletion_forecast.by(TODAY + ONE_DAY, policy=policy, day=TODAY))
    assert list(going) == [there]
    Suppression.objects.filter(channel="post").delete()
    assert not Contact.objects.filter(deletion_forecast.by(TODAY + ONE_DAY, policy=policy, day=TODAY)).exists()
    run(TODAY + ONE_DAY, policy)
    assert is_held(there)
    Suppression.objects.create(**hashes(OTHER), channel="post", since=TODAY)
    run(TODAY + 2 * ONE_DAY, policy)
    assert not is_held(there)


@BOTH_WAYS
def test_a_consent_of_ones_own_under_another_tag_ends_the_suppression(
    policy: PolicyVersion, objected: str, comes: str
) -> None:
    heard(objected)
    someone = customer(policy, email=comes)
    consents.give(someone, Channel.EMAIL, "Yes, please.", source="form", day=TODAY, at=NOON, by="test")
    assert sorted(suppressed(objected)) == ["phone", "post"]
    assert permission.of_one(someone, day=TODAY)[Channel.EMAIL] == ""


@pytest.mark.parametrize("email", [PLAIN, TAGGED])
def test_a_link_in_a_mail_stops_the_mailbox_after_its_person_has_gone(policy: PolicyVersion, email: str) -> None:
    stop = links.read_stop(links.stop(ContactFactory.build(email=email)))
    told = {"public_id": None, "channels": [Channel.EMAIL], "reason": "unsubscribe", "day": TODAY}
    objections.record(stop.address_hash, mailbox_hash=stop.mailbox_hash, **told, at=NOON, by="test")
    someone = customer(policy, email=OTHER)
    assert permission.of_one(someone, day=TODAY)[Channel.EMAIL] == Refusal.SUPPRESSED


def test_a_mailbox_is_learnt_where_only_the_address_was_known(policy: PolicyVersion) -> None:
    objections.record(
        keyed_hash(TAGGED), public_id=None, channels=ALL, reason="unsubscribe", day=TODAY, at=NOON, by="test"
    )
    someone = customer(policy, email=PLAIN)
    assert refusals(PLAIN) != {Refusal.SUPPRESSED}
    before = AuditEvent.objects.count()
    bring(policy, objections=[{"email": TAGGED, "channel": "post", "objected_on": "2026-11-24"}])
    assert refusals(PLAIN) >= {Refusal.OBJECTED}
    heard(TAGGED)
    assert refusals(PLAIN) == {Refusal.OBJECTED}
    assert set(Suppression.objects.filter(address_hash=keyed_hash(TAGGED)).values_list("mailbox_hash", flat=True)) == {
        mailbox_hash(TAGGED)
    }
    assert AuditEvent.objects.count() > before
    assert is_held(someone)


def test_an_address_with_a_tag_whose_mailbox_nobody_knows_is_suppressed_all_the_same(policy: PolicyVersion) -> None:
    there = ContactFactory.create(email=TAGGED)
    hold(there, "prospect", TODAY, policy=policy)
    for channel in Channel:
        hashed = keyed_hash(TAGGED)
        Suppression.objects.create(address_hash=hashed, mailbox_hash=hashed, channel=channel, since=TODAY)
    assert refusals(TAGGED) == {Refusal.SUPPRESSED}
    assert Contact.objects.filter(permission.objected_to_all()).get() == there
    assert Contact.objects.filter(deletion_forecast.by(TODAY + ONE_DAY, policy=policy, day=TODAY)).get() == there
    run(TODAY + ONE_DAY, policy)
    assert not is_held(there)
    outcome = bring(policy, contacts=[person(TAGGED, "prospect"), person(PLAIN, "prospect")])
    assert outcome.refused == [("contacts.csv", 2, "email", "suppressed address")]


# What is stored


def test_an_address_stands_with_both_hashes() -> None:
    with pytest.raises(IntegrityError, match="contact_address_has_its_hashes"):
        Contact.objects.create(email=TAGGED, address_hash=keyed_hash(TAGGED))


def test_a_suppression_stands_with_both_hashes() -> None:
    with pytest.raises(IntegrityError, match="suppression_has_its_mailbox"):
        Suppression.objects.create(address_hash=keyed_hash(TAGGED), channel="email", since=TODAY)


ODD = ("+a+b@fjordkraft.example", "anna+a+b@fjordkraft.example", "änna+a@fjordkraft.example", "a+b@x+y.example")


@pytest.mark.parametrize("key", ["short", "as long as a block of the hash, sixty-four bytes, and then some more åäö"])
def test_what_is_stored_gets_the_mailbox_that_our_own_functions_say(key: str, settings: object) -> None:
    settings.SUPPRESSION_KEY = key  # type: ignore[attr-defined]
    people = [ContactFactory.create(email=email) for email in (PLAIN, TAGGED, *ODD)]
    reduced = ContactFactory.create(email=None, minimised_on=TODAY)
    for email in (TAGGED, "gone+tag@fjordkraft.example"):
        Suppression.objects.create(**hashes(email), channel="email", since=TODAY)
        MergedAddress.objects.create(contact=people[0], **hashes(email))
    tables = ("contacts_suppression", "contacts_mergedaddress", "contacts_contact")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                sql.SQL("UPDATE {} SET mailbox_hash = 'x' WHERE address_hash IS NOT NULL").format(sql.Identifier(table))
            )
    with connection.schema_editor() as editor, CaptureQueriesContext(connection) as said:
        import_module("contacts.migrations.0009_mailboxes").write(apps, editor)
    _leave_the_key_and_the_addresses_to_no_servers_log(" ".join(query["sql"] for query in said), key)
    for someone in people:
        someone.refresh_from_db()
        assert unnamed(str(someone.mailbox_hash)) == unnamed(mailbox_hash(str(someone.email)))
    reduced.refresh_from_db()
    assert reduced.mailbox_hash is None
    gone = keyed_hash("gone+tag@fjordkraft.example")
    for model in (Suppression, MergedAddress):
        assert set(model.objects.values_list("address_hash", "mailbox_hash")) == {
            (keyed_hash(TAGGED), unnamed(mailbox_hash(TAGGED))),
            (gone, gone),
        }


def unnamed(hashed: str) -> str:
    """As hashes were when this migration was written: without the name of their key."""
    return hashed[-keys.UNNAMED :]


def _leave_the_key_and_the_addresses_to_no_servers_log(said: str, key: str) -> None:
    block = hashlib.sha256(key.encode()).digest() if len(key.encode()) > 64 else key.encode()
    for pad in (0x36, 0x5C):
        assert bytes(byte ^ pad for byte in block).hex() not in said
    assert "UPDATE contacts_contact" in said
    for secret in (key, TAGGED, *ODD):
        assert secret not in said
