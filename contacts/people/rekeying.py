"""Bring what was written under earlier keys to the first one, for addresses that are known (ADR 0057).

Statements compare hashes of one key. So an address that comes in, by whatever door, first has all that is kept of it
hashed anew; whoever is held is under the first key always, which the start sees to. Of an address that nobody knows any
more a hash stays as it is, and keeps its key.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import batched

from django.apps import apps
from django.db import connection, transaction
from psycopg2 import sql

from contacts.models import Contact, EarlierHash
from contacts.words import addresses, keys

BATCH = 5_000

_SAID = sql.SQL("""
    unnest(%(old)s::text[], %(old_box)s::text[], %(new)s::text[], %(new_box)s::text[])
        said(old, old_box, new, new_box)""")

_CONTACTS = sql.SQL("""
    UPDATE contacts_contact stored SET address_hash = said.new, mailbox_hash = said.new_box
    FROM {said} WHERE stored.address_hash = said.old""")

# Those of the mailbox, too: under the first key, they hold for this address as they did under the earlier one (L16).
_SUPPRESSIONS = sql.SQL("""
    INSERT INTO contacts_suppression AS stored (address_hash, mailbox_hash, channel, reason, since)
    SELECT DISTINCT ON (said.new, was.channel) said.new, said.new_box, was.channel, was.reason, was.since
    FROM {said} JOIN contacts_suppression was ON was.address_hash = said.old OR was.mailbox_hash = said.old_box
    ORDER BY said.new, was.channel, was.since
    ON CONFLICT (address_hash, channel) DO UPDATE SET
        since = LEAST(stored.since, EXCLUDED.since), mailbox_hash = EXCLUDED.mailbox_hash
    WHERE stored.since > EXCLUDED.since OR stored.mailbox_hash <> EXCLUDED.mailbox_hash""")

_TOMBSTONES = sql.SQL("""
    INSERT INTO contacts_tombstone AS stored (address_hash, mailbox_hash, erased_on, ends_on, residue)
    SELECT DISTINCT ON (said.new) said.new, said.new_box, was.erased_on, was.ends_on, was.residue
    FROM {said} JOIN contacts_tombstone was ON was.address_hash = said.old OR was.mailbox_hash = said.old_box
    ORDER BY said.new, was.ends_on DESC
    ON CONFLICT (address_hash) DO UPDATE SET
        mailbox_hash = EXCLUDED.mailbox_hash, erased_on = EXCLUDED.erased_on, ends_on = EXCLUDED.ends_on,
        residue = EXCLUDED.residue
    WHERE stored.ends_on < EXCLUDED.ends_on""")

# The earlier hash stays: a link of then still leads to whoever gave the address up.
_GIVEN_UP = sql.SQL("""
    INSERT INTO contacts_mergedaddress (contact_id, address_hash, mailbox_hash)
    SELECT DISTINCT was.contact_id, said.new, said.new_box
    FROM {said} JOIN contacts_mergedaddress was ON was.address_hash = said.old OR was.mailbox_hash = said.old_box
    ORDER BY said.new, was.contact_id
    ON CONFLICT (address_hash, contact_id) DO NOTHING""")

_NOTED = sql.SQL("""
    INSERT INTO contacts_earlierhash (contact_id, address_hash, mailbox_hash)
    SELECT contact.id, said.old, said.old_box
    FROM {said} JOIN contacts_contact contact ON contact.address_hash = said.new
    ORDER BY said.old, contact.id
    ON CONFLICT (address_hash, contact_id) DO NOTHING""")

_WITHOUT_MAILBOX = sql.SQL(
    "UPDATE {table} stored SET address_hash = said.new FROM {said} WHERE address_hash = said.old"
)
_BROUGHT = sql.SQL("DELETE FROM {table} was USING {said} WHERE was.address_hash = said.old")

# The least hash of each key in turn, by the index, however many there are.
_NAMED = sql.SQL("""
    WITH RECURSIVE named(key) AS (
        SELECT left(min(address_hash), {length}) FROM {table} WHERE address_hash <> ''
        UNION ALL
        SELECT (SELECT left(min(address_hash), {length}) FROM {table} WHERE address_hash > named.key || 'g')
        FROM named WHERE named.key IS NOT NULL
    )
    SELECT key, (SELECT count(*) FROM {table} WHERE address_hash >= named.key AND address_hash < named.key || 'g')
    FROM named WHERE key IS NOT NULL AND NOT key = ANY(%(apart)s)""")


def bring_forward(known: Iterable[str]) -> None:
    """Hash all that is kept of these normalised addresses under the first key. Nothing is to do while there is one."""
    if keys.earlier():
        for batch in batched(known, BATCH, strict=False):
            _write(_earlier(batch))


def rekey() -> int:
    """Hash the address of everybody who is held under the first key, and return how many they are.

    Each batch is a transaction; what a run has done that was broken off stays done. What is kept of them is found by
    the hash that they had, so that this works where its key is lost.
    """
    people = Contact.objects.filter(email__isnull=False).order_by("pk")
    number, after = 0, 0
    while batch := list(people.filter(pk__gt=after).values_list("pk", "email", "address_hash", "mailbox_hash")[:BATCH]):
        had = {(str(old), str(box)): str(email) for _, email, old, box in batch if not _is_first(str(old))}
        _write(had | _earlier([str(email) for _, email, _, _ in batch]))
        number, after = number + len(batch), batch[-1][0]
    _forget_dropped()
    return number


def readdress(contact: Contact, address: str) -> None:
    """Have the earlier hashes of a contact be those of the address that it has now."""
    EarlierHash.objects.filter(contact=contact).delete()
    bring_forward([address])


def named(apart: Iterable[str] = ()) -> dict[str, dict[str, int]]:
    """Return how many hashes each key has made, by its fingerprint and by table; `apart` are not counted."""
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        for table in tables():
            statement = _NAMED.format(table=sql.Identifier(table), length=sql.Literal(keys.LENGTH))
            cursor.execute(statement, {"apart": list(apart)})
            for key, number in cursor.fetchall():
                found.setdefault(key, {})[table] = number
    return found


@cache
def tables() -> tuple[str, ...]:
    """Return the tables with hashes that have to be found; earlier ones serve links alone, which need the key too."""
    return tuple(sorted(table for table in _hashed() if table != EarlierHash._meta.db_table))


def _earlier(known: Iterable[str]) -> dict[tuple[str, str], str]:
    return {pair: address for address in known for pair in addresses.earlier(address).items()}


def _is_first(hashed: str) -> bool:
    return keys.of(hashed) == keys.fingerprint(keys.first())


@transaction.atomic
def _write(had: Mapping[tuple[str, str], str]) -> None:
    """Write what follows from hashes of addresses and their mailboxes, each with the address that it is of."""
    said: dict[str, list[str]] = {name: [] for name in ("old", "old_box", "new", "new_box")}
    for (old, box), address in sorted(had.items()):
        for name, value in zip(said, (old, box, *addresses.hashes(address).values()), strict=True):
            said[name].append(value)
    with connection.cursor() as cursor:
        for statement in _statements():
            cursor.execute(statement, said)


@cache
def _statements() -> tuple[sql.Composed, ...]:
    alone = [table for table, has_mailbox in _hashed().items() if not has_mailbox]
    return (
        _CONTACTS.format(said=_SAID),
        _SUPPRESSIONS.format(said=_SAID),
        _TOMBSTONES.format(said=_SAID),
        *(_BROUGHT.format(table=sql.Identifier(table), said=_SAID) for table in _MOVED),
        _GIVEN_UP.format(said=_SAID),
        _NOTED.format(said=_SAID),
        *(_WITHOUT_MAILBOX.format(table=sql.Identifier(table), said=_SAID) for table in alone),
    )


_MOVED = ("contacts_suppression", "contacts_tombstone")


def _hashed() -> dict[str, bool]:
    """Return every table that has the hash of an address, and whether it has that of the mailbox, too."""
    found: dict[str, bool] = {}
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        if "address_hash" in names:
            found[model._meta.db_table] = "mailbox_hash" in names
    return found


def _forget_dropped() -> None:
    """Delete earlier hashes whose key is not tried any more: no link leads to them."""
    stale = EarlierHash.objects.all()
    for key in keys.earlier():
        stale = stale.exclude(address_hash__startswith=keys.fingerprint(key))
    stale.delete()
