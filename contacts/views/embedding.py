"""What a browser may do with a page that has a form: solve the challenge and, where embedded, stand in other pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from contacts.signups import challenge

type View = Callable[..., HttpResponse]


def with_form(view: View) -> View:
    """Allow the challenge's worker; for `embedded` pages, allow the pages in EMBED_ORIGINS to frame them as well."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, embedded: bool = False, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, embedded=embedded, **kwargs)
        policy = settings.SECURE_CSP | challenge.WORKERS
        if embedded and settings.EMBED_ORIGINS:
            policy |= {"frame-ancestors": settings.EMBED_ORIGINS}
            setattr(response, "xframe_options_exempt", True)  # noqa: B010 - read by Django's middleware, untyped
        setattr(response, "_csp_config", policy)  # noqa: B010 - the attribute that csp_override sets, untyped
        return response

    return answered
