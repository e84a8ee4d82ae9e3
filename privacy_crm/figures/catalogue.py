"""The cards of the home page: what each counts, who may see it, and for how long the numbers serve."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.models import PolicyVersion
from dsr.answers import statistics
from dsr.words.vocabulary import Kind
from privacy_crm.access.frame import LANGUAGE
from privacy_crm.figures import ahead, counts
from privacy_crm.figures.remembering import remember
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


@limits(statement="1h")
def count_nightly(policy: PolicyVersion, *, at: dt.datetime) -> None:
    """Count what reads everybody, for the pages of the day."""
    day = day_of(at, policy.zone)
    with translation.override(LANGUAGE):
        for name, figure in FIGURES.items():
            if figure.nightly:
                remember(key_of(name, policy), (figure.count(policy, day), at), for_seconds=UNTIL_TOMORROW)


def key_of(name: str, policy: PolicyVersion) -> str:
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
        counts.leaving,
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
        counts.new_contacts,
        _(
            "The last twelve months, of those who are still held. Somebody who is held for two reasons is counted under"
            " both."
        ),
    ),
    "objections": Figure(
        _PERMISSIONS,
        _("Objections to marketing"),
        "staff/home_chart.html",
        counts.objections,
        _(
            "The last twelve months: each address once for each channel, in the month in which it first objected, also"
            " where the person has gone since."
        ),
    ),
    "permissions": Figure(
        _PERMISSIONS,
        _("Whom we may write to, by country"),
        "staff/home_countries.html",
        counts.by_country,
        _("Everybody who is held, and how many of them may get marketing on each channel."),
        wide=True,
        nightly=True,
    ),
    "history": Figure(
        _LEDGER,
        _("What the nights have done"),
        "staff/home_chart.html",
        counts.purges,
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
