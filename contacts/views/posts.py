"""What every public form takes: a short post of the kind that browsers send, without a cookie (ADR 0011)."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contacts.views.frame import Visit, framed

MOST_BYTES = 64 * 1024
MOST_TAKEN_IN = 20 * 1024 * 1024  # of what is too long; whoever sends more sees the connection end
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
    """Refuse a body that is too long, of another kind or not to be read, before the view reads it."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        status = _read(request, any_kind=any_kind) if request.method == "POST" else HTTPStatus.OK
        return view(request, *args, **kwargs) if status == HTTPStatus.OK else _refused(request, status)

    return answered


def _read(request: HttpRequest, *, any_kind: bool) -> HTTPStatus:
    """Read the form that was sent, and return the status with which it is refused; OK where it is taken."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        return _unread(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if length and request.content_type != CONTENT_TYPE and not any_kind:
        return _unread(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        request.POST.keys()
    except (BadRequest, SuspiciousOperation, MultiPartParserError):  # another charset, or more than 1,000 fields
        request.POST = QueryDict()
        return HTTPStatus.OK if any_kind else HTTPStatus.BAD_REQUEST
    return HTTPStatus.OK


def _unread(request: HttpRequest, status: HTTPStatus) -> HTTPStatus:
    """Take in what is refused and keep none of it: a browser that is still sending would not hear the answer."""
    request.POST = QueryDict()
    left = MOST_TAKEN_IN
    while left > 0 and (taken := request.read(MOST_BYTES)):
        left -= len(taken)
    return status


@framed
def _refused(_request: HttpRequest, visit: Visit, status: HTTPStatus) -> HttpResponse:
    too_long = status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return visit.show("contacts/message.html", _too_long() if too_long else unreadable(), status=status)


def _too_long() -> dict[str, str]:
    return {
        "heading": _("This is too long for us"),
        "text": _("Nothing was stored. Go back, shorten what you wrote, and send it again."),
    }


def unreadable() -> dict[str, str]:
    """Return what is said of a request that is none of the kind that browsers send."""
    return {
        "heading": _("We cannot read this"),
        "text": _("Nothing was stored. Use the form on our page, or the interface that we describe for programs."),
    }
