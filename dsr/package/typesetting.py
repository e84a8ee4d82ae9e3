"""The package on paper: a tagged PDF (PDF/UA-1, ISO 14289-1) that Typst makes of one template and plain data.

Whatever a person typed reaches the template as a text, never as markup.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any, Literal

import typst

TEMPLATE = Path(__file__).parent / "access.typ"


def pdf(spoken: dict[str, Any], *, at: dt.datetime) -> bytes:
    """Return the PDF. The same data and moment give the same bytes.

    Where a text has letters that no font of ours can show, PDF/UA-1 has to be given up, and only that: the PDF is
    tagged all the same, and says that the other files have those letters.
    """
    try:
        return _compiled(spoken | {"unshown": False}, at, ["ua-1"])
    except typst.TypstError:
        return _compiled(spoken | {"unshown": True}, at, [])


def _compiled(spoken: dict[str, Any], at: dt.datetime, standards: list[Literal["ua-1"]]) -> bytes:
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"package": json.dumps(spoken)},
        ignore_system_fonts=True,
        pdf_standards=[*standards],
        timestamp=at.astimezone(dt.UTC).replace(microsecond=0),
    )
    return made
