"""Refuse a body that is too long, of another kind, or no JSON at all, before anything reads it or looks anything up."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from contacts.api import problems
from contacts.api.problems import ProblemError

MOST_BYTES = 64 * 1024

type View = Callable[..., HttpResponse]


def bounded(view: View) -> View:
    return bounded_by(MOST_BYTES)(view)


def bounded_by(most: int) -> Callable[[View], View]:
    """Take bodies of so many bytes at most."""

    def bound(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            problem = _wrong(request, most) if request.method == "POST" else None
            return problems.answer(request, problem) if problem else view(request, *args, **kwargs)

        return answered

    return bound


def _wrong(request: HttpRequest, most: int) -> ProblemError | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        return problems.too_long(most)
    if request.content_type != "application/json":
        return problems.another_kind()
    return None if request.body else problems.malformed()
