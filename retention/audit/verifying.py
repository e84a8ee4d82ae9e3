"""Whether the audit trail still says what was sealed: the first entry that was changed, removed, moved or added (L20).

Seals that were kept elsewhere count more than those of the database, which somebody with its password may have made
anew. Of months that were dropped the seals are left, and follow each other.
"""

import base64
import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from contacts.models import AuditSeal, AuditStamp
from retention.audit import seals, stamps, trail
from retention.audit.seals import MARK, NOTHING, Row

type Said = dict[str, Any]

# The owner's function drops nothing younger, whatever the trail says of itself.
_YOUNGEST = dt.timedelta(days=334)
_IN_A_MAIL = re.compile(r"\bSeal (\d+)\b.*\b([0-9a-f]{64})\b")


@dataclass(frozen=True)
class Kept:
    """Seals from outside the database: whole ones, and of others the chain alone, as the mails have it."""

    whole: dict[int, Said] = field(default_factory=dict)
    chains: dict[int, str] = field(default_factory=dict)


def read(lines: Iterable[str]) -> Kept:
    """Return the seals of a file: what `seal_audit --to` wrote, segments of the journal, or mails as text."""
    kept = Kept()
    for line in lines:
        if said := _seal_of(line):
            kept.whole[said["number"]] = said
            kept.chains[said["number"]] = said["chain"]
        elif found := _IN_A_MAIL.search(line):
            kept.chains[int(found[1])] = found[2]
    return kept


def _seal_of(line: str) -> Said | None:
    """Return the seal of a line of JSON, also after the hash that it has in the journal."""
    try:
        told = json.loads(line[line.index("{") :])
    except ValueError:
        return None
    said = told.get("details", {}).get("seal", told)
    return said if {"number", "ids", "marks", "chain"} <= said.keys() else None


def faults(kept: Kept, *, whole_from: dt.datetime, at: dt.datetime, after: int = 0) -> Iterator[str]:
    """Yield what does not agree: entries first, in the order of the seals, then seals. Begin after a seal.

    Entries before `whole_from` went with a month.
    """
    for number in _numbers(kept):
        if number > after and (said := kept.whole.get(number) or _ours(number)):
            yield from _of_rows(said, whole_from)
    yield from _added(at)
    yield from _of_seals(kept, after)


def whole_from(at: dt.datetime) -> dt.datetime:
    """Return from when on no entry may be missing."""
    return min(trail.begins(), at - _YOUNGEST)


def _numbers(kept: Kept) -> range:
    """Return the numbers of all seals there are or were."""
    last = AuditSeal.objects.order_by("number").values_list("number", flat=True).last() or 0
    return range(1, max(last, *kept.chains, 0) + 1)


def _ours(number: int) -> Said | None:
    seal = AuditSeal.objects.filter(number=number).first()
    return seals.told(seal) if seal else None


def _of_seals(kept: Kept, after: int) -> Iterator[str]:
    """Yield the seals that are missing, do not follow, or are not those that were kept or stamped."""
    before = NOTHING
    for number in _numbers(kept):
        ours = AuditSeal.objects.filter(number=number).first()
        if number > after and (fault := _of_seal(number, ours, before, kept)):
            yield fault
        before = ours.chain if ours else kept.chains.get(number, "")


def _of_seal(number: int, ours: AuditSeal | None, before: str, kept: Kept) -> str:
    """Return what is wrong with a seal, or nothing."""
    if ours is None:
        return f"Seal {number} is missing."
    said = seals.told(ours)
    if kept.chains.get(number, ours.chain) != ours.chain:
        return f"Seal {number} is not the one that was kept: it was changed, or {_span(said)}."
    if ours.chain != seals.chained(before, said):
        return f"Seal {number} does not follow from the one before it: one of the two was changed."
    stamp = AuditStamp.objects.filter(seal=ours).first()
    if stamp and not stamps.is_of(bytes(stamp.answer), ours):
        return f"Seal {number} is not the one that was stamped: it was changed, or {_span(said)}."
    if stamp and not stamps.is_signed(bytes(stamp.answer), ours):
        return f"The time stamp of seal {number} is signed by nobody who is trusted (TIMESTAMP_ROOTS)."
    return ""


def _of_rows(said: Mapping[str, Any], whole_from: dt.datetime) -> Iterator[str]:
    """Yield the first entry of a seal that is not what it was."""
    if dt.datetime.fromisoformat(said["latest"]) < whole_from:
        return
    rows = _rows(said["ids"])
    if hashlib.sha256(b"".join(row.hash for row in rows)).hexdigest() == said["digest"]:
        return
    yield _first(rows, said) or f"One of {_span(said)} was changed."


def _first(rows: list[Row], said: Mapping[str, Any]) -> str:
    """Return which entry it is, as far as the marks tell."""
    marks = base64.b64decode(said["marks"])
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    ids = (each for first, last in said["ids"] for each in range(first, last + 1))
    for place, number in enumerate(ids):
        match found.get(number, []):
            case []:
                return f"Entry {number} (seal {said['number']}) was removed, or moved to another number."
            case [row] if row.hash[:MARK] == marks[place * MARK :][:MARK]:
                continue
            case [row]:
                return f"Entry {number} (seal {said['number']}) was changed. It says now: {_now(row)}."
            case _:
                return f"Entry {number} (seal {said['number']}) is there more than once."
    return ""


def _added(at: dt.datetime) -> Iterator[str]:
    """Yield the first entry that came to be among those that were sealed, where none may come any more."""
    open_still = {tuple(pair) for pair in seals.late(at)}
    closed = [pair for pair in seals.gaps([[0, 0], *seals.sealed_from()]) if tuple(pair) not in open_still]
    for row in _rows(closed):
        yield f"Entry {row.id} was added after others with greater numbers had been sealed. It says: {_now(row)}."
    with connection.cursor() as cursor:
        cursor.execute(_NOT_GIVEN_OUT)
        for row in seals.rows(cursor):
            yield f"Entry {row.id} has a number that the trail has not given out. It says: {_now(row)}."


def unsealed() -> int:
    """Return how many entries have come since the last seal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contacts_auditevent WHERE id > %(reached)s", {"reached": seals.reached()})
        return int(cursor.fetchone()[0])


_NOT_GIVEN_OUT = """
    SELECT id, at, by, code, public_id::text, rule FROM contacts_auditevent
    WHERE id > COALESCE(pg_sequence_last_value(pg_get_serial_sequence('contacts_auditevent', 'id')::regclass), 0)
    ORDER BY id"""
_ROWS = """
    SELECT id, at, by, code, public_id::text, rule
    FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) pair (first, last)
        JOIN contacts_auditevent event ON event.id BETWEEN pair.first AND pair.last
    ORDER BY id"""


def _rows(found: seals.Pairs) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, seals.bounds(found))
        return list(seals.rows(cursor))


def _span(said: Mapping[str, Any]) -> str:
    return f"entries {said['ids'][0][0]} to {said['ids'][-1][1]}"


def _now(row: Row) -> str:
    return " ".join([row.at.astimezone(dt.UTC).isoformat(), *filter(None, row.said)])
