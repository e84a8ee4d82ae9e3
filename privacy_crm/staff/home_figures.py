"""The cards of the home page that take a while to count: each is fetched by itself, once the page is there."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from contacts.admin.base import today
from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.words.vocabulary import Channel
from dsr.answers import statistics
from dsr.words.vocabulary import Kind
from privacy_crm.access.frame import LANGUAGE
from privacy_crm.staff import ahead, figures
from privacy_crm.staff.remembering import remember, remembered
from retention.models import PurgeRun

TEN_MINUTES, HOUR, UNTIL_TOMORROW = 600, 3600, 26 * 3600
_SHAPE = 2  # raised when a figure counts something else: what an earlier release remembers would not fit its template
_LEDGER, _REASONS, _PERMISSIONS = (
    "retention.view_purgerun",
    "contacts.view_basis",
    "contacts.view_channelpermission",
)


@dataclass(frozen=True)
class Figure:
    """A card: who sees it, what it counts and how it shows that, and for how many seconds the numbers serve.

    What reads everybody is counted each night, and by a page only where that has not been done yet.
    """

    permission: str
    title: Any
    template: str
    count: Callable[[PolicyVersion, dt.date], Any]
    note: Any = ""
    wide: bool = False
    for_seconds: int = HOUR
    nightly: bool = False


def offered(user: Any) -> list[tuple[str, Figure]]:
    """Return the cards that this user may see, with their names."""
    return [(name, figure) for name, figure in FIGURES.items() if user.has_perm(figure.permission)]


def show(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with one card, for the page that waits for it. Before a policy is published, there is none."""
    figure, policy = FIGURES.get(name), PolicyVersion.objects.in_force()
    if figure is None or policy is None:
        raise Http404
    if not request.user.has_perm(figure.permission):
        raise PermissionDenied
    context = {"name": name, "figure": figure, "channels": list(Channel), **_counted(name, figure, policy)}
    return TemplateResponse(request, "staff/home_figure.html", context)


def _counted(name: str, figure: Figure, policy: PolicyVersion) -> dict[str, Any]:
    try:
        counted, as_of = remembered(
            _key(name, policy),
            lambda: figure.count(policy, today(policy)),
            for_seconds=figure.for_seconds,
            now=timezone.now(),
        )
    except OperationalError:
        return {"too_long": True}
    return {"counted": counted, "as_of": as_of}


def count_nightly(policy: PolicyVersion, *, at: dt.datetime) -> None:
    """Count what reads everybody, for the pages of the day."""
    day = day_of(at, policy.zone)
    with translation.override(LANGUAGE):
        for name, figure in FIGURES.items():
            if figure.nightly:
                remember(_key(name, policy), (figure.count(policy, day), at), for_seconds=UNTIL_TOMORROW)


def _key(name: str, policy: PolicyVersion) -> str:
    """Return under what the numbers are remembered. Another run makes what lies ahead another."""
    key = f"figure:{_SHAPE}:{name}:{policy.pk}"
    if name != "ahead":
        return key
    run, status = PurgeRun.objects.values_list("pk", "status").first() or (0, "none")
    return f"{key}:{run}:{status}"


def _years(policy: PolicyVersion, day: dt.date) -> list[tuple[statistics.Year, str, int]]:
    """Return every year kind by kind, with what the kind is called and how many were closed."""
    return [(each, str(Kind(each.kind).label), sum(each.closed.values())) for each in statistics.by_year()]


FIGURES = {
    "ahead": Figure(
        _LEDGER,
        _("The next 90 days, if nothing new happens"),
        "staff/ahead.html",
        ahead.look,
        wide=True,
        for_seconds=TEN_MINUTES,
        nightly=True,
    ),
    "leaving": Figure(
        _REASONS,
        _("Who can still be won back"),
        "staff/home_leaving.html",
        figures.leaving,
        _(
            "They are deleted, unless they do something new with us first, or a new agreement comes. Until then"
            " marketing may go to as many of them as stand under each channel."
        ),
        wide=True,
        nightly=True,
    ),
    "new": Figure(
        _REASONS,
        _("New contacts by scenario"),
        "staff/home_chart.html",
        figures.new_contacts,
        _(
            "The last twelve months, of those who are still held. Somebody who is held for two reasons is counted under"
            " both."
        ),
    ),
    "objections": Figure(
        _PERMISSIONS,
        _("Objections to marketing"),
        "staff/home_chart.html",
        figures.objections,
        _(
            "The last twelve months: each address once for each channel, in the month in which it first objected, also"
            " where the person has gone since."
        ),
    ),
    "permissions": Figure(
        _PERMISSIONS,
        _("Whom we may write to, by country"),
        "staff/home_countries.html",
        figures.by_country,
        _("Everybody who is held, and how many of them may get marketing on each channel."),
        wide=True,
        nightly=True,
    ),
    "history": Figure(
        _LEDGER,
        _("What the nights have done"),
        "staff/home_chart.html",
        figures.purges,
        _("The last twelve months, from the ledger of the runs."),
        wide=True,
        for_seconds=TEN_MINUTES,
    ),
    "years": Figure(
        _LEDGER,
        _("Requests by year"),
        "staff/home_years.html",
        _years,
        _("By the year in which they came in, those included whose own period is over."),
        wide=True,
        for_seconds=TEN_MINUTES,
    ),
}
