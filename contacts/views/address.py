"""The reader of a doubted address says whether it is theirs (L15)."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.outbox import links
from contacts.people import address_trust
from contacts.views import refusals
from contacts.views.frame import Visit
from contacts.views.posts import link_view


@link_view
def address(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show the question; a post answers it, as long as it is asked."""
    try:
        public_id, address_hash = links.read_asked(token)
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    if not address_trust.is_asked(public_id, address_hash):
        return refusals.ended_link(visit)
    said = request.POST.get("mine", "") if request.method == "POST" else ""
    if said not in {"yes", "no"}:
        return visit.show("contacts/address.html")
    mine = said == "yes"
    if not address_trust.answer(public_id, address_hash, mine=mine, at=timezone.now(), by="visitor"):
        return refusals.ended_link(visit)
    return visit.show("contacts/address_answered.html", {"mine": mine})
