"""Check-in on a phone: bare pages in the admin's space, so that its gate covers them, and the posts that they send.

A tap is answered in JSON where the page's script sent it, and leads back to the page where the browser did.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from contacts.admin import acts
from contacts.admin.base import RecordAdmin, today
from contacts.admin.door import Door, version
from contacts.admin.looks import note_list
from contacts.base import audit
from contacts.events import check_in
from contacts.events.check_in import Arrival, AttendingError, FullError
from contacts.models import Event, PolicyVersion
from contacts.outbox import wake_worker
from contacts.people.activities import ContactGoneError
from contacts.policy import policy_words
from contacts.signups.forms import SignUpForm
from contacts.signups.sign_ups import Wish

PERMISSION = "contacts.check_in"


@dataclass(frozen=True)
class Visit:
    """One request of a phone at the door of one event."""

    model_admin: RecordAdmin
    request: HttpRequest
    event: Event
    policy: PolicyVersion
    at: dt.datetime

    @property
    def door(self) -> Door:
        return Door(self.event, self.at, today(self.policy))

    @property
    def language(self) -> str:
        """The language that a guest chose on the page before, else the company's own."""
        languages, asked = policy_words.languages(self.policy), self.request.GET.get("lang", "")
        return asked if asked in languages else languages[0]

    def acts(self) -> dict[str, Any]:
        """Return what every act is told."""
        return {"policy": self.policy, "at": self.at, "by": acts.by(self.request)}

    def url(self, page: str) -> str:
        return self.model_admin.url_of(self.event, page)

    def show(self, template: str, **context: Any) -> HttpResponse:
        pages = {name: self.url(name) for name in ("change", *_PAGES)}
        status = context.pop("status", HTTPStatus.OK)
        known = {"event": self.event, "urls": {name.replace("-", "_"): url for name, url in pages.items()}}
        return TemplateResponse(self.request, f"check_in/{template}.html", known | context, status=status).render()


type View = Callable[..., HttpResponse]


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
    if closed := _closed(visit):
        return closed
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


def _closed(visit: Visit) -> HttpResponse | None:
    """Say when the door opens, where it is not open."""
    if check_in.is_open(visit.event, visit.at):
        return None
    return visit.show("closed", opens=check_in.opens_at(visit.event), closes=check_in.closes_at(visit.event))


def _state(visit: Visit) -> HttpResponse:
    return JsonResponse(visit.door.state())


def _arrive(visit: Visit) -> HttpResponse:
    return _tap(visit, lambda: check_in.check_in(visit.event, _guest(visit), **visit.acts()))


def _undo(visit: Visit) -> HttpResponse:
    return _tap(visit, lambda: check_in.undo(visit.event, _guest(visit), **visit.acts()))


def _walk_in(visit: Visit) -> HttpResponse:
    """Take a guest without a place, on a page in their language: it is they who read the note on it (P14)."""
    if closed := _closed(visit):
        return closed
    with translation.override(visit.language):
        return _take(visit)


def _hand_back(visit: Visit) -> HttpResponse:
    """Ask a guest for the phone back. What came of what they typed, the list tells our staff alone.

    Whether an address is known, or details are only stored, is not for whoever typed it.
    """
    with translation.override(visit.language):
        return visit.show("hand_back", language=visit.language, guest=visit.request.GET.get("in"))


def _admit(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Show whose address is not proven yet, and check them in once they have named it."""
    if closed := _closed(visit):
        return closed
    made = visit.door.waiting().filter(public_id=public_id).first()
    if made is None:
        messages.warning(visit.request, _("This guest has a place by now, or has signed up no longer."))
        return redirect(visit.url("check-in"))
    if visit.request.method == "POST":
        again = partial(visit.show, "admit", made=made, status=HTTPStatus.CONFLICT)
        return _let_in(visit, partial(check_in.admit, visit.event, made), again, f"{visit.url('check-in')}#g")
    return visit.show("admit", made=made)


_READ, _SEND, _BOTH = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
_PAGES: dict[str, tuple[tuple[str, ...], View]] = {
    "check-in": (_READ, _list),
    "who-is-in": (_READ, _state),
    "arrive": (_SEND, _arrive),
    "undo-arrival": (_SEND, _undo),
    "walk-in": (_BOTH, _walk_in),
    "hand-back": (_READ, _hand_back),
}


def _take(visit: Visit) -> HttpResponse:
    sent = visit.request.POST if visit.request.method == "POST" else None
    language, languages = visit.language, policy_words.languages(visit.policy)
    form = SignUpForm(sent, wish=Wish.at_the_door(visit.event), in_force=visit.policy, language=language)
    again = partial(visit.show, "walk_in", form=form, policy=visit.policy, language=language, languages=languages)
    if sent is None:
        return again()
    if not form.is_valid():
        return again(status=HTTPStatus.UNPROCESSABLE_ENTITY)
    then = f"{visit.url('hand-back')}?lang={language}&in="
    return _let_in(visit, partial(check_in.walk_in, visit.event, form.typed()), again, then)


def _let_in(visit: Visit, act: Callable[..., Arrival], again: View, then: str) -> HttpResponse:
    """Let somebody in who had no place, and tell our staff; or say why not, and keep what was typed.

    `then` is where this leads, and ends with the key of the place; with 0 where nothing is noted about the guest.
    """
    try:
        arrival = act(anyway="anyway" in visit.request.POST, **visit.acts())
    except FullError:
        return again(full=True, status=HTTPStatus.CONFLICT)
    except AttendingError as refusal:
        return again(refusal=str(refusal), status=HTTPStatus.CONFLICT)
    except ContactGoneError as refusal:
        return _tell(visit, partial(_words, refusal), f"{then}0")
    wake_worker.nudge()
    return _tell(visit, partial(_said, visit, arrival), f"{then}{arrival.registration_id}")


def _tell(visit: Visit, words: Callable[[], str], then: str) -> HttpResponse:
    """Keep words for our staff, in their language, until a page shows them that is theirs."""
    with translation.override("en"):
        messages.success(visit.request, words())
    return redirect(then)


def _tap(visit: Visit, act: Callable[[], Arrival | None]) -> HttpResponse:
    try:
        arrival = act()
    except (AttendingError, ContactGoneError) as refusal:
        return _answer(visit, {"refused": _words(refusal)}, _words(refusal), HTTPStatus.CONFLICT)
    told = {"since": visit.door.since(arrival.since), "again": arrival.again} if arrival else {"since": ""}
    said = _said(visit, arrival) if arrival else _("The guest is not in any more.")
    return _answer(visit, {**told, "counter": visit.door.counter()}, said)


def _answer(visit: Visit, told: dict[str, Any], said: str, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    if visit.request.accepts("text/html"):
        messages.info(visit.request, said)
        return redirect(visit.url("check-in"))
    return JsonResponse(told, status=status)


def _said(visit: Visit, arrival: Arrival) -> str:
    if arrival.again:
        return _("Already in at %s.") % visit.door.since(arrival.since)
    return _("The guest is in since %s.") % visit.door.since(arrival.since)


def _words(refusal: Exception) -> str:
    """Return why not. Whose details are only stored comes in all the same: they asked to, and no note is needed."""
    if isinstance(refusal, ContactGoneError):
        return _("Let this guest in. Nothing is noted about them: the privacy officer can say why.")
    return str(refusal)


def _guest(visit: Visit) -> int:
    key = visit.request.POST.get("guest", "")
    return int(key) if key.isdecimal() and len(key) < 19 else 0
