"""The cards of the home page that take a while to count: each is fetched by itself, once the page is there."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from contacts.admin.base import today
from contacts.models import PolicyVersion
from contacts.words.vocabulary import Channel
from privacy_crm.figures import catalogue
from privacy_crm.figures.remembering import remembered


def show(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with one card, for the page that waits for it. Before a policy is published, there is none."""
    figure, policy = catalogue.FIGURES.get(name), PolicyVersion.objects.in_force()
    if figure is None or policy is None:
        raise Http404
    if not request.user.has_perm(figure.permission):
        raise PermissionDenied
    context = {"name": name, "figure": figure, "channels": list(Channel), **_counted(name, figure, policy)}
    return TemplateResponse(request, "staff/home_figure.html", context)


def _counted(name: str, figure: catalogue.Figure, policy: PolicyVersion) -> dict[str, Any]:
    try:
        counted, as_of = remembered(
            catalogue.key_of(name, policy),
            lambda: figure.count(policy, today(policy)),
            for_seconds=figure.for_seconds,
            now=timezone.now(),
        )
    except OperationalError:
        return {"too_long": True}
    return {"counted": counted, "as_of": as_of}
