"""An objection to marketing, on all channels or some: kept for an address as a keyed hash, whoever is held (P12).

It outlives the person. Nothing lifts it but a consent that the person gives twice (`contacts.permission.consents`).
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from psycopg2 import sql

from contacts.base import audit, merge_redirects
from contacts.models import Contact, MergedAddress
from contacts.outbox import counts, notices
from contacts.people import consent_records
from contacts.words.vocabulary import Channel, ConsentMethod, NoticeKind

# The earliest day stays, and what says the same already is not written again. In key order, as two at once need it.
_SUPPRESS = """
    INSERT INTO contacts_suppression AS stored (address_hash, channel, reason, since)
    SELECT address_hash, channel, %(reason)s, %(day)s
    FROM unnest(%(hashes)s::text[]) address_hash CROSS JOIN unnest(%(channels)s::text[]) channel
    ORDER BY address_hash, channel
    ON CONFLICT (address_hash, channel) DO UPDATE SET since = EXCLUDED.since WHERE stored.since > EXCLUDED.since"""

_SAID = sql.SQL("""
    SELECT contact_id, channel, %(day)s::date AS said_on, %(reason)s AS source
    FROM unnest(%(people)s::bigint[]) contact_id CROSS JOIN unnest(%(channels)s::text[]) channel""")

# How it was heard, by the beginning of who noted it.
_METHODS = {
    "visitor": ConsentMethod.ONLINE,
    "user:": ConsentMethod.STAFF,
    "operator": ConsentMethod.STAFF,
    "provider:": ConsentMethod.PROVIDER,
}


@transaction.atomic
def record(
    address_hash: str,
    *,
    public_id: uuid.UUID | None,
    channels: Collection[Channel],
    reason: str,
    day: dt.date,
    at: dt.datetime,
    by: str,
) -> list[int]:
    """Write down that an address objects to marketing on these channels; return the keys of the contacts concerned.

    Those are whoever has the address now or gave it up when their records were merged, and whoever had it when it was
    written to, which `public_id` tells: all addresses that are known of them are suppressed. `reason` says how it was
    heard, without a name. It ends their consents on these channels, which stay in the ledger of each.
    Whoever was given their data is owed a notice. Said again, it changes nothing. The contacts stay locked until the
    end of the transaction.
    """
    people = _lock(address_hash, public_id)
    ids = [person.pk for person in people]
    given_up = MergedAddress.objects.filter(contact__in=ids).values_list("address_hash", flat=True)
    hashes = {*filter(None, [address_hash, *(person.address_hash for person in people)]), *given_up}
    told = [channel.value for channel in Channel if channel in channels]
    values = {"reason": reason, "day": day, "at": at, "hashes": list(hashes), "people": ids, "channels": told}
    if _write(_SUPPRESS, values) + _write(consent_records.noted(_SAID, method(by)), values):
        notices.enqueue(NoticeKind.OBJECTED, ids, details=told, at=at)
        _trace(people, told, at, by)
        counts.objected(ids, at=at)
    return ids


def _lock(address_hash: str, public_id: uuid.UUID | None) -> list[Contact]:
    heirs = _heirs(address_hash)
    concerned = Q(address_hash=address_hash) | Q(public_id=public_id) | Q(pk__in=heirs)
    found = Contact.objects.whole().filter(concerned).order_by("pk")
    people = list(found.select_for_update().only("public_id", "address_hash"))
    # Only now, since a merge may have been what the lock waited for.
    if _heirs(address_hash) != heirs:
        return _lock(address_hash, public_id)
    if public_id is None or any(person.public_id == public_id for person in people):
        return people
    holder = merge_redirects.holder(public_id)
    return people if holder == public_id else _lock(address_hash, holder)


def _heirs(address_hash: str) -> set[int]:
    """Return the keys of those who gave this address up when two records of theirs were merged."""
    return set(MergedAddress.objects.filter(address_hash=address_hash).values_list("contact", flat=True))


def method(by: str) -> ConsentMethod:
    """Return how something was heard, by who noted it."""
    return next((how for who, how in _METHODS.items() if by.startswith(who)), ConsentMethod.NOT_KNOWN)


def _write(statement: str | sql.Composable, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _trace(people: Collection[Contact], channels: list[str], at: dt.datetime, by: str) -> None:
    known: list[uuid.UUID | None] = [person.public_id for person in people]
    for public_id in known or [None]:
        audit.record("objection.recorded", at=at, by=by, public_id=public_id, rule=",".join(channels))
