"""Read the files of an export: as files first, then row by row into checked values, with nothing kept in memory."""

import csv
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from io import TextIOWrapper
from pathlib import Path
from typing import IO, ClassVar, NoReturn
from zoneinfo import ZoneInfo

from contacts.words.addresses import hashes
from privacy_crm.crm_import import cells, packing
from privacy_crm.crm_import.cells import FaultError, Value, When
from privacy_crm.crm_import.columns import FILES, File
from privacy_crm.crm_import.packing import Row

# Beyond what any cell of a CRM holds: an unclosed quote must not take the rest of a large file into memory.
csv.field_size_limit(16 * 1024 * 1024)
# Beyond what any row has, commas in its texts included: empty cells cost memory, though they say nothing.
_MOST_CELLS = 1_000_000


class UnreadableError(Exception):
    """The export cannot be read as it is; the message names the file and, where known, the line."""


def exported(directory: Path, when: When) -> list["Source"]:
    """Return the files of the contract that are in a directory. Raises UnreadableError where there are none."""
    if not directory.is_dir():
        raise UnreadableError(f"{directory}: no such directory.")
    present = [file for file in FILES if (directory / file.filename).exists()]
    if not present:
        names = ", ".join(file.filename for file in FILES)
        raise UnreadableError(f"{directory}: none of the files of an export is in it ({names}).")
    return [Source(file, directory / file.filename, when) for file in present]


@dataclass
class Source:
    """What brings the rows of one file of the contract: iterate over them, ask how much is read.

    This one is the file itself, with the contract's own columns.
    """

    file: File
    path: Path
    when: When
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    _stream: TextIOWrapper | None = field(default=None, init=False)

    # Whether it may take back where people's details came from, before they have been told (L5).
    unsays: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.file.filename

    def packed(self) -> Iterator[tuple[int, IO[str]]]:
        """Yield the rows as they are copied in, each pack behind how many there are so far. Raises UnreadableError."""
        return packing.packed(self.rows())

    def rows(self) -> Iterator[Row]:
        """Yield the rows. Raises UnreadableError as soon as the file turns out not to be what it should."""
        with closing(self.records()) as records:
            yield from self._rows(records)

    def records(self) -> Generator[tuple[int, list[str]]]:
        """Yield the records as they are, each with its first physical line. Raises UnreadableError, as above."""
        try:
            with self.path.open(encoding=self.encoding, newline="") as stream:
                self._stream = stream
                yield from _numbered(stream, self.name, self.delimiter)
        except UnicodeDecodeError:
            raise UnreadableError(f"{self.name}, line {_undecodable(self.path)}: not UTF-8.") from None
        except OSError as error:
            raise UnreadableError(f"{self.name}: {error.strerror}.") from None

    def share(self) -> float:
        """Return the share of the file's bytes that has been read."""
        if self._stream is None or self._stream.closed:
            return 1.0
        descriptor = self._stream.fileno()
        return os.lseek(descriptor, 0, os.SEEK_CUR) / (os.fstat(descriptor).st_size or 1)

    def _rows(self, records: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
        header = next(records, None) or _unreadable(f"{self.name} is empty.")
        places = _places(self.file, *header)
        width = max(place for place in places if place is not None) + 1
        for line, record in records:
            padded = record + [""] * (width - len(record)) if len(record) < width else record
            yield self._row(line, ["" if place is None else padded[place] for place in places])

    def _row(self, line: int, texts: Sequence[str]) -> Row:
        when = self._when(texts) if self.file.zone else self.when
        values: list[Value] = []
        fault, reason = None, None
        for text, cell in zip(texts, self.file.columns.values(), strict=True):
            try:
                values.append(cell.read(text, when))
            except FaultError as error:
                values.append(None)
                if fault is None:
                    fault, reason = len(values), str(error)
        return Row(line, values, *self._hashes(values), fault, reason)

    def _when(self, texts: Sequence[str]) -> When:
        """Moments without an offset are in the row's zone. One that is unknown is that column's fault, not theirs."""
        name = texts[self.file.position(self.file.zone or "") - 1].strip()
        return replace(self.when, zone=ZoneInfo(name)) if name in cells.zones() else self.when

    def _hashes(self, values: list[Value]) -> tuple[str | None, str | None]:
        email = values[self.file.position("email") - 1] if self.file.hashed else None
        if not email:
            return None, None
        hashed = hashes(str(email))
        return hashed["address_hash"], hashed["mailbox_hash"]


def _numbered(stream: TextIOWrapper, name: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its first physical line, without the blank ones."""
    line, cells = 1, 0

    def bounded() -> Iterator[str]:
        nonlocal cells
        for text in stream:
            cells += text.count(delimiter)
            if cells > _MOST_CELLS:
                raise UnreadableError(
                    f"{name}, line {line}: malformed CSV (more than {_MOST_CELLS:,} cells in one row)."
                )
            yield text

    reader = csv.reader(bounded(), strict=True, delimiter=delimiter)
    try:
        for record in reader:
            if len(record) > 1 or "".join(record).strip():
                yield line, record
            line, cells = reader.line_num + 1, 0
    except csv.Error as error:
        raise UnreadableError(f"{name}, line {line}: malformed CSV ({error}).") from None


def _places(file: File, line: int, header: list[str]) -> list[int | None]:
    """Return where in the file each column of the contract stands, None for an optional one that is not there; others
    are none of our business.
    """
    names = [name.strip() for name in header]
    where = f"{file.filename}, line {line}"
    if missing := [name for name in file.columns if name not in names and name not in file.optional]:
        raise UnreadableError(f"{where}: the header lacks {', '.join(missing)}.")
    if doubled := [name for name in file.columns if names.count(name) > 1]:
        raise UnreadableError(f"{where}: the header has more than one {', '.join(doubled)}.")
    return [names.index(name) if name in names else None for name in file.columns]


def _undecodable(path: Path) -> int:
    """Return the first line that is not UTF-8, which the decoder, working in blocks, does not know."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _unreadable(message: str) -> NoReturn:
    raise UnreadableError(message)
