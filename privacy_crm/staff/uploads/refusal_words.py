"""Why a list, or a row of it, was not taken: what the import noted in English, in the language of the reader."""

import re
from collections.abc import Callable

from django.utils.translation import gettext, gettext_noop

_ROWS = (
    gettext_noop("text too long"),
    gettext_noop("name too long"),
    gettext_noop("reference too long"),
    gettext_noop("no address"),
    gettext_noop("no organisation"),
    gettext_noop("malformed address"),
    gettext_noop("date in the future"),
    gettext_noop("impossible date"),
    gettext_noop("unknown person"),
    gettext_noop("unknown organisation"),
    gettext_noop("unknown legal form"),
    gettext_noop("suppressed address"),
    gettext_noop("erased at their request"),
    gettext_noop("the details of this person are only stored"),
    gettext_noop("more cells than columns"),
)

_FILES: dict[re.Pattern[str], Callable[[], str]] = {
    re.compile(r"The file, line (?P<line>\d+): malformed CSV \((?P<error>.*)\)\."): lambda: gettext(
        "Line %(line)s of the file is not as CSV should be (%(error)s)."
    ),
    re.compile(r"The database refused the import \((?P<error>.*)\)\. Nothing was written\."): lambda: gettext(
        "The database refused the import (%(error)s). Nothing was written."
    ),
}


def of_row(noted: str) -> str:
    return gettext(noted)


def of_file(noted: str) -> str:
    """Return why a file was not taken; what names a line or an error is a sentence around it."""
    for form, text in _FILES.items():
        if found := form.fullmatch(noted):
            return text() % found.groupdict()
    return gettext(noted) if noted else ""
