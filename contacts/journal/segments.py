"""The journal's text: segments of lines, each with the SHA-256 of everything before it and itself.

A segment is named by the number of its first line and can be read without us: a hash, a blank, and an object of JSON.

    9f86d0… {"after": "60303a…", "first": 101, "journal": 1}
    2c26b4… {"act": "objected", "at": "2026-11-30T14:00:00+00:00", "number": 101, …}
    fcde2b… {"lines": 1, "sealed": "2026-12-01T02:00:00+00:00"}

The hash of the last line is that of the whole segment; the next one begins with it (`after`). What follows the first
line that does not match was torn by a crash, or changed, and counts as not there.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contacts.journal.stores import JournalError, Store
from contacts.models import JournalLine

FORMAT = 1

type Entry = dict[str, Any]


class GoneError(JournalError):
    """The journal lacks a line that came after one of ours; the message says which."""


@dataclass
class Segment:
    """One segment as far as it is true. `read` is what the store has of it: nothing, where it was not written yet."""

    first: int
    after: str = ""
    entries: list[Entry] = field(default_factory=list)
    sealed: dt.datetime | None = None
    read: bytes = b""

    @property
    def name(self) -> str:
        return f"{self.first:020}.jsonl"

    @property
    def last(self) -> int:
        return self.first + len(self.entries) - 1

    @property
    def torn(self) -> bool:
        """Whether the store has more of it, or less, than is true."""
        return self.read != self.text

    @property
    def begun(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.entries[0]["at"])

    @property
    def weight(self) -> int:
        """How many lines and numbers of people it has."""
        return sum(1 + len(each["public_ids"]) for each in self.entries)

    @property
    def text(self) -> bytes:
        return b"".join(line for line, _ in self._written())

    @property
    def hash(self) -> str:
        return [hashed for _, hashed in self._written()][-1]

    def next(self) -> "Segment":
        """Return the one that follows this, which is sealed."""
        return Segment(first=self.last + 1, after=self.hash)

    def _written(self) -> Iterator[tuple[bytes, str]]:
        running = hashlib.sha256()
        for said in self._said():
            text = json.dumps(said, sort_keys=True).encode()
            running.update(text)
            yield f"{running.hexdigest()} ".encode() + text + b"\n", running.hexdigest()

    def _said(self) -> Iterator[Entry]:
        yield {"journal": FORMAT, "first": self.first, "after": self.after}
        yield from self.entries
        if self.sealed:
            yield {"sealed": self.sealed.isoformat(), "lines": len(self.entries)}


def entry(line: JournalLine) -> Entry:
    """Return what the journal says of a line."""
    return {
        "number": line.number,
        "at": line.at.isoformat(),
        "act": str(line.act),
        "public_ids": [str(each) for each in line.public_ids],
        "hashes": line.hashes,
        "details": line.details,
    }


def parse(name: str, text: bytes) -> Segment:
    """Return a segment as far as its lines follow from each other."""
    segment = Segment(first=int(name.partition(".")[0]), read=text)
    for place, told in enumerate(_true(text)):
        if place == 0:
            segment.after = str(told.get("after", ""))
        elif "sealed" in told:
            segment.sealed = dt.datetime.fromisoformat(told["sealed"])
        else:
            segment.entries.append(told)
    return segment


def tail(store: Store) -> Segment:
    """Return the segment that is written to: the last, or the first of all. Raises JournalError."""
    names = store.names()
    return parse(names[-1], store.read(names[-1])) if names else Segment(first=1)


def torn_after(store: Store) -> int | None:
    """Return the number of the last line before a torn end of the journal; None where it ends whole."""
    last = tail(store)
    return last.last if last.read and last.torn else None


def after(store: Store, number: int) -> Iterator[Entry]:
    """Yield the lines with greater numbers, in their order.

    Raises JournalError where one is missing: its segment has gone, or cannot be read whole.
    """
    awaited = number + 1
    for segment in _reaching(store, awaited):
        for each in segment.entries:
            if each["number"] < awaited:
                continue
            if each["number"] > awaited:
                raise GoneError(f"Lines {awaited} to {each['number'] - 1} of the journal are gone.")
            yield each
            awaited += 1


def _reaching(store: Store, number: int) -> Iterator[Segment]:
    """Yield the segments from the one that a number is in."""
    names = store.names()
    begun = [name for name in names if int(name.partition(".")[0]) <= number]
    before: Segment | None = None
    for name in names[max(len(begun) - 1, 0) :]:
        segment = parse(name, store.read(name))
        if segment.torn and name != names[-1]:
            raise JournalError(f"The journal's segment {name} is damaged after line {segment.last}.")
        if before and segment.entries and segment.after != before.hash:
            raise JournalError(f"The journal's segment {name} does not follow from the one before it.")
        yield segment
        before = segment


def _true(text: bytes) -> Iterator[Entry]:
    running = hashlib.sha256()
    for line in text.splitlines(keepends=True):
        hashed, _, said = line.rstrip(b"\n").partition(b" ")
        running.update(said)
        if not line.endswith(b"\n") or hashed.decode(errors="replace") != running.hexdigest():
            return
        yield json.loads(said)
