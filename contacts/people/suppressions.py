"""Whom an objection holds for when it outlives the person: the address that it was made under, and its whole mailbox.

A mailbox is one person's, whatever tag the address has (P12, L16). Both hashes are asked for: of an address that nobody
is held under any more, the mailbox may not be known.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from psycopg2 import sql

from contacts.journal import writing
from contacts.models import Contact, EarlierHash, MergedAddress, Suppression
from contacts.words.addresses import known
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import Channel, ConsentMethod

type Hashes = Mapping[str, str]  # keyed hash of an address → that of its mailbox

# Between the names of two tables that have both hashes, in statements of our own.
SAME_MAILBOX = sql.SQL("({one}.address_hash = {other}.address_hash OR {one}.mailbox_hash = {other}.mailbox_hash)")

# The earliest day stays, and what says the same already is not written again. In key order, as two at once need it.
_ADD = sql.SQL("""
    INSERT INTO contacts_suppression AS stored (address_hash, mailbox_hash, channel, reason, since)
    SELECT address_hash, mailbox_hash, said.channel, said.reason, said.since
    FROM unnest(%(addresses)s::text[], %(mailboxes)s::text[]) known (address_hash, mailbox_hash)
    CROSS JOIN ({said}) said
    ORDER BY address_hash, said.channel
    ON CONFLICT (address_hash, channel) DO UPDATE SET
        since = LEAST(stored.since, EXCLUDED.since),
        mailbox_hash = CASE WHEN {learnt} THEN EXCLUDED.mailbox_hash ELSE stored.mailbox_hash END
    WHERE stored.since > EXCLUDED.since OR {learnt}""")

# Of an address that has a tag, the mailbox is learnt where only a hash had been known so far.
_LEARNT = sql.SQL("(stored.mailbox_hash = stored.address_hash AND EXCLUDED.mailbox_hash <> EXCLUDED.address_hash)")


def of_address(address: str) -> QuerySet[Suppression]:
    """Return what holds for a normalised address."""
    return Suppression.objects.filter(under(known(address)))


def channels(hashes: Hashes) -> set[str]:
    """Return the channels on which one of these addresses or mailboxes has objected."""
    return set(Suppression.objects.filter(under(hashes)).values_list("channel", flat=True))


def of_people(*people: Contact) -> QuerySet[Suppression]:
    """Return what holds for the addresses of these people."""
    earlier = EarlierHash.objects.filter(contact__in=people)
    return Suppression.objects.filter(under(hashes_of([*people, *earlier])))


def hashes_of(people: Iterable[Contact | EarlierHash | MergedAddress]) -> dict[str, str]:
    """Return the hashes of those who have an address."""
    return {str(each.address_hash): str(each.mailbox_hash) for each in people if each.address_hash}


def mailbox_of(address_hash: str) -> str:
    """Return the hash of the mailbox of an address, as far as anything on record tells it; else the address's own."""
    people, given_up, stored = (
        model._base_manager.filter(address_hash=address_hash).exclude(mailbox_hash=address_hash).order_by()
        for model in (Contact, MergedAddress, Suppression)
    )
    told = people.values_list("mailbox_hash").union(
        given_up.values_list("mailbox_hash"), stored.values_list("mailbox_hash")
    )
    return str(next(iter(told), (address_hash,))[0])


def under(hashes: Hashes) -> Q:
    """Tell of contacts, suppressions and addresses given up whether they are of one of these addresses or mailboxes."""
    return Q(address_hash__in=list(hashes)) | Q(mailbox_hash__in=list(hashes.values()))


def holds(channel: Channel) -> Q:
    """Tell of contacts whether their address or its mailbox objected on a channel."""
    found = Suppression.objects.filter(channel=channel)
    # Two questions, each with an index and a hash table of its own: PostgreSQL has neither for an OR within one.
    # Without a tag, both hashes are one, and the first answers for both.
    by_mailbox = Exists(found.filter(mailbox_hash=OuterRef("mailbox_hash")))
    by_address = Exists(found.filter(address_hash=OuterRef("address_hash")))
    return Q(by_mailbox) | (~Q(mailbox_hash=F("address_hash")) & Q(by_address))


def carry(hashes: Hashes, said: sql.Composable, *people: Contact, at: dt.datetime, **values: Any) -> None:
    """Suppress addresses by what holds for others of the same people, and have the journal know of it (L11)."""
    if not add(hashes, said, at=at, **values):
        return
    told: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for each in Suppression.objects.filter(address_hash__in=list(hashes)):
        told[each.since, each.reason].add(each.channel)
    for (since, reason), about in told.items():
        heard: dict[str, Any] = {
            "channels": sorted(about),
            "day": since.isoformat(),
            "reason": reason,
            "how": ConsentMethod.ADDRESS,
        }
        writing.write(JournalAct.OBJECTED, [each.public_id for each in people], hashes=hashes, at=at, **heard)


def add(hashes: Hashes, said: sql.Composable, **values: Any) -> int:
    """Suppress these addresses, and return how many suppressions are new or earlier than before.

    `said` is a query for channel, reason and since, each channel once; `values` are those that it names.
    """
    named = {"addresses": list(hashes), "mailboxes": list(hashes.values()), **values}
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(said=said, learnt=_LEARNT), named)
        return int(cursor.rowcount)
