"""Papers that are made of data: a tagged PDF (PDF/UA-1, ISO 14289-1) by Typst, in the company's own look (ADR 0014)."""

import datetime as dt
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from contacts.look import look, tokens

_PRELUDE = Path(__file__).parent / "prelude.typ"

UnshownError = typst.TypstError


def typeset(template: Path, said: Any, *, at: dt.datetime, ua: bool = True) -> bytes:
    """Return a PDF of what is said. Whatever a person typed reaches the template as a text, never as markup.

    The same words, look and moment give the same bytes; `at` is the moment that the file carries. Raises UnshownError
    where a text has letters that no font of ours shows and it is to be PDF/UA-1: without, it is tagged all the same.
    """
    made: bytes = typst.compile(
        _PRELUDE.read_bytes() + template.read_bytes(),
        sys_inputs={"said": json.dumps(said), "look": json.dumps(_look())},
        ignore_system_fonts=True,
        pdf_standards=["ua-1"] if ua else [],
        timestamp=at.astimezone(dt.UTC).replace(microsecond=0),  # Typst knows none
    )
    return made


def _look() -> dict[str, Any]:
    """Return the colours of a printed page, and the bytes of the logo."""
    now = look.current()
    return {**tokens.on_paper(look.colours(now)[0]), "logo": _bytes(now.logo.name) if now.logo else []}


@lru_cache(maxsize=2)
def _bytes(name: str) -> list[int]:
    """Return what a file holds, as numbers. Its name follows from that, so that it never changes."""
    with look.current().logo.storage.open(name) as file:
        return list(file.read())
