"""A guest looks at their place at an event, and gives it up, or takes back what they told about their food (P8)."""

import uuid
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from contacts.events import dietary, places
from contacts.models import FoodPreference, Registration
from contacts.outbox import links, wake_worker
from contacts.signups import sign_ups
from contacts.signups.sign_ups import Wish
from contacts.views import refusals, spoken
from contacts.views.frame import Visit
from contacts.views.posts import link_view


@link_view
def place(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show a place; a post gives it up, or has its food forgotten, and leads back to the page, which says so."""
    try:
        whose = links.read_place(token)
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    held = places.find(*whose)
    if held is None:
        return refusals.ended_link(visit)
    if request.method != "POST":
        return _show(visit, held)
    return _forget_food(visit, held) if request.POST.get("do") == "food" else _give_up(visit, held, whose)


def _forget_food(visit: Visit, held: Registration) -> HttpResponse:
    dietary.withdraw_at(held, at=timezone.now(), by="visitor")
    return _back(visit)


def _give_up(visit: Visit, held: Registration, whose: tuple[uuid.UUID, int]) -> HttpResponse:
    try:
        places.give_up(held.pk, at=timezone.now(), by="visitor")
    except places.PlaceError:
        return _show(visit, places.find(*whose) or held, HTTPStatus.CONFLICT)
    wake_worker.nudge()
    return _back(visit)


def _back(visit: Visit) -> HttpResponse:
    return redirect(f"{visit.request.path}?lang={visit.language}")


def _show(visit: Visit, held: Registration, status: int = HTTPStatus.OK) -> HttpResponse:
    """Show whether the place still stands; a reader that presses twice is told the same again."""
    context = spoken.of_event(held.event, visit.language) | {
        "given_up": held.cancelled_at is not None,
        "over": held.event.over_at <= timezone.now(),
        "came": held.attended_at is not None,
        "open": not sign_ups.closed(held.event, timezone.now()),
        "asks_food": Wish.of_event(held.event).asks_food,
        "food": FoodPreference.objects.filter(registration=held).exists(),
    }
    return visit.show("contacts/place.html", context, status=status)
