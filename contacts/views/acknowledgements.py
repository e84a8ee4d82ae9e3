"""A recipient reads what it has to do about people whose data it was given, and says that it is done.

Its server may post to the same address, with whatever body; neither has an account with us.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from contacts.disclosure import acknowledging, notice_words
from contacts.models import Recipient
from contacts.models.recipients import RecipientNotices
from contacts.outbox import links
from contacts.views import refusals
from contacts.views.frame import Visit
from contacts.views.posts import one_click_view


@one_click_view
def notices(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show what is still to be done; a post acknowledges it, and leads back to the page, which says so."""
    try:
        recipient, meant = acknowledging.meant_by(links.read_told(token))
    except (links.InvalidLinkError, acknowledging.NoticeGoneError):
        return refusals.unknown_link(visit)
    if request.method == "POST":
        acknowledging.acknowledge(meant, at=timezone.now(), by=f"recipient:{recipient.pk}")
        return redirect(f"{request.path}?lang={visit.language}")
    return _show(visit, recipient, meant)


def _show(visit: Visit, recipient: Recipient, meant: RecipientNotices) -> HttpResponse:
    still_open = list(meant.open().order_by("created_at", "pk"))
    context = {"recipient": recipient, "tasks": notice_words.tasks(still_open), "number": len(still_open)}
    return visit.show("contacts/notices.html", context)
