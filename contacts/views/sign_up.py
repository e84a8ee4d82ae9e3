"""The forms by which people come in: whitepaper, event, and registration as customer or partner."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

import redis
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.models import Event, Whitepaper
from contacts.outbox import wake_worker
from contacts.signups import challenge, limits, refusal_words, sign_ups
from contacts.signups.forms import SignUpForm
from contacts.signups.sign_ups import SignUpRefusedError, Wish
from contacts.views import spoken
from contacts.views.frame import Visit, framed
from contacts.views.posts import form_view
from contacts.words.vocabulary import AGREEMENT_SCENARIOS

TRAP = "website"  # no person sees this field; whoever fills it in is a program
_A_MINUTE = 60

type View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Door:
    """One form, on our own page or embedded in another of the company's, at one moment."""

    visit: Visit
    wish: Wish
    embedded: bool
    at: dt.datetime


def with_form(view: View) -> View:
    """Allow the challenge's worker; for `embedded` pages, allow the pages in EMBED_ORIGINS to frame them as well."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, embedded: bool = False, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, embedded=embedded, **kwargs)
        policy = settings.SECURE_CSP | challenge.WORKERS
        if embedded and settings.EMBED_ORIGINS:
            policy |= {"frame-ancestors": settings.EMBED_ORIGINS}
            setattr(response, "xframe_options_exempt", True)  # noqa: B010 - read by Django's middleware, untyped
        setattr(response, "_csp_config", policy)  # noqa: B010 - the attribute that csp_override sets, untyped
        return response

    return answered


@with_form
@form_view
def whitepaper(request: HttpRequest, visit: Visit, slug: str, *, embedded: bool = False) -> HttpResponse:
    """Ask for a whitepaper."""
    found = get_object_or_404(Whitepaper, slug=slug, published_at__lte=timezone.now())
    return _answer(Door(visit, Wish.of_whitepaper(found), embedded, timezone.now()))


@with_form
@form_view
def event(request: HttpRequest, visit: Visit, slug: str, *, embedded: bool = False) -> HttpResponse:
    """Ask for a place at an event."""
    found = get_object_or_404(Event, slug=slug)
    if not found.is_public:
        raise Http404
    return _answer(Door(visit, Wish.of_event(found), embedded, timezone.now()))


@with_form
@form_view
def register(request: HttpRequest, visit: Visit, *, embedded: bool = False) -> HttpResponse:
    """Register as a customer or partner: `?as=` says which, and without it the visitor chooses."""
    scenario = request.GET.get("as", "")
    if scenario in AGREEMENT_SCENARIOS:
        return _answer(Door(visit, Wish.of_register(scenario), embedded, timezone.now()))
    if request.method == "POST":
        raise Http404
    return visit.show("contacts/register.html")


@with_form
@require_safe
@framed
def sent(request: HttpRequest, visit: Visit, *, embedded: bool = False) -> HttpResponse:
    """Say what happens next, to everybody in the same words: whether an address is on file shows nowhere."""
    return visit.show("contacts/sent.html")


def _answer(door: Door) -> HttpResponse:
    if door.visit.request.method == "POST":
        return _take(door)
    try:
        door.wish.check(door.at)
    except SignUpRefusedError as refusal:
        return _closed(door, refusal, HTTPStatus.GONE if refusal.code == "withdrawn" else HTTPStatus.OK)
    if door.wish.event and sign_ups.is_full(door.wish.event):
        return _closed(door, SignUpRefusedError("full"), HTTPStatus.OK)
    return _show(door, SignUpForm(wish=door.wish, in_force=door.visit.policy, language=door.visit.language))


def _take(door: Door) -> HttpResponse:
    """Take a post, or say what is wrong with it and keep what was typed."""
    visit = door.visit
    if visit.request.POST.get(TRAP):
        return _thanks(door)
    form = SignUpForm(visit.request.POST, wish=door.wish, in_force=visit.policy, language=visit.language)
    try:
        return _sign_up(door, form)
    except SignUpRefusedError as refusal:
        return _closed(door, refusal, refusal_words.status(refusal.code))
    except limits.TooManyError as refusal:
        form.add_error(None, _("There were too many attempts within an hour. Nothing was stored. Try again later."))
        return _show(door, form, HTTPStatus.TOO_MANY_REQUESTS, refusal.retry_after)
    except redis.RedisError:
        form.add_error(None, _("We cannot take this right now. Nothing was stored. Try again in a few minutes."))
        return _show(door, form, HTTPStatus.SERVICE_UNAVAILABLE, _A_MINUTE)


def _sign_up(door: Door, form: SignUpForm) -> HttpResponse:
    """Check the cheapest first; the challenge is used up only by a post that is right otherwise."""
    request = door.visit.request
    door.wish.check(door.at)
    limits.take_from(request)
    if not form.is_valid():
        return _show(door, form, HTTPStatus.CONFLICT if form.is_outdated() else HTTPStatus.UNPROCESSABLE_ENTITY)
    if problem := challenge.problem(request.POST.get(challenge.FIELD, "")):
        form.add_error(None, problem)
        return _show(door, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    limits.take_to(form.typed().email)
    sign_ups.sign_up(
        door.wish,
        form.typed(),
        policy=door.visit.policy,
        consents=form.consents(),
        food=form.food_told(),
        source="embed" if door.embedded else "form",
        at=door.at,
        by="visitor",
    )
    wake_worker.nudge()
    return _thanks(door)


def _thanks(door: Door) -> HttpResponse:
    """Lead to a page that can be read again without sending anything twice."""
    path = reverse("embedded_sent" if door.embedded else "sent")
    return redirect(f"{path}?lang={door.visit.language}")


def _show(door: Door, form: SignUpForm, status: int = HTTPStatus.OK, retry_after: int = 0) -> HttpResponse:
    context = _said(door) | {"form": form, "note": form.note, "widget": challenge.widget(), "trap": TRAP}
    response = door.visit.show("contacts/sign_up.html", context, status=status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _closed(door: Door, refusal: SignUpRefusedError, status: int) -> HttpResponse:
    """Show what it is about, with the reason in the place of the form."""
    said = _said(door) | {"closed": refusal_words.words(refusal.code)}
    return door.visit.show("contacts/sign_up.html", said, status=status)


def _said(door: Door) -> dict[str, Any]:
    said = spoken.of_wish(door.wish, door.visit.language) | {"wish": door.wish}
    return said if door.embedded else said | _found(door, said)


def _found(door: Door, said: dict[str, Any]) -> dict[str, Any]:
    """Return what the page says about itself to those who look for it."""
    wish, event = door.wish, door.wish.event
    subject = event or wish.whitepaper
    page = ("event" if event else "whitepaper", subject.slug) if subject else ("register",)
    return door.visit.about(*page, title=said["title"], description=said["summary"] or said["title"], event=event)
