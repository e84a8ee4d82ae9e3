"""The cards of the home page: each is fetched by itself, and shows what a worker has counted, never counting itself."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from contacts.models import PolicyVersion
from contacts.words.vocabulary import Channel
from privacy_crm.figures import asking, catalogue

TRIES = 60  # every two seconds, until a worker has counted


def show(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with one card, for the page that waits for it. Before a policy is published, there is none."""
    figure, policy = catalogue.FIGURES.get(name), PolicyVersion.objects.in_force()
    if figure is None or policy is None:
        raise Http404
    if not request.user.has_perm(figure.permission):
        raise PermissionDenied
    context = {"name": name, "figure": figure, "channels": list(Channel), **_known(request, name, policy)}
    return TemplateResponse(request, "staff/home_figure.html", context)


def _known(request: HttpRequest, name: str, policy: PolicyVersion) -> dict[str, Any]:
    try:
        known = asking.known(name, policy, at=timezone.now())
    except asking.AwayError:
        return {"away": True}
    if known:
        return {"counted": known[0], "as_of": known[1]}
    tries = _number(request.GET.get("tries", "0")) + 1
    return {"waits": tries} if tries < TRIES else {"gave_up": True}


def _number(tries: str) -> int:
    """Return how often a card has asked; what is no such number is too often."""
    return int(tries) if tries.isdecimal() and len(tries) < 4 else TRIES
