"""A workbook (XLSX) of texts, made while it is sent: no part of it ever lies in a file, and we hold a few rows of it.

XlsxWriter makes the frame, which has no row in it: styles, widths, the first line. Its rows it would keep in files with
names, or all in memory (ADR 0019), so that we write those.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

MOST_ROWS = 1_048_575  # that a sheet has below its first line

_SHEET = "xl/worksheets/sheet1.xml"
_BLOCK = 64 * 1024
_LONGEST_CELL = 32_767  # Excel takes a file with a longer one for broken

# The frame's only cell below the first line: all rows take its place, and its style, which is text.
_PLACE = re.compile(rb'<row r="2"[^>]*><c r="A2" s="(\d+)"/></row>')
_EXTENT = re.compile(rb"<dimension [^>]*/>")  # may be left out, and would be wrong

# What XML cannot say is said as _xHHHH_, and so is whatever looks like it (ECMA-376 part 1, 22.9.2.19).
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")


def stream(first_line: list[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield a workbook with a first line and at most MOST_ROWS rows. Each cell is text, and no formula or link.

    What is beyond the length that a cell may have is cut off.
    """
    sink = _Sink()
    with ZipFile(_frame(first_line)) as frame, ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=1) as book:
        for name in frame.namelist():
            if name != _SHEET:
                book.writestr(name, frame.read(name))
        above, style, below = _PLACE.split(_EXTENT.sub(b"", frame.read(_SHEET)))
        letters = _letters(len(first_line))
        with book.open(_SHEET, "w") as sheet:
            sheet.write(above)
            for line, row in enumerate(rows, 2):
                sheet.write(_row(line, zip(letters, row, strict=True), style.decode()))
                if len(sink) >= _BLOCK:
                    yield sink.take()
            sheet.write(below)
    yield sink.take()


class _Sink(io.RawIOBase):
    """Takes what a ZIP file writes, in its order, until it is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.held = bytearray()

    def __len__(self) -> int:
        return len(self.held)

    def write(self, part: Any, /) -> int:
        self.held += part
        return len(part)

    def take(self) -> bytes:
        taken, self.held = bytes(self.held), bytearray()
        return taken


def _letters(columns: int) -> list[str]:
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 - as below

    return [xl_col_to_name(place) for place in range(columns)]


def _frame(first_line: list[str]) -> io.BytesIO:
    from xlsxwriter import Workbook  # noqa: PLC0415 - for those processes alone that make one

    made = io.BytesIO()
    with Workbook(made, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@", "quote_prefix": True})
        sheet = book.add_worksheet()
        sheet.set_column(0, len(first_line) - 1, 20)
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(first_line):
            sheet.write_string(0, place, name, book.add_format({"bold": True}))
        sheet.write_blank("A2", None, text)
    return made


def _row(line: int, cells: Iterable[tuple[str, str]], style: str) -> bytes:
    told = "".join(
        f'<c r="{letter}{line}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_spoken(cell)}</t></is></c>'
        for letter, cell in cells
        if cell
    )
    return f'<row r="{line}">{told}</row>'.encode()


def _spoken(cell: str) -> str:
    return escape(_UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", cell[:_LONGEST_CELL]))
