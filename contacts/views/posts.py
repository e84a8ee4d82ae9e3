"""What every public form takes: a short post of the kind that browsers send, without a cookie (ADR 0011)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contacts.views.frame import Visit, framed

MOST_BYTES = 64 * 1024
CONTENT_TYPE = "application/x-www-form-urlencoded"

type View = Callable[..., HttpResponse]


def form_view[**P](view: Callable[Concatenate[HttpRequest, Visit, P], HttpResponse]) -> View:
    """Frame a view that takes posts without a CSRF token.

    A token would need a cookie, which browsers withhold from a form in somebody else's page. Nobody is logged in on
    these pages, so a forged post does nothing that its author could not do directly: what it asks for waits until the
    address is proven, and the page that proves it is reached by a sealed link alone.
    """
    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(_bounded(framed(view))))


def link_view[**P](view: Callable[Concatenate[HttpRequest, Visit, P], HttpResponse]) -> View:
    """Frame a view that a sealed link opens: as `form_view`, and nobody on the way keeps the page."""
    return cache_control(private=True, no_store=True)(form_view(view))


def one_click_view[**P](view: Callable[Concatenate[HttpRequest, Visit, P], HttpResponse]) -> View:
    """As `link_view`, for posts that mail programs send by themselves: no kind of body is refused (RFC 8058)."""
    taken = csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(_bounded(framed(view), any_kind=True)))
    return cache_control(private=True, no_store=True)(taken)


def _bounded(view: View, *, any_kind: bool = False) -> View:
    """Refuse a body that is too long or of another kind, before anything reads it."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            length = int(request.META.get("CONTENT_LENGTH") or 0)
            if length > MOST_BYTES:
                return _too_long(request)
            if length and request.content_type != CONTENT_TYPE and not any_kind:
                return _another_kind(request)
        return view(request, *args, **kwargs)

    return answered


def _too_long(request: HttpRequest) -> HttpResponse:
    words = {
        "heading": _("This is too long for us"),
        "text": _("Nothing was stored. Go back, shorten what you wrote, and send it again."),
    }
    return render(request, "contacts/message.html", words, status=413)


def _another_kind(request: HttpRequest) -> HttpResponse:
    words = {
        "heading": _("We cannot read this"),
        "text": _("Nothing was stored. Use the form on our page, or the interface that we describe for programs."),
    }
    return render(request, "contacts/message.html", words, status=415)
