"""The refused rows as other programs read them: where each is and what is wrong, never what it says."""

import csv
from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Reject(NamedTuple):
    """One refused row: its first physical line, and the first column with a fault."""

    file: str
    line: int
    column: str
    reason: str


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def write(stream: Writable, rejects: Iterable[Reject]) -> None:
    """Write rejects as CSV, header first."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(Reject._fields)
    writer.writerows(rejects)
