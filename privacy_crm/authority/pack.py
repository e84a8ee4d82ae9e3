"""The pack itself: an index page in each language, each register as CSV, and the record of processing as PDF."""

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from privacy_crm.authority import (
    assessments,
    breaches,
    nights,
    policies,
    processing,
    recipients,
    requests,
    safety,
    trail,
)
from privacy_crm.authority.tables import AsOf, Table
from privacy_crm.registers import papers

# Each holds what the records hold, and names nobody: it is no matter who reads it.
PARTS: tuple[Callable[[AsOf], Iterator[Table]], ...] = (
    processing.tables,
    policies.tables,
    assessments.tables,
    recipients.tables,
    requests.tables,
    nights.tables,
    breaches.tables,
    safety.tables,
    trail.tables,
)
SHOWN = 50  # rows of a register on the index page; its file has all of them
PAPER = "record-of-processing.pdf"


def made(as_of: AsOf) -> bytes:
    """Return the pack as of a day."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                for name, content in _files(as_of, language):
                    said = zipfile.ZipInfo(name, as_of.made_at.timetuple()[:6])
                    pack.writestr(said, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _files(as_of: AsOf, language: str) -> Iterator[tuple[str, bytes]]:
    found = [table for part in PARTS for table in part(as_of)]
    record = processing.record(as_of)
    yield f"index.{language}.html", _index(found, as_of, language, has_paper=record is not None)
    for table in found:
        yield f"{language}/{table.key}.csv", papers.sheet(table.names, table.rows)
    if record is not None:
        yield f"{language}/{PAPER}", papers.record_pdf(record, at=as_of.at)


def _index(found: list[Table], as_of: AsOf, language: str, *, has_paper: bool) -> bytes:
    others = [code for code, _name in settings.LANGUAGES if code != language]
    context: dict[str, Any] = {
        "tables": [(table, table.rows[:SHOWN]) for table in found],
        "as_of": as_of,
        "made_at": as_of.wall(as_of.made_at),
        "company": as_of.policy.controller["name"],
        "language": language,
        "others": [(code, translation.get_language_info(code)["name_local"]) for code in others],
        "paper": PAPER if has_paper else "",
    }
    return render_to_string("authority/index.html", context).encode()
