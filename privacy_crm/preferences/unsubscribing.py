"""Unsubscribe by the link in a mail: a page with a button, and the POST of a mail program (RFC 8058, P13)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from contacts.models import Topic
from contacts.outbox import links, wake_worker
from contacts.outbox.links import Stop
from contacts.views import refusals
from contacts.views.frame import Visit
from contacts.views.posts import one_click_view
from contacts.words.vocabulary import Channel
from privacy_crm.preferences.stopping import Stopping

_CHOICES = ("everything", "email", "topic", "not_me")


@one_click_view
def unsubscribe(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show what can be stopped; a POST stops it, and answers everybody alike.

    A POST that names no choice of our page's is a mail program's, whatever else it says: whoever holds the link may
    stop our mail.
    """
    try:
        stop = links.read_stop(token)
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    if request.method != "POST":
        return visit.show("preferences/unsubscribe.html", _said(stop, visit, token))
    choice = request.POST.get("do", "")
    if choice not in _CHOICES:
        _stopping(stop, visit, "unsubscribed by one click").one_click()
        return HttpResponse("Done.\n", content_type="text/plain; charset=utf-8")
    _do(choice, _stopping(stop, visit, "unsubscribed on our page"))
    wake_worker.nudge()
    return visit.show("preferences/stopped.html", _said(stop, visit, token) | {"choice": choice})


def _stopping(stop: Stop, visit: Visit, reason: str) -> Stopping:
    return Stopping(stop, reason, visit.policy, timezone.now(), "visitor")


def _do(choice: str, stopping: Stopping) -> None:
    match choice:
        case "everything":
            stopping.channels(list(Channel))
        case "email":
            stopping.channels([Channel.EMAIL])
        case "topic":
            stopping.topic()
        case _:
            stopping.not_me()


def _said(stop: Stop, visit: Visit, token: str) -> dict[str, Any]:
    """Return what the pages show: nothing that tells whether the person is held."""
    topic = Topic.objects.filter(slug=stop.list).first()
    return {
        "topic": topic.named(visit.language) if topic else "",
        "unproven": stop.sign_up is not None,
        "token": token,
    }
