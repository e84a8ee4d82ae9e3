"""A report to the authority as a PDF, made from data."""

import datetime as dt
from pathlib import Path
from typing import Any

from contacts.look import papers

TEMPLATE = Path(__file__).parent / "report.typ"


def pdf(said: dict[str, Any], *, note: str, at: dt.datetime) -> bytes:
    """Return what `authority_form.said` says on paper, with a note above: a draft, or when it was sent.

    The same report gives the same bytes; `at` is the moment that the file carries.
    """
    return papers.typeset(TEMPLATE, {**said, "note": note}, at=at)
