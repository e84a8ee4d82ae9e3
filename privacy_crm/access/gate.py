"""The gate before the staff's pages: a session that has shown no second factor opens none of them."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from contacts.admin import second_factor

_OPEN = {"admin:logout", "admin:login", "admin:jsi18n"}


class Gate:
    """Lead staff who have no factor to where they set one up, and those who have one to where they show it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _options: Any) -> HttpResponse | None:
        if not _guards(request) or not request.user.is_authenticated or second_factor.is_shown(request):
            return None
        if not is_mfa_enabled(request.user):
            return second_factor.go(request, reverse("mfa_index"))
        back = request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else ""
        return second_factor.ask_anew(request, back or reverse("admin:index"))


def _guards(request: HttpRequest) -> bool:
    match = request.resolver_match
    guarded = match is not None and "admin" in match.namespaces and match.view_name not in _OPEN
    return settings.SECOND_FACTOR and guarded
