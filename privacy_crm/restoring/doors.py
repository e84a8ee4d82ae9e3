"""Closed doors: after a restore, nobody gets in before the journal was replayed. It says so in plain words."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.views import language as languages
from privacy_crm.restoring import opening, replay

# They say how the product is, and how it is asked, also while it is closed. None reads anything about anybody.
_OF_MACHINES = ("/healthz", "/readyz", "/metrics", "/api/openapi.json")
_RETRY = {"Retry-After": "30", "Cache-Control": "no-store"}


class Closed:
    """Answer 503 to public and staff alike, and see to it that somebody replays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OF_MACHINES) or not replay.pending():
            return self.get_response(request)
        opening.begin()
        return _in_json() if request.path.startswith("/api/") else _page(request)


def _page(request: HttpRequest) -> HttpResponse:
    request.POST = QueryDict()  # nothing of what was sent is read
    language = languages.chosen(request, list(dict(settings.LANGUAGES)))
    with translation.override(language):
        said = {"language": language, "languages": []}
        answer = render(request, "closed.html", said, status=HTTPStatus.SERVICE_UNAVAILABLE)
    for name, value in _RETRY.items():
        answer[name] = value
    return answer


def _in_json() -> HttpResponse:
    status = HTTPStatus.SERVICE_UNAVAILABLE
    told = {
        "type": "tag:privacy-crm,2026:closed",
        "title": _("We are bringing our records up to date"),
        "status": int(status),
        "code": "closed",
        "detail": _("Please try again in a few minutes."),
    }
    return JsonResponse(told, status=status, content_type="application/problem+json", headers=_RETRY)
