"""A report to the authority as a tagged PDF (PDF/UA-1, ISO 14289-1), made from data (ADR 0014)."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).parent / "report.typ"


def pdf(said: dict[str, Any], *, note: str, at: dt.datetime) -> bytes:
    """Return what `authority_form.said` says on paper, with a note above: a draft, or when it was sent.

    The same report gives the same bytes; `at` is the moment that the file carries.
    """
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"report": json.dumps({**said, "note": note})},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=at.replace(microsecond=0),  # Typst knows none
    )
    return made
