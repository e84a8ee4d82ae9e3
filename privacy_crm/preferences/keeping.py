"""The answer to the mail that says that somebody is about to be deleted: it was not me, keep my details (L15)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.outbox import links
from contacts.views import refusals
from contacts.views.frame import Visit
from contacts.views.posts import link_view
from retention.lapses import parting


@link_view
def keep(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show what the button does; a post keeps the details, and opens what the objection had stopped."""
    try:
        message_id = links.read_keep(token)
        if request.method != "POST":
            parting.waiting(message_id)
            return visit.show("preferences/keep.html")
        parting.keep(message_id, at=timezone.now(), by="visitor")
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    except parting.NothingToKeepError:
        return refusals.ended_link(visit)
    return visit.show("preferences/kept.html")
