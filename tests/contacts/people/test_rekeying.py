"""Changing the key of the hashes: what is brought along, what stays and is counted, and what the start then says."""

import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.core.signing import Signer

from contacts.models import Contact, EarlierHash, MergedAddress, PolicyVersion, Suppression, Tombstone
from contacts.outbox import links
from contacts.people import address_trust, erasure, rekeying
from contacts.permission import interests, objections
from contacts.words import keys
from contacts.words.addresses import every_hash, hashes, keyed_hash, known
from contacts.words.vocabulary import Channel
from dsr.intake import proof_tokens, proving
from dsr.models import Request
from privacy_crm import checks
from privacy_crm.merging import merge
from tests.support.factories import DOUBTED, NOON, ContactFactory, TopicFactory
from tests.support.objecting import ALL, suppressed
from tests.support.preferring import unsubscribe
from tests.support.rotating import may_start, rotate, set_keys

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

ANNA, BO = "anna@fjordkraft.example", "bo@fjordkraft.example"
OLD, NEW = "the old key", "the new key"
DAY = NOON.date()


@pytest.fixture(autouse=True)
def old_key(settings: Any) -> None:
    set_keys(settings, OLD)


def object_to_all(email: str) -> None:
    objections.record(**hashes(email), public_id=None, channels=ALL, reason="unsubscribe", day=DAY, at=NOON, by="test")


def gone(email: str) -> None:
    contact = Contact.objects.get(email=email)
    erasure.delete({contact.pk: contact.public_id}, at=NOON, by="test", rule="test")


def test_a_hash_begins_with_the_name_of_its_key_which_tells_nothing_of_it() -> None:
    assert re.fullmatch("[0-9a-f]{8}", keys.fingerprint(OLD))
    assert keys.of(keyed_hash(ANNA)) == keys.fingerprint(OLD)
    assert re.fullmatch("[0-9a-f]{72}", keyed_hash(ANNA))
    assert keys.fingerprint(OLD) != keys.fingerprint(NEW)
    assert OLD not in keys.fingerprint(OLD)


def test_one_key_alone_comes_before_the_others(settings: Any) -> None:
    settings.SUPPRESSION_KEY, settings.SUPPRESSION_KEYS = NEW, [OLD]
    assert keys.known() == [NEW, OLD]
    settings.SUPPRESSION_KEY, settings.SUPPRESSION_KEYS = OLD, [NEW, OLD]
    assert keys.known() == [NEW, OLD]
    assert every_hash(ANNA) == [keys.hashed(ANNA, NEW), keys.hashed(ANNA, OLD)]


def test_with_one_key_nothing_is_written_anew(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        rekeying.bring_forward([ANNA])


def test_people_are_brought_along_with_what_is_kept_of_them_and_the_rest_is_counted(
    policy: PolicyVersion, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for email in (ANNA, BO):
        ContactFactory.create(email=email)
        object_to_all(email)
    gone(BO)
    set_keys(settings, NEW, OLD)
    assert not may_start()
    call_command("rekey", as_json=True)
    first, other = keys.fingerprint(NEW), keys.fingerprint(OLD)
    told = json.loads(capsys.readouterr().out)
    assert told == {"key": first, "people": 1, "others": {other: {"contacts_suppression": 3}}}
    assert keys.of(str(Contact.objects.get().address_hash)) == first
    assert set(suppressed(ANNA)) == {"email", "phone", "post"}
    assert may_start()
    call_command("rekey")
    out = capsys.readouterr().out
    assert f"1 people are on record under the key {first}." in out
    assert f"3 hashes of addresses that nobody has stay under the key {other}" in out


@pytest.mark.promise("L11")
def test_a_key_that_is_named_cannot_be_dropped_and_the_start_says_which_and_how_many(
    policy: PolicyVersion, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ContactFactory.create(email=ANNA)
    object_to_all(BO)
    rotate(settings, NEW, OLD)
    set_keys(settings, NEW)
    (error,) = checks.keys_are_all_there(databases=["default"])
    assert error.msg.startswith(f"SUPPRESSION_KEYS lacks the key {keys.fingerprint(OLD)}")
    assert "3 addresses" in error.msg
    Suppression.objects.all().delete()
    assert may_start()
    set_keys(settings, NEW, OLD)
    call_command("rekey")
    assert f"Nothing is under the key {keys.fingerprint(OLD)}: it can be dropped." in capsys.readouterr().out


def test_a_key_that_the_database_does_not_know_is_refused_while_it_knows_others(settings: Any) -> None:
    """*Found*: a new SECRET_KEY, of which the key was made, forgot every objection."""
    ContactFactory.create(email=ANNA)
    set_keys(settings, NEW)
    assert not may_start()


def test_an_empty_database_knows_no_key_and_takes_any(settings: Any) -> None:
    set_keys(settings, NEW)
    assert may_start()


def test_earlier_hashes_go_with_the_key_and_with_the_person(settings: Any) -> None:
    contact = ContactFactory.create(email=ANNA)
    rotate(settings, NEW, OLD)
    assert dict(EarlierHash.objects.values_list("address_hash", "contact")) == {keys.hashed(ANNA, OLD): contact.pk}
    rotate(settings, NEW)
    assert not EarlierHash.objects.exists()


def test_people_are_brought_along_though_their_key_is_lost(settings: Any) -> None:
    ContactFactory.create(email=ANNA)
    object_to_all(ANNA)
    rotate(settings, NEW)
    assert set(suppressed(ANNA)) == {"email", "phone", "post"}
    assert may_start()


@pytest.mark.promise("L12")
def test_a_tombstone_with_a_later_end_is_not_shortened(settings: Any) -> None:
    long = DAY.replace(year=2030)
    Tombstone.objects.create(**hashes(ANNA), erased_on=DAY, ends_on=long)
    set_keys(settings, NEW, OLD)
    Tombstone.objects.create(**hashes(ANNA), erased_on=DAY, ends_on=DAY)
    rekeying.bring_forward([ANNA])
    assert dict(Tombstone.objects.values_list("address_hash", "ends_on")) == {keyed_hash(ANNA): long}


def test_a_request_of_an_address_is_found_under_the_new_key(policy: PolicyVersion, settings: Any) -> None:
    due = {"received_on": DAY, "safe_on": DAY, "legal_on": DAY}
    Request.objects.create(kind="access", state="new", source="email", address_hash=keyed_hash(ANNA), **due)
    set_keys(settings, NEW, OLD)
    rekeying.bring_forward([ANNA])
    assert Request.objects.get().address_hash == keyed_hash(ANNA)


# Links in mails from before


def test_the_way_out_works_for_ever_though_the_key_is_changed_and_its_hash_names_none(
    policy: PolicyVersion, settings: Any
) -> None:
    """As mails had it before hashes named their keys."""
    unnamed = f"-.{keyed_hash(ANNA)[8:]}.all"
    token = Signer(key=OLD, fallback_keys=[], salt="contacts.stop").sign(unnamed)
    ContactFactory.create(email=ANNA)
    rotate(settings, NEW, OLD)
    assert unsubscribe(token).content == b"Done.\n"
    assert set(suppressed(ANNA)) == {"email"}
    set_keys(settings, NEW)
    with pytest.raises(links.InvalidLinkError):
        links.read_stop(token)


def test_a_topic_is_refused_and_a_doubt_answered_by_the_hash_of_then(settings: Any) -> None:
    contact, topic = ContactFactory.create(email=ANNA, **DOUBTED), TopicFactory.create()
    then, asked = keyed_hash(ANNA), links.asked(contact)
    rotate(settings, NEW, OLD)
    told = {"day": DAY, "at": NOON, "by": "visitor"}
    assert interests.refuse(topic.slug, public_id=None, address_hash=then, **told)
    assert contact.interests.filter(topic=topic, wanted=False).exists()
    assert address_trust.is_asked(*links.read_asked(asked))


def test_an_address_given_up_in_a_merge_is_known_under_each_key(policy: PolicyVersion, settings: Any) -> None:
    keep, other = ContactFactory.create(email=ANNA), ContactFactory.create(email=BO)
    then = hashes(BO)
    rotate(settings, NEW, OLD)
    merge(keep.pk, other.pk, [], policy=policy, at=NOON, by="test")
    assert set(MergedAddress.objects.values_list("address_hash", flat=True)) == set(known(BO))
    assert set(EarlierHash.objects.values_list("address_hash", flat=True)) == {keys.hashed(ANNA, OLD)}
    objections.record(
        **then, public_id=None, channels=[Channel.EMAIL], reason="unsubscribe", day=DAY, at=NOON, by="visitor"
    )
    assert set(suppressed(ANNA)) == {"email"}


def test_what_was_signed_under_an_earlier_secret_key_is_believed(settings: Any) -> None:
    proof = proving.begin(ANNA, "en", request=None, at=NOON)
    text, opened = proof_tokens.of(proof), links.certificate(proof.public_id)
    before, settings.SECRET_KEY = settings.SECRET_KEY, "a key of next year"
    assert not proof_tokens.read(text).genuine  # type: ignore[union-attr]
    settings.SECRET_KEY_FALLBACKS = [before]
    assert proof_tokens.read(text).genuine  # type: ignore[union-attr]
    assert links.read_certificate(opened) == proof.public_id
