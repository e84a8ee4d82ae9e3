"""Check-in on a phone: bare pages in the admin's space, so that its gate covers them, and the posts that they send.

A tap is answered in JSON where the page's script sent it, and leads back to the page where the browser did.
"""

import uuid
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.admin.events import guest_phone, walk_in
from contacts.admin.events.door import version
from contacts.admin.events.door_visit import View, Visit, closed, let_in, said, words_of
from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.admin.shared.looks import note_list
from contacts.base import audit
from contacts.events import check_in
from contacts.events.check_in import Arrival, AttendingError
from contacts.models import PolicyVersion
from contacts.people.activities import ContactGoneError

PERMISSION = "contacts.check_in"


def urls(model_admin: RecordAdmin) -> list[URLPattern]:
    """Return the addresses of the pages, each behind the admin's gate and its own permission."""
    views = [(f"<path:object_id>/{name}/", name, methods, view) for name, (methods, view) in _PAGES.items()]
    views.append(("<path:object_id>/check-in/<uuid:public_id>/", "admit", _BOTH, _admit))
    return [
        path(route, model_admin.admin_site.admin_view(partial(_enter, model_admin, methods, view)), name=_name(name))
        for route, name, methods, view in views
    ]


def _name(page: str) -> str:
    return f"contacts_event_{page}"


def _enter(
    model_admin: RecordAdmin, methods: tuple[str, ...], view: View, request: HttpRequest, object_id: str, **rest: Any
) -> HttpResponse:
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    event, policy = model_admin.found(request, object_id), PolicyVersion.objects.in_force()
    if policy is None:
        messages.warning(request, _("No policy is published yet, so that nobody can be held."))
        return redirect(model_admin.url_of(event))
    return view(Visit(model_admin, request, event, policy, timezone.now()), **rest)


def _list(visit: Visit) -> HttpResponse:
    """Show who is expected. A look at the list is on record, and so is every guest who is checked in."""
    if shut := closed(visit):
        return shut
    audit.record("guests.listed", at=visit.at, by=acts.by(visit.request), rule=f"event:{visit.event.pk}")
    note_list(visit.request, visit.door.people(), f"event:{visit.event.pk}")
    guests = visit.door.guests()
    return visit.show(
        "list",
        guests=guests,
        unnamed=visit.door.unnamed(),
        counter=visit.door.counter(),
        version=version(guest.key for guest in guests),
    )


def _state(visit: Visit) -> HttpResponse:
    """Say who is in; on a phone that a guest holds, only that there is a connection."""
    return JsonResponse({} if guest_phone.is_locked(visit.request) else visit.door.state())


def _arrive(visit: Visit) -> HttpResponse:
    return _tap(visit, lambda: check_in.check_in(visit.event, _guest(visit), **visit.acts()))


def _undo(visit: Visit) -> HttpResponse:
    if typed := _typed_at_the_door(visit):
        told = {"at": visit.at, "by": visit.acts()["by"]}
        return _tap(visit, lambda: check_in.undo_walk_in(visit.event, typed, **told))
    return _tap(visit, lambda: check_in.undo(visit.event, _guest(visit), **visit.acts()))


def _admit(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Show whose address is not proven yet, and check them in once they have named it."""
    if shut := closed(visit):
        return shut
    made = visit.door.waiting().filter(public_id=public_id).first()
    if made is None:
        messages.warning(visit.request, _("This guest has a place by now, or has signed up no longer."))
        return redirect(visit.url("check-in"))
    if visit.request.method == "POST":
        again = partial(visit.show, "admit", made=made, status=HTTPStatus.CONFLICT)
        return let_in(visit, partial(check_in.admit, visit.event, made), again, f"{visit.url('check-in')}#g")
    return visit.show("admit", made=made)


_READ, _SEND, _BOTH = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
_PAGES: dict[str, tuple[tuple[str, ...], View]] = {
    "check-in": (_READ, _list),
    "who-is-in": (_READ, _state),
    "arrive": (_SEND, _arrive),
    "undo-arrival": (_SEND, _undo),
    "walk-in": (_BOTH, walk_in.walk_in),
    "hand-over": (_SEND, walk_in.hand_over),
    "hand-back": (_READ, walk_in.hand_back),
}
PAGES = tuple(_PAGES)


def _tap(visit: Visit, act: Callable[[], Arrival | None]) -> HttpResponse:
    try:
        arrival = act()
    except (AttendingError, ContactGoneError) as refusal:
        return _answer(visit, {"refused": words_of(refusal)}, words_of(refusal), HTTPStatus.CONFLICT)
    told = {"since": visit.door.since(arrival.since), "again": arrival.again} if arrival else {"since": ""}
    told_so = said(visit, arrival) if arrival else _("The guest is not in any more.")
    return _answer(visit, {**told, "counter": visit.door.counter()}, told_so)


def _answer(visit: Visit, told: dict[str, Any], said: str, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    if visit.request.accepts("text/html"):
        messages.info(visit.request, said)
        return redirect(visit.url("check-in"))
    return JsonResponse(told, status=status)


def _typed_at_the_door(visit: Visit) -> uuid.UUID | None:
    try:
        return uuid.UUID(visit.request.POST.get("guest", ""))
    except ValueError:
        return None


def _guest(visit: Visit) -> int:
    key = visit.request.POST.get("guest", "")
    return int(key) if key.isdecimal() and len(key) < 19 else 0
