"""An uploaded list as sources of the import: people, the organisations that they name, and their objections."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contacts.models import Upload
from privacy_crm.crm_import import cells
from privacy_crm.crm_import.cells import FaultError, When
from privacy_crm.crm_import.columns import CONTACTS, OBJECTIONS, ORGANISATIONS, File
from privacy_crm.crm_import.packing import Row
from privacy_crm.crm_import.reading import Source
from privacy_crm.uploads import fields, kinds, wording
from privacy_crm.uploads.workbooks import MOST_ROWS, TooManyRowsError

type Texts = dict[str, str]
type Shape = Callable[[Texts], Iterator[Texts]]

_AS_THEY_ARE = (
    "email",
    "first_name",
    "last_name",
    "job_title",
    "phone",
    "address",
    "postal_code",
    "city",
    "country",
    "organisation",
)


@dataclass(kw_only=True)
class Sheet(Source):
    """One uploaded file, read as one file of the contract.

    `mapping` says in which columns a field stands; `shape` makes rows of the contract of what it says of one person.
    Where `counted`, the first cell of each record is the number of its line.
    """

    mapping: Mapping[str, list[int]]
    width: int
    counted: bool
    shape: Shape

    unsays = False

    @property
    def name(self) -> str:
        return "The file"

    def after(self, number: int) -> Iterator[tuple[int, list[Row]]]:
        """Yield the rows of each person after so many, each behind the number of theirs. Raises UnreadableError."""
        with closing(self.records()) as records:
            for place, (line, record) in enumerate(self.people(records), 1):
                if place > MOST_ROWS:
                    raise TooManyRowsError
                if place > number:
                    yield place, list(self._rows_of(line, record))

    def _rows_of(self, line: int, record: list[str]) -> Iterator[Row]:
        if any(cell.strip() for cell in record[self.width :]):
            yield from self._refused(line)
            return
        for texts in self.shape(self._texts(record)):
            yield self._row(line, [texts.get(column, "") for column in self.file.columns])

    def people(self, records: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        """Yield the records below the header, less those of commas alone, which spreadsheets leave around a list."""
        below = False
        for line, record in records:
            told = (int(record[0]), record[1:]) if self.counted else (line, record)
            if not any(cell.strip() for cell in told[1]):
                continue
            if below:
                yield told
            below = below or not kinds.is_preface(told[1])

    def _texts(self, record: list[str]) -> Texts:
        """Return what the first filled column of each field says; of objections, the first that is one."""
        texts = {}
        for name, places in self.mapping.items():
            filled = (record[place] for place in places if place < len(record) and record[place].strip())
            texts[name] = next(filter(wording.says_no, filled) if name in fields.OBJECTIONS else filled, "")
        return texts

    def _refused(self, line: int) -> Iterator[Row]:
        """Where a row has more cells than the header, nobody knows which cell is what."""
        if self.file is CONTACTS:
            values: list[Any] = [None] * len(self.file.columns)
            yield Row(line, values, None, None, self.file.position("email"), "more cells than columns")


def of(upload: Upload, path: Path, when: When) -> list[Sheet]:
    """Return the sources that an upload at a path is, as far as its columns have something to say."""
    sheets = [_sheet(upload, path, when, CONTACTS, _person(upload))]
    if upload.mapping.get("organisation"):
        sheets.append(_sheet(upload, path, when, ORGANISATIONS, _organisation(when)))
    if any(upload.mapping.get(name) for name in fields.OBJECTIONS):
        sheets.append(_sheet(upload, path, when, OBJECTIONS, _objections(upload)))
    return sheets


def _sheet(upload: Upload, path: Path, when: When, file: File, shape: Shape) -> Sheet:
    return Sheet(
        file,
        path,
        when,
        upload.encoding,
        upload.delimiter,
        mapping=upload.mapping,
        width=len(upload.header),
        counted=upload.file_format == kinds.FileFormat.XLSX,
        shape=shape,
    )


def _person(upload: Upload) -> Shape:
    """What is told once holds for all; a day of collection of their own goes before it."""
    told = {"scenario": upload.scenario, "source": upload.source, "source_kind": upload.source_kind}
    day = upload.collected_on.isoformat() if upload.collected_on else ""

    def shape(texts: Texts) -> Iterator[Texts]:
        known = {name: texts.get(name, "") for name in _AS_THEY_ARE}
        if full := texts.get("full_name"):
            first, last = wording.divide(full)
            known |= {"first_name": known["first_name"] or first, "last_name": known["last_name"] or last}
        yield (
            known
            | told
            | {
                "language": wording.language(texts.get("language", "")),
                "collected_on": texts.get("collected_on", "") or day,
            }
        )

    return shape


def _organisation(when: When) -> Shape:
    """The organisations of people who have an address: a row without one leaves nothing behind."""

    def shape(texts: Texts) -> Iterator[Texts]:
        if texts["organisation"] and _is_address(texts.get("email", ""), when):
            yield {"name": texts["organisation"]}

    return shape


def _objections(upload: Upload) -> Shape:
    def shape(texts: Texts) -> Iterator[Texts]:
        for name, channel in fields.OBJECTIONS.items():
            if texts.get(name):
                yield {"email": texts.get("email", ""), "channel": channel, "source": upload.source}

    return shape


def _is_address(text: str, when: When) -> bool:
    try:
        cells.ADDRESS.read(text, when)
    except FaultError:
        return False
    return True
