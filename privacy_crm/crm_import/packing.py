"""Rows that are checked, as PostgreSQL copies them into a table: a bounded pack at a time."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from privacy_crm.crm_import.cells import Value

CHUNK = 5_000  # rows
_LONGEST = 4 * 1024 * 1024  # characters


class Row(NamedTuple):
    """A row as it waits: `fault` is the place of the first column with a fault, for `reason`."""

    line: int
    values: list[Value]
    address_hash: str | None
    mailbox_hash: str | None
    fault: int | None
    reason: str | None


class Pack:
    """Rows as PostgreSQL reads CSV: what is quoted is a text, what is empty and is not is NULL."""

    def __init__(self, most: int = CHUNK) -> None:
        self.rows, self._most, self._text = 0, most, io.StringIO()
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_NOTNULL, lineterminator="\n")

    def add(self, row: Row) -> None:
        self.rows += 1
        self._writer.writerow((row.line, *row.values, row.address_hash, row.mailbox_hash, row.fault, row.reason))

    @property
    def is_full(self) -> bool:
        return self.rows >= self._most or self._text.tell() > _LONGEST

    def read(self) -> IO[str]:
        """Return it from its beginning."""
        self._text.seek(0)
        return self._text

    def clear(self) -> None:
        """Make room for the next rows, in the same memory."""
        self.rows = 0
        self._text.seek(0)
        self._text.truncate()


def packed(rows: Iterable[Row]) -> Iterator[tuple[int, IO[str]]]:
    """Yield rows pack by pack, each behind how many there are so far."""
    pack, done = Pack(), 0
    for done, row in enumerate(rows, 1):
        pack.add(row)
        if pack.is_full:
            yield done, pack.read()
            pack.clear()
    yield done, pack.read()
