"""Registers as files: CSV for spreadsheets, and the record of processing as a tagged PDF (PDF/UA-1)."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.look import papers
from privacy_crm.registers import columns
from privacy_crm.registers.data_map import Row
from privacy_crm.registers.processing import Record

TEMPLATE = Path(__file__).parent / "record.typ"

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
_FORMULAS = frozenset("=+-@\t\r\n＝＋－＠")


def map_csv(rows: Iterable[Row]) -> bytes:
    """Return the data map, with names of tables and fields, which no language changes."""
    return sheet([field.name for field in fields(Row)], (astuple(row) for row in rows))


def record_csv(record: Record) -> bytes:
    """Return the record of processing: a row for each processing, the company and its measures in each."""
    with translation.override(record["language"]):
        return sheet(*record_rows(record))


def record_rows(record: Record) -> tuple[list[str], list[list[str]]]:
    """Return the same as a table, in the language that is active."""
    return [_("Controller (a)"), _("Processing"), *columns.labels().values()], list(_rows(record))


def sheet(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as CSV, in which no spreadsheet finds a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def record_pdf(record: Record, *, at: dt.datetime) -> bytes:
    """Return it on paper. The same record and moment give the same bytes."""
    said = record | {"words": _words(record)}
    try:
        return papers.typeset(TEMPLATE, said, at=at)
    except papers.UnshownError:
        return papers.typeset(TEMPLATE, said, at=at, ua=False)


def _rows(record: Record) -> Iterator[list[str]]:
    controller = "\n".join(f"{name}: {value}" for name, value in record["controller"])
    for each in record["processings"]:
        told = {name: lines for name, _label, lines in each["columns"]}
        told["measures"] = [*told["measures"], *record["measures"]]
        yield [controller, each["title"], *("\n".join(lines) for lines in told.values())]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if str(value)[:1] in _FORMULAS else str(value)


def _words(record: Record) -> dict[str, str]:
    with translation.override(record["language"]):
        day = date_format(dt.date.fromisoformat(record["day"]), "DATE_FORMAT")
        return {
            "as_of": _("As it stood on %(day)s, under version %(number)s of the privacy policy (Art. 30 GDPR)")
            % {"day": day, "number": record["policy"]},
            "controller": _("Who is responsible (a)"),
            "measures": _("Security of all processing (g)"),
        }
