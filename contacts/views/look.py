"""The company's look, as browsers fetch it: a stylesheet of tokens, the logo and the picture."""

from django.db import DatabaseError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import etag, require_safe

from contacts.look import look
from contacts.models import Look

_FIVE_MINUTES, _A_YEAR = "public, max-age=300", "public, max-age=31536000, immutable"
_TYPES = {"png": "image/png", "webp": "image/webp"}


def _current() -> Look:
    """Return the look, or the product's own where the database is away: what says so is to be readable, too."""
    try:
        return look.current()
    except DatabaseError:
        return Look(pk=1)


def _version(_request: HttpRequest) -> str:
    return f'"{look.version(_current())}"'


@require_safe
@etag(_version)
def stylesheet(request: HttpRequest) -> HttpResponse:
    """Answer with the tokens; an address that names their version may be kept for good."""
    now = _current()
    response = HttpResponse(look.stylesheet(now), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = _A_YEAR if request.GET.get("v") == look.version(now) else _FIVE_MINUTES
    return response


@require_safe
def image(_request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer with the logo or the picture of today; their names follow from what they show."""
    now = look.current()
    file = next((each for each in (now.logo, now.picture) if each and each.name == f"look/{name}"), None)
    if file is None:
        raise Http404
    response = FileResponse(file.open("rb"), content_type=_TYPES[name.rpartition(".")[2]])
    response.headers["Cache-Control"] = _A_YEAR
    return response
