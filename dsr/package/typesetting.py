"""The package on paper: a PDF of one template and plain data."""

import datetime as dt
from pathlib import Path
from typing import Any

from contacts.look import papers

TEMPLATE = Path(__file__).parent / "access.typ"


def pdf(spoken: dict[str, Any], *, at: dt.datetime) -> bytes:
    """Return the PDF. The same data and moment give the same bytes.

    Where a text has letters that no font of ours can show, PDF/UA-1 has to be given up, and only that: the PDF is
    tagged all the same, and says that the other files have those letters.
    """
    try:
        return papers.typeset(TEMPLATE, spoken | {"unshown": False}, at=at)
    except papers.UnshownError:
        return papers.typeset(TEMPLATE, spoken | {"unshown": True}, at=at, ua=False)
