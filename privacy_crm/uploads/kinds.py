"""What an uploaded file is, by its content: its name, and the type that a browser tells, prove nothing."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.uploads import encodings, workbooks

MOST_COLUMNS = 200
SHOWN = 3  # of the first rows, beside the names of the columns
_LONGEST_NAME = 200  # characters of a column's name, and of what is shown below it
_SAMPLE = 64 * 1024  # characters
_RECORDS = 30
_DELIMITERS = ",;\t|"

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
# An export may say what separates its cells, in a line of its own above the header, for Excel.
_SAYS = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)


class FileFormat(TextChoices):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Layout:
    """How a list is read, and its first rows below the header."""

    header: list[str]
    first: Sequence[Sequence[str]]
    encoding: str
    delimiter: str


def look(path: Path) -> Layout | None:
    """Return how a file is read, or None for a workbook, which is opened first.

    Raises UnreadableError, with what to do, where it is no list that we can read.
    """
    with path.open("rb") as stream:
        begin = stream.read(4096)
    _refuse_others(begin)
    if begin.startswith(_ZIP):
        workbooks.inspect(path)
        return None
    encoding = encodings.of(path)
    delimiter, records = _separated(_sample(path, encoding))
    return Layout(_header(records), _first(records), encoding, delimiter)


def of_workbook(records: list[list[str]]) -> Layout:
    """Return how the CSV is read that a workbook with these first rows is unpacked into. Raises UnreadableError."""
    return Layout(_header(records), _first(records), "utf-8", ",")


def is_preface(record: Sequence[str]) -> bool:
    """Tell whether a record is the line above the header that says what separates the cells."""
    return bool(record) and record[0].lower().startswith("sep=")


def _refuse_others(begin: bytes) -> None:
    if not begin.strip():
        raise UnreadableError(_("The file is empty."))
    if begin.startswith(_OLD_OFFICE):
        raise UnreadableError(
            _("This is an old Excel file (.xls), or one with a password. Save it as .xlsx without a password.")
        )
    if begin.startswith(b"%PDF"):
        raise UnreadableError(_("This is a PDF. Send the list that it was made from, as CSV or .xlsx."))


def _sample(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as stream:
        text = stream.read(_SAMPLE)
    if any(ord(letter) < 32 and letter not in "\t\r\n\0" for letter in text):
        raise UnreadableError(_("This is not a list. Send a CSV file, or an Excel workbook (.xlsx)."))
    return text


def _separated(text: str) -> tuple[str, list[list[str]]]:
    """Return what separates the cells, and the first records: what gives the most rows the header's width."""
    said = _SAYS.match(text)
    if said:
        return said[1], _records(text[said.end() :], said[1])
    found = {delimiter: _records(text, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: _fits(found[delimiter]))
    return best, found[best]


def _records(text: str, delimiter: str) -> list[list[str]]:
    records = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in record):
                records.append(record)
            if len(records) == _RECORDS:
                break
    except csv.Error:
        pass  # said with its line when the file is read in earnest
    return records


def _fits(records: list[list[str]]) -> tuple[float, int]:
    widths = [len(record) for record in records]
    if not widths or widths[0] == 1:
        return 0.0, 0
    return round(widths.count(widths[0]) / len(widths), 1), widths[0]


def _first(records: list[list[str]]) -> list[list[str]]:
    return [[cell[:_LONGEST_NAME] for cell in record] for record in records[1 : 1 + SHOWN]]


def _header(records: list[list[str]]) -> list[str]:
    names = [name.strip()[:_LONGEST_NAME] for name in (records[0] if records else [])]
    if len(records) < 2:
        raise UnreadableError(_("There is no row below the first one, which names the columns."))
    if len(names) > MOST_COLUMNS:
        raise UnreadableError(
            _("The file has more than %d columns. Leave out those that we do not hold.") % MOST_COLUMNS
        )
    if any("@" in name for name in names):
        raise UnreadableError(
            _("The first row has to name the columns, such as “E-mail”. Here it is a person already: add a row above.")
        )
    return names
