"""A guest looks at their place at an event, and gives it up (P8)."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from contacts import links, nudging, places
from contacts.models import Registration
from contacts.views import refusals, spoken
from contacts.views.frame import Visit
from contacts.views.posts import link_view


@link_view
def place(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show a place; a post gives it up, and leads back to the page, which says so."""
    try:
        held = Registration.objects.select_related("event").filter(pk=links.read_place(token)).first()
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    if held is None:
        return refusals.ended_link(visit)
    if request.method == "POST":
        return _give_up(visit, held)
    return _show(visit, held)


def _give_up(visit: Visit, held: Registration) -> HttpResponse:
    try:
        places.give_up(held.pk, at=timezone.now(), by="visitor")
    except places.PlaceError:
        return _show(visit, held, HTTPStatus.CONFLICT)
    nudging.nudge()
    return redirect(f"{visit.request.path}?lang={visit.language}")


def _show(visit: Visit, held: Registration, status: int = HTTPStatus.OK) -> HttpResponse:
    """Show whether the place still stands; a reader that presses twice is told the same again."""
    context = spoken.of_event(held.event, visit.language) | {
        "given_up": held.cancelled_at is not None,
        "over": held.event.over_at <= timezone.now(),
    }
    return visit.show("contacts/place.html", context, status=status)
