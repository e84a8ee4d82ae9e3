"""What was hashed before hashes named their keys, under whichever keys there had been: every objection is found."""

import datetime as dt
from importlib import import_module
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contacts.models import Contact, MergedAddress, Suppression, Tombstone
from contacts.people import rekeying, suppressions, tombstones
from contacts.words.addresses import every_hash, hashes, keyed_hash, known, mailbox_hash
from dsr.models import Request
from tests.support.examples import examples
from tests.support.factories import NOON, ContactFactory
from tests.support.objecting import suppressed
from tests.support.rotating import may_start, rotate, set_keys

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

ANNA, BO = "anna@fjordkraft.example", "bo@fjordkraft.example"
OLDEST, OLD, NEW = "the oldest key", "the old key", "the new key"
DAY = NOON.date()
TABLES = ("contacts_contact", "contacts_suppression", "contacts_tombstone", "contacts_mergedaddress")


def unname() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"UPDATE {table} SET address_hash = right(address_hash, 64), mailbox_hash = right(mailbox_hash, 64)"  # noqa: S608
            )
        cursor.execute("UPDATE dsr_request SET address_hash = right(address_hash, 64)")


def migrate() -> None:
    with connection.schema_editor() as editor:
        for app in ("contacts", "dsr"):
            import_module(f"{app}.migrations.0038_hashes_name_their_keys").write(apps, editor)


def hash_of(contact: Contact) -> str:
    return str(Contact.objects.get(pk=contact.pk).address_hash)


def held(settings: Any, key: str, email: str) -> Contact:
    set_keys(settings, key)
    contact: Contact = ContactFactory.create(email=email)
    return contact


def object_under(settings: Any, key: str, email: str) -> None:
    set_keys(settings, key)
    Suppression.objects.create(**hashes(email), channel="email", since=DAY)


def erase_under(settings: Any, key: str, email: str) -> None:
    set_keys(settings, key)
    Tombstone.objects.create(**hashes(email), erased_on=DAY, ends_on=DAY + dt.timedelta(days=99))


def test_what_is_stored_is_named_by_the_key_that_hashes_who_is_held(settings: Any) -> None:
    contact = held(settings, OLD, ANNA)
    object_under(settings, OLD, BO)
    unname()
    set_keys(settings, NEW, OLD)
    migrate()
    set_keys(settings, OLD)
    assert hash_of(contact) == keyed_hash(ANNA)
    assert set(suppressed(BO)) == {"email"}


def test_the_migration_stops_where_none_of_the_keys_is_that_of_a_person(settings: Any) -> None:
    contact = held(settings, OLD, ANNA)
    held(settings, NEW, BO)
    unname()
    before = hash_of(contact)
    with pytest.raises(CommandError, match="The addresses of 1 people are hashed under none of SUPPRESSION_KEYS"):
        migrate()
    assert hash_of(contact) == before


def test_each_person_is_named_by_their_own_key_and_what_is_kept_of_them_by_its_own(settings: Any) -> None:
    """*Found*: all were named by the first key that anybody matched, and those of an older one were lost for good."""
    first, second = held(settings, OLDEST, ANNA), held(settings, OLD, BO)
    object_under(settings, OLD, ANNA)
    object_under(settings, OLDEST, "bo+list@fjordkraft.example")
    unname()
    set_keys(settings, OLD, OLDEST)
    migrate()
    assert (hash_of(first), hash_of(second)) == (known(ANNA).popitem()[0], keyed_hash(BO))
    assert sorted(Suppression.objects.values_list("address_hash", flat=True)) == sorted(
        [keyed_hash(ANNA), every_hash("bo+list@fjordkraft.example")[1]]
    )


def test_what_nobody_has_is_there_under_each_key_and_a_request_under_the_last(settings: Any) -> None:
    merged = held(settings, OLD, ANNA)
    object_under(settings, OLDEST, BO)
    erase_under(settings, OLD, BO)
    MergedAddress.objects.create(contact=merged, **hashes(BO))
    due = {"received_on": DAY, "safe_on": DAY, "legal_on": DAY}
    for email in (ANNA, BO):
        Request.objects.create(kind="access", state="new", source="email", address_hash=keyed_hash(email), **due)
    unname()
    set_keys(settings, OLD, OLDEST)
    migrate()
    for model in (Suppression, Tombstone, MergedAddress):
        assert model.objects.count() == 2  # type: ignore[attr-defined]
        assert model.objects.filter(address_hash__in=every_hash(BO)).count() == 1  # type: ignore[attr-defined]
    asked = Request.objects.order_by("pk").values_list("address_hash", flat=True)
    assert (asked[0], asked[1][:8]) == (keyed_hash(ANNA), every_hash(BO)[1][:8])


def test_a_mailbox_that_was_hashed_later_under_another_key_than_its_address_is_put_right(settings: Any) -> None:
    """Mailboxes came after addresses, and were hashed under the key of that day."""
    tagged = "anna+a@fjordkraft.example"
    contact = held(settings, OLDEST, tagged)
    object_under(settings, OLDEST, tagged)
    object_under(settings, OLDEST, "bo+a@fjordkraft.example")
    set_keys(settings, OLD)
    Contact.objects.update(mailbox_hash=mailbox_hash(ANNA))
    Suppression.objects.filter(address_hash=contact.address_hash).update(mailbox_hash=mailbox_hash(ANNA))
    Suppression.objects.exclude(address_hash=contact.address_hash).update(mailbox_hash=mailbox_hash(BO))
    unname()
    set_keys(settings, NEW, OLD, OLDEST)
    migrate()
    set_keys(settings, OLDEST)
    assert Contact.objects.filter(**hashes(tagged)).exists()
    assert Suppression.objects.filter(**hashes(tagged)).exists()
    set_keys(settings, NEW, OLD, OLDEST)
    for address in (BO, "bo+a@fjordkraft.example", "bo+b@fjordkraft.example"):
        assert suppressions.of_address(address).exists()


class Said(NamedTuple):
    """Under which key a person is held, objected and was erased; none where they are or did not."""

    held: str | None
    objected: str | None
    erased: str | None
    tag: str


KEYS = st.none() | st.sampled_from([OLDEST, OLD])
PEOPLE = st.lists(st.builds(Said, KEYS, KEYS, KEYS, st.sampled_from(["", "+a"])), min_size=1, max_size=6)


@pytest.mark.promise("L12")
@given(people=PEOPLE, order=st.permutations([OLDEST, OLD, NEW]))
@example(people=[Said(OLD, None, None, ""), Said(None, OLDEST, OLDEST, "+a")], order=[NEW, OLD, OLDEST])
@example(people=[Said(OLDEST, OLD, OLD, "+a"), Said(OLD, OLDEST, OLDEST, "")], order=[NEW, OLD, OLDEST])
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_however_rows_were_split_between_two_keys_every_objection_and_every_erasure_is_found(
    settings: Any, people: list[Said], order: list[str]
) -> None:
    with transaction.atomic():
        for number, said in enumerate(people):
            tagged = f"p{number}{said.tag}@fjordkraft.example"
            for write, key in ((held, said.held), (object_under, said.objected), (erase_under, said.erased)):
                if key:
                    write(settings, key, tagged)
        unname()
        set_keys(settings, *order)
        migrate()
        rotate(settings, *order)
        assert may_start()
        for number, said in enumerate(people):
            for tag in (said.tag, "", "+other"):
                address = f"p{number}{tag}@fjordkraft.example"
                assert suppressions.of_address(address).exists() == bool(said.objected)
                assert bool(tombstones.standing(known(address), day=DAY)) == bool(said.erased)
            rekeying.bring_forward([f"p{number}{said.tag}@fjordkraft.example"])
            assert bool(suppressed(f"p{number}{said.tag}@fjordkraft.example")) == bool(said.objected)
        transaction.set_rollback(True)
