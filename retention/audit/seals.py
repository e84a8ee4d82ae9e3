"""Seals over the audit trail: what an entry said when it was sealed stands outside, too, so that nobody bends it (L20).

Each hour the entries that have come since are sealed, in batches, each with a digest that follows from the one before
it (ADR 0069). An entry may commit after others with greater ids: a seal says which ids it has, and one that comes late
is in a later seal. Where an id is missing for longer than any transaction lasts, nothing may come any more.
"""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from contacts.base import alone, budgets
from contacts.base.budgets import IsOver
from contacts.base.limits import limits
from contacts.journal import writing
from contacts.models import AuditSeal, PolicyVersion
from contacts.words.journal import JournalAct

MOST = 10_000  # entries a seal
LATE = dt.timedelta(days=2)  # no transaction lasts so long
MARK = 4  # bytes

_LOCK = 4_711_679_061  # any number that is ours alone
NOTHING = "0" * 64

type Pairs = list[list[int]]


@dataclass(frozen=True)
class Row:
    """One entry of the trail as it is now."""

    id: int
    at: dt.datetime
    said: tuple[str | None, ...]  # by, code, public_id, rule

    @property
    def hash(self) -> bytes:
        told = [self.id, self.at.astimezone(dt.UTC).isoformat(), *self.said]
        return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).digest()


@limits(statement="15min")
def seal(*, policy: PolicyVersion, at: dt.datetime, is_over: IsOver = budgets.endless) -> int:
    """Seal what is not sealed yet, and return how many seals were set. Each is a transaction, and goes to the journal.

    Nothing is done where another worker is at it, and what is left when the time `is_over` comes next time. Raises
    BehindError where the database is older than the journal.
    """
    number = 0
    with alone.if_nobody_else(_LOCK) as ours:
        while ours and not is_over() and (rows := _unsealed(policy, at)):
            _set(rows, at)
            number += 1
    return number


def _set(rows: list[Row], at: dt.datetime) -> None:
    before = AuditSeal.objects.last()
    hashes = [row.hash for row in rows]
    made = AuditSeal(
        number=before.number + 1 if before else 1,
        at=at,
        entries=len(rows),
        ids=pairs(row.id for row in rows),
        marks=b"".join(each[:MARK] for each in hashes),
        digest=hashlib.sha256(b"".join(hashes)).hexdigest(),
        latest=max(row.at for row in rows),
    )
    made.chain = chained(before.chain if before else NOTHING, told(made))
    with transaction.atomic():
        made.save(force_insert=True)
        writing.write(JournalAct.AUDIT_SEALED, at=at, seal=told(made) | {"chain": made.chain})


def told(seal: AuditSeal) -> dict[str, Any]:
    """Return what a seal says, as it stands in the journal and in files, without the chain."""
    return {
        "number": seal.number,
        "at": seal.at.astimezone(dt.UTC).isoformat(),
        "entries": seal.entries,
        "ids": seal.ids,
        "marks": base64.b64encode(bytes(seal.marks)).decode(),
        "digest": seal.digest,
        "latest": seal.latest.astimezone(dt.UTC).isoformat(),
    }


def as_line(seal: AuditSeal) -> str:
    """Return a seal as a line of JSON, to be kept elsewhere."""
    return json.dumps(told(seal) | {"chain": seal.chain}, sort_keys=True) + "\n"


def chained(before: str, said: Mapping[str, Any]) -> str:
    """Return the digest that follows from the one before it, for what a seal says."""
    return hashlib.sha256((before + json.dumps(said, sort_keys=True)).encode()).hexdigest()


def restore(said: Mapping[str, Any]) -> None:
    """Put a seal of the journal back that a backup does not know of: its entries are lost, and later ones follow it."""
    fields = {name: said[name] for name in ("number", "entries", "ids", "digest", "chain")}
    moments = {name: dt.datetime.fromisoformat(said[name]) for name in ("at", "latest")}
    marks = base64.b64decode(said["marks"])
    AuditSeal.objects.get_or_create(number=said["number"], defaults={**fields, **moments, "marks": marks})


def pairs(ids: Iterable[int]) -> Pairs:
    """Return ids in their order as pairs of a first and a last one."""
    found: Pairs = []
    for each in ids:
        if found and found[-1][1] == each - 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    return found


def gaps(sealed: Pairs) -> Pairs:
    """Return which ids between the first and the last of these none of them has."""
    found: Pairs = []
    reached = min((first for first, _ in sealed), default=0) - 1
    for first, last in sorted(sealed):
        if first > reached + 1:
            found.append([reached + 1, first - 1])
        reached = max(reached, last)
    return found


def sealed_from(first: int = 0) -> Pairs:
    """Return the ids of the seals that reach to this one, and beyond."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED_FROM, {"first": first})
        return [pair for (ids,) in cursor.fetchall() for pair in json.loads(ids)]


def late(at: dt.datetime) -> Pairs:
    """Return where an entry may still come: the gaps after what was sealed as long ago as no transaction lasts."""
    settled = reached(by=at - LATE)
    found = gaps([[settled, settled], *sealed_from(settled)])
    return [[first, last] for first, last in found if first > settled]


def reached(by: dt.datetime | None = None) -> int:
    """Return the greatest id that is sealed, or was by a moment."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, {"by": by})
        return int(cursor.fetchone()[0])


_SEALED_FROM = """
    SELECT ids::text FROM contacts_auditseal WHERE (ids -> -1 -> 1)::bigint >= %(first)s ORDER BY number"""
_REACHED = """
    SELECT COALESCE(max((ids -> -1 -> 1)::bigint), 0) FROM contacts_auditseal
    WHERE %(by)s::timestamptz IS NULL OR at <= %(by)s::timestamptz"""

# What came late is in a gap. An id beyond those that the table has given out is nobody's yet.
_UNSEALED = """
    WITH given AS (
        SELECT pg_sequence_last_value(pg_get_serial_sequence('contacts_auditevent', 'id')::regclass) AS last
    ), open AS (
        (
            SELECT event.* FROM contacts_auditevent event
            WHERE id > %(reached)s AND id <= (SELECT last FROM given) ORDER BY id LIMIT %(most)s
        )
        UNION ALL
        SELECT event.* FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) gap (first, last)
            JOIN contacts_auditevent event ON event.id BETWEEN gap.first AND gap.last
    ), dated AS (
        SELECT open.*, date_trunc('month', at, %(zone)s) AS month FROM open ORDER BY id LIMIT %(most)s
    )
    SELECT id, at, by, code, public_id::text, rule FROM dated
    WHERE month = (SELECT month FROM dated ORDER BY id LIMIT 1) ORDER BY id"""


def _unsealed(policy: PolicyVersion, at: dt.datetime) -> list[Row]:
    """Return the next entries that are not sealed, of one month."""
    values: dict[str, Any] = {"reached": reached(), "zone": policy.time_zone, "most": MOST, **bounds(late(at))}
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, values)
        return list(rows(cursor))


def bounds(found: Pairs) -> dict[str, list[int]]:
    """Return pairs as a statement takes them."""
    return {"firsts": [first for first, _ in found], "lasts": [last for _, last in found]}


def rows(cursor: Any) -> Iterator[Row]:
    return (Row(number, at, tuple(said)) for number, at, *said in cursor)
