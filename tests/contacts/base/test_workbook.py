"""A workbook that is made while it is sent: texts and nothing else, in an amount of memory that does not grow."""

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from contacts.base import workbook

EVIL = [
    "=1+1",
    '=HYPERLINK("https://evil.example";"x")',
    "+46 8 465 00 00",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\n=1",
    "＝1",
    "https://evil.example",
    "mailto:x@evil.example",
    "internal:Sheet1!A1",
    "{=1}",
    "007",
    "1E5",
    "2026-11-24",
    "TRUE",
    "#N/A",
    "<c><f>1+1</f></c>",
    "]]>&amp;",
    "two\nlines",
    " spaces ",
    "李\U0001f600",
]


def made(*rows: list[str], first_line: tuple[str, ...] = ("a", "b")) -> bytes:
    return b"".join(workbook.stream(list(first_line), rows))


def read(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows()]


@pytest.mark.parametrize("cell", EVIL)
def test_each_cell_is_the_text_it_was_and_no_formula_link_or_number(cell: str) -> None:
    content = made([cell, "x"], ["y", cell])
    _, *rows = read(content)
    assert [row[place].value for place, row in enumerate(rows)] == [cell, cell]
    for each in (rows[0][0], rows[1][1]):
        assert (each.data_type, each.hyperlink) == ("s", None)
        assert (each.number_format, each.quotePrefix) == ("@", True)  # and stays text for whoever edits the cell
    sheet = ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


@pytest.mark.parametrize(
    ("cell", "told"),
    [("a\rb", "a_x000D_b"), ("a\x01b", "a_x0001_b"), ("_x0041_", "_x005F_x0041_"), ("\uffff", "_xFFFF_")],
)
def test_what_xml_cannot_say_is_said_as_excel_says_it(cell: str, told: str) -> None:
    content = made([cell, ""])
    assert told.encode() in ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert len(read(content)) == 2


def test_the_first_line_names_the_columns_and_an_empty_cell_is_none() -> None:
    first, row, last = read(made(["1", ""], ["", "2"]))
    assert [cell.value for cell in first] == ["a", "b"]
    assert [cell.value for cell in row] == ["1", None]
    assert [cell.value for cell in last] == [None, "2"]


def test_a_reader_that_goes_row_by_row_finds_all_of_them() -> None:
    content = made(*(["x", str(number)] for number in range(1_000)))
    sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    assert len(list(sheet.iter_rows())) == 1_001


def test_a_cell_longer_than_excel_takes_is_cut_off() -> None:
    _, row = read(made(["x" * 40_000, ""]))
    assert row[0].value == "x" * 32_767


def test_nobody_is_a_workbook_with_its_first_line() -> None:
    assert len(read(made())) == 1


def test_memory_does_not_grow_with_rows() -> None:
    peaks = [_peak(number) for number in (500, 10_000, 40_000)]
    assert peaks[2] < peaks[1] + 100_000


def _peak(number: int) -> int:
    tracemalloc.start()
    try:
        for _block in workbook.stream(["a", "b"], _rows(number)):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _rows(number: int) -> Iterator[list[str]]:
    return ([f"{line}", f"somebody {line * 7919}"] for line in range(number))


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a file to write into, by whatever library, is caught."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert len(read(made(*(["x", "y"] for _ in range(5_000))))) == 5_001
