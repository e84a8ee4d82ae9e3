"""An objection to marketing, on all channels or some: kept for an address as a keyed hash, whoever is held (P12).

It outlives the person. Nothing lifts it but a consent that the person gives twice (`contacts.permission.consents`).
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, NamedTuple, NotRequired, TypedDict, Unpack

from django.db import connection, transaction
from django.db.models import Q
from psycopg2 import sql

from contacts.base import audit, merge_redirects
from contacts.journal import writing
from contacts.models import Contact, EarlierHash, MergedAddress
from contacts.outbox import counts, notices
from contacts.people import consent_records, suppressions
from contacts.people.suppressions import Hashes
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import Channel, ConsentMethod, NoticeKind, PermissionState

_SAID = sql.SQL("SELECT channel, %(reason)s AS reason, %(day)s AS since FROM unnest(%(channels)s::text[]) channel")

_OF_PEOPLE = sql.SQL("""
    SELECT contact_id, channel, %(day)s::date AS said_on, %(reason)s AS source
    FROM unnest(%(people)s::bigint[]) contact_id CROSS JOIN unnest(%(channels)s::text[]) channel""")

REPLAY = "replay:"

# How it was heard, by the beginning of who noted it.
_METHODS = {
    "visitor": ConsentMethod.ONLINE,
    "user:": ConsentMethod.STAFF,
    "operator": ConsentMethod.STAFF,
    "provider:": ConsentMethod.PROVIDER,
}


class Said(TypedDict):
    """What is known of an objection beside its address. `reason` says how it was heard, without a name.

    `mailbox_hash` is that of the address's mailbox, where it is known, and `public_id` names who was written to under
    the address, if anybody.
    """

    mailbox_hash: NotRequired[str]
    public_id: uuid.UUID | None
    channels: Collection[Channel]
    reason: str


class Recorded(NamedTuple):
    """What an objection came to: the keys of the contacts concerned, and the channels that were open until then."""

    people: list[int]
    stopped: list[Channel]


@transaction.atomic
def record(address_hash: str, *, day: dt.date, at: dt.datetime, by: str, **said: Unpack[Said]) -> Recorded:
    """Write down that an address objects to marketing on these channels; return whom it concerns, and what it stopped.

    It concerns whoever has an address of its mailbox now or gave one up when their records were merged, and whoever had
    it when it was written to, which `public_id` tells: all addresses that are known of them are suppressed. Where
    nobody knows the mailbox, the address counts as one without a tag (L16). It ends their consents on these channels,
    which stay in the ledger of each. Whoever was given their data is owed a notice. Said again, it changes nothing. The
    contacts stay locked until the end of the transaction.
    """
    heard = {address_hash: said.get("mailbox_hash") or suppressions.mailbox_of(address_hash)} if address_hash else {}
    people = _lock(heard, said["public_id"])
    ids = [person.pk for person in people]
    hashes = heard | suppressions.hashes_of([*people, *MergedAddress.objects.filter(contact__in=ids)])
    told = [channel.value for channel in Channel if channel in said["channels"]]
    before = suppressions.channels(hashes)
    how = method(by)
    values: dict[str, Any] = {"reason": said["reason"], "day": day, "at": at, "channels": told}
    if suppressions.add(hashes, _SAID, **values) + _note(values | {"people": ids}, how):
        _journal(people, hashes, channels=told, at=at, day=day.isoformat(), reason=said["reason"], how=how)
        notices.enqueue(NoticeKind.OBJECTED, ids, details=told, at=at)
        _trace(people, told, at, by)
        counts.objected(ids, at=at)
    return Recorded(ids, [Channel(channel) for channel in told if channel not in before])


def take_back(
    contact: Contact, channels: Collection[Channel], *, reason: str, day: dt.date, at: dt.datetime, by: str
) -> None:
    """Open these channels again that an objection stopped, as its person says that it was not they.

    `channels` are those that `record` said it had stopped: what the person had stopped themselves stays so. Of their
    rows, those count that were heard on that day for that reason. Consents that it ended stay ended, and the ledger has
    what was said. Call it under the lock on the contact.
    """
    heard = contact.permissions.filter(state=PermissionState.OBJECTED, source=reason, given_on=day)
    heard.filter(channel__in=channels).delete()
    suppressions.of_people(contact).filter(channel__in=channels, reason=reason, since=day).delete()
    audit.record("objection.taken_back", at=at, by=by, public_id=contact.public_id, rule=",".join(sorted(channels)))
    told: dict[str, Any] = {"channels": sorted(channels), "day": day.isoformat(), "reason": reason}
    writing.write(JournalAct.REOPENED, [contact.public_id], at=at, **told)


def _lock(heard: Hashes, public_id: uuid.UUID | None) -> list[Contact]:
    heirs = _heirs(heard)
    concerned = suppressions.under(heard) | Q(public_id=public_id) | Q(pk__in=heirs)
    found = Contact.objects.whole().filter(concerned).order_by("pk")
    people = list(found.select_for_update().only("public_id", "address_hash", "mailbox_hash"))
    # Only now, since a merge may have been what the lock waited for.
    if _heirs(heard) != heirs:
        return _lock(heard, public_id)
    if public_id is None or any(person.public_id == public_id for person in people):
        return people
    holder = merge_redirects.holder(public_id)
    return people if holder == public_id else _lock(heard, holder)


def _heirs(heard: Hashes) -> set[int]:
    """Return the keys of those who gave this address up when two records of theirs were merged, or have it still, and
    are known under another key by now.
    """
    found = (model.objects.filter(suppressions.under(heard)) for model in (MergedAddress, EarlierHash))
    return {contact for rows in found for contact in rows.values_list("contact", flat=True)}


def method(by: str) -> ConsentMethod:
    """Return how something was heard, by who noted it; a replay of the journal names that itself."""
    if by.startswith(REPLAY):
        return ConsentMethod(by.removeprefix(REPLAY))
    return next((how for who, how in _METHODS.items() if by.startswith(who)), ConsentMethod.NOT_KNOWN)


def _note(values: dict[str, Any], how: ConsentMethod) -> int:
    with connection.cursor() as cursor:
        cursor.execute(consent_records.noted(_OF_PEOPLE, how), values)
        return int(cursor.rowcount)


def _journal(people: Collection[Contact], hashes: Hashes, *, at: dt.datetime, **heard: Any) -> None:
    writing.write(JournalAct.OBJECTED, [person.public_id for person in people], hashes=hashes, at=at, **heard)


def _trace(people: Collection[Contact], channels: list[str], at: dt.datetime, by: str) -> None:
    known: list[uuid.UUID | None] = [person.public_id for person in people]
    for public_id in known or [None]:
        audit.record("objection.recorded", at=at, by=by, public_id=public_id, rule=",".join(channels))
