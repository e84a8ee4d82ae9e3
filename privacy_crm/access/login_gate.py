"""Before the pages of staff: a log-in ends after twelve hours, or an hour without use (ADR 0059)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from contacts.admin.events import check_in
from contacts.admin.shared import second_factor
from contacts.events import check_in as check_ins
from contacts.models import Event
from privacy_crm.access import logins
from privacy_crm.access.frame import language_of
from privacy_crm.models import OpenLogin
from privacy_crm.security import OF_STAFF

_LIST = "admin:contacts_event_check-in"
# What checks guests in, and stays open until the event is over.
_DOOR = {f"admin:contacts_event_{page}" for page in (*check_in.PAGES, "admit")}
# What a page asks for by itself, while nobody uses it.
_BY_ITSELF = {
    "admin:contacts_event_who-is-in",
    "admin:contacts_mailing_progress",
    "admin:contacts_upload_progress",
    "admin:figure",
}


class LoginGate:
    """End what has lasted too long. The door of an event keeps its own pages until the event is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, options: Any) -> HttpResponse | None:
        if not request.path.startswith(OF_STAFF) or not request.user.is_authenticated:
            return None
        now = timezone.now()
        login = logins.noted(request, request.user, at=now)
        page = request.resolver_match.view_name if request.resolver_match else ""
        if logins.is_over(login, now):
            return None if _is_its_door(login, page, options) and logins.is_at_door(login, now) else _end(request)
        if page not in _BY_ITSELF:
            logins.use(login, at=now)
        if page == _LIST:
            _stand_at_door(request, login, options)
        return None


def _is_its_door(login: OpenLogin, page: str, options: Any) -> bool:
    return page in _DOOR and str(login.door_id) == options.get("object_id")


def _stand_at_door(request: HttpRequest, login: OpenLogin, options: Any) -> None:
    """Note at which event guests are checked in here, where that may be done now."""
    key = options.get("object_id", "")
    event = login.door if key == str(login.door_id) else _event(key)
    if event is None or (login.door, login.door_until) == (event, event.over_at):
        return
    if request.user.has_perm(check_in.PERMISSION) and check_ins.is_open(event, timezone.now()):
        logins.stand_at_door(login, event)


def _event(key: str) -> Event | None:
    return Event.objects.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None


def _end(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else ""
    language = language_of(request)
    logout(request)
    with translation.override(language):
        messages.info(request, _("You were logged out after twelve hours, or after an hour without use. Log in again."))
    page = reverse("account_login")
    return second_factor.go(request, f"{page}?{urlencode({'next': back})}" if back else page)
