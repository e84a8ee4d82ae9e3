"""A phone that guests type on: its session opens the page for guests alone, until staff have shown who they are."""

import time

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest
from django.urls import reverse

from contacts.models import Event

_EVENT, _SINCE = "guest_phone_event", "guest_phone_since"
_PAGES = ("walk-in", "hand-back", "who-is-in")


def lock(request: HttpRequest, event: Event) -> None:
    request.session[_EVENT], request.session[_SINCE] = event.pk, time.time()


def is_locked(request: HttpRequest) -> bool:
    """Tell whether a guest may hold the phone. Whoever has shown a factor or the password since takes it back."""
    if _EVENT not in request.session:
        return False
    if any(record["at"] > request.session[_SINCE] for record in get_authentication_records(request, request.user)):
        del request.session[_EVENT], request.session[_SINCE]
        return False
    return True


def may_open(request: HttpRequest) -> bool:
    """Tell whether the page asked for is one that a guest needs who holds the phone."""
    pages = [reverse(f"admin:contacts_event_{name}", args=[request.session[_EVENT]]) for name in _PAGES]
    return request.path in pages
