"""The gate before the staff's pages: a session that has shown no second factor opens none of them.

Nor does one on a phone that guests type on: it opens their page alone, until staff have shown who they are.
"""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from contacts.admin.events import guest_phone
from contacts.admin.shared import second_factor
from privacy_crm.security import OF_STAFF

_OPEN = {"admin:logout", "admin:login", "admin:jsi18n"}
_AGAIN = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


class Gate:
    """Lead staff who have no factor to where they set one up, and those who have one to where they show it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _options: Any) -> HttpResponse | None:
        if _is_staffs(request) and request.user.is_authenticated and guest_phone.is_locked(request):
            return None if guest_phone.may_open(request) else _unlock(request)
        if not _guards(request) or not request.user.is_authenticated or second_factor.is_shown(request):
            return None
        if not is_mfa_enabled(request.user):
            return second_factor.go(request, reverse("mfa_index"))
        back = request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else ""
        return second_factor.ask_anew(request, back or reverse("admin:index"))


def _is_staffs(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and request.path.startswith(OF_STAFF) and match.view_name not in _OPEN | _AGAIN


def _unlock(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return second_factor.go(request, second_factor.where(request, back))


def _guards(request: HttpRequest) -> bool:
    match = request.resolver_match
    guarded = match is not None and "admin" in match.namespaces and match.view_name not in _OPEN
    return settings.SECOND_FACTOR and guarded
