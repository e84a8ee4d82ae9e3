"""In which language a public page speaks: the one asked for, else the browser's. No cookie remembers it."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import translation

FIELD = "lang"  # in the address (the switch in the footer) or, hidden, in a form


def chosen(request: HttpRequest, offered: Sequence[str]) -> str:
    """Return the language to answer in: `?lang=`, the form's field, Accept-Language, else the company's own."""
    for wanted in (asked(request), translation.get_language_from_request(request)):
        if wanted.partition("-")[0] in offered:
            return wanted.partition("-")[0]
    return offered[0]


def asked(request: HttpRequest) -> str:
    """Return what the address or the form names, known or not, and nothing where neither does."""
    return str(request.GET.get(FIELD) or request.POST.get(FIELD) or "")
