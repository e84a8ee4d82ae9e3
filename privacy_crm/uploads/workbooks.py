"""Excel workbooks, read row by row: inspected as an archive first, as numbers and texts alone, and never evaluated.

openpyxl reads the values that Excel has stored beside its formulas. With defusedxml installed it refuses entities.
"""

import csv
import datetime as dt
import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _

from privacy_crm.crm_import.reading import UnreadableError

type Line = tuple[int, list[str]]
type Look = Callable[[list[list[str]]], int]

MOST_ROWS = 1_000_000
_MEGABYTE = 1024 * 1024
_MOST_ENTRIES = 2_000
_MOST_RATIO = 300  # to one; a sheet of the same short rows over and over stays below
_WIDEST = 201  # columns: one more than is taken, so that it is noticed
# Rows are read one by one. All else, such as the texts, waits in memory meanwhile, and may have any name.
_ROWS = "xl/worksheets/"
_MOST_BESIDES = 2
# What stands in a cell whose formula failed (ECMA-376 part 1, 18.17.3).
_FAILED = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}

# What openpyxl and zipfile make of a damaged file.
_DAMAGED = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,
    EOFError,
    OverflowError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)


def inspect(path: Path) -> None:
    """Raise UnreadableError where an archive is no workbook, or would unpack to more than we take.

    zipfile never yields more bytes than an entry declares, so that an archive which lies is a damaged one.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _DAMAGED:
        raise _damaged() from None
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise UnreadableError(_("This is not an Excel workbook (.xlsx). Save the list as .xlsx or CSV and send that."))
    if len(entries) > _MOST_ENTRIES or any(_is_bomb(entry) for entry in entries) or _unpacked(entries) > _most(10):
        raise UnreadableError(
            _("The workbook unpacks to far more than it should. Copy the list into a new one, or save it as CSV.")
        )
    if _unpacked([entry for entry in entries if not entry.filename.startswith(_ROWS)]) > _most(_MOST_BESIDES):
        raise UnreadableError(_("The workbook is too large to be read as one. Save it as CSV UTF-8 and send that."))


def unpack(path: Path, to: IO[bytes], *, first: int, look: Look, progress: Callable[[int], None]) -> None:
    """Write the rows of a workbook as CSV, each behind the number of its line.

    `look` is given the `first` rows that say anything, and returns how many columns there are. Raises UnreadableError.
    """
    text = io.TextIOWrapper(to, encoding="utf-8", newline="")
    writer = csv.writer(text)
    with _quietly(), _opened(path) as sheet:
        width = look([cells for _line, cells in islice(_rows(sheet, _WIDEST), first)])
        for done, (line, cells) in enumerate(_rows(sheet, width + 1), 1):
            writer.writerow([line, *cells])
            if done % 1_000 == 0:
                progress(done)
    text.detach()


def _rows(sheet: Any, width: int) -> Iterator[Line]:
    """Yield the rows of a sheet that say anything, each with the number of its line."""
    for line, values in enumerate(sheet.iter_rows(max_col=width, values_only=True), 1):
        if line > MOST_ROWS + 1:
            raise TooManyRowsError
        if any(values):  # rows between two far apart are made up, by the million
            yield line, _texts(values)


class TooManyRowsError(UnreadableError):
    def __init__(self) -> None:
        super().__init__(_("The file has more than 1,000,000 rows. Divide it into several."))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import openpyxl  # noqa: PLC0415 - for those processes alone that read one

    try:
        with path.open("rb") as stream:  # by its name, openpyxl would ask for an ending
            workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            sheet = next(one for one in workbook.worksheets if one.sheet_state == "visible")
            sheet.reset_dimensions()  # what the file says of its size is only said
            yield sheet
    except UnreadableError:
        raise
    except (StopIteration, RuntimeError, *_DAMAGED):
        raise _damaged() from None


@contextmanager
def _quietly() -> Iterator[None]:
    """openpyxl's warnings quote cells, which belong in no log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _texts(values: Iterable[Any]) -> list[str]:
    cells = [_text(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat()
    text = str(value)
    return "" if text in _FAILED else text


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > _MEGABYTE and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1)


def _unpacked(entries: list[zipfile.ZipInfo]) -> int:
    return sum(entry.file_size for entry in entries)


def _most(times: int) -> int:
    return int(settings.UPLOAD_MEGABYTES) * times * _MEGABYTE


def _damaged() -> UnreadableError:
    return UnreadableError(_("The workbook is damaged or has a password. Save it as a new .xlsx and send that."))
