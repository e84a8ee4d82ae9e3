"""The cards of the home page: what each counts, who may see it, and for how long the numbers serve."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.base import budgets
from contacts.base.budgets import IsOver
from contacts.base.days import day_of, run_of
from contacts.base.limits import limits
from contacts.information import informing
from contacts.models import Contact, PolicyVersion
from dsr.answers import statistics
from dsr.words.vocabulary import Kind
from privacy_crm.figures import ahead, counts
from privacy_crm.figures.remembering import remember
from retention.longer import affected
from retention.models import PurgeRun

TEN_MINUTES, HOUR, A_DAY = 600, 3600, 24 * 3600
_SHAPE = 3  # raised when a figure counts something else: what an earlier release remembers would not fit its template
_LEDGER, _REASONS, _PERMISSIONS = (
    "retention.view_purgerun",
    "contacts.view_basis",
    "contacts.view_channelpermission",
)


type Count = Callable[[PolicyVersion, dt.date], Any]


@dataclass(frozen=True)
class Figure:
    """A card: who sees it, what it counts and how it shows that, and after how many seconds it is counted anew.

    What reads everybody is counted each night, and else only where that has not been done yet.
    """

    permission: str
    title: Any
    template: str
    count: Count
    note: Any = ""
    wide: bool = False
    for_seconds: int = HOUR
    nightly: bool = False


def offered(user: Any) -> list[tuple[str, Figure]]:
    """Return the cards that this user may see, with their names."""
    return [(name, figure) for name, figure in FIGURES.items() if user.has_perm(figure.permission)]


def count_nightly(policy: PolicyVersion, *, at: dt.datetime, is_over: IsOver = budgets.endless) -> list[str]:
    """Count what reads everybody, for the pages of the day, and return what there was no more time for."""
    nightly = [name for name, figure in FIGURES.items() if figure.nightly]
    for number, name in enumerate(nightly):
        if is_over():
            return nightly[number:]
        count(name, policy, at=at)
    return []


@limits(statement="1h")
def count(name: str, policy: PolicyVersion, *, at: dt.datetime) -> None:
    """Count one figure, and have the pages show it."""
    figure = FIGURES.get(name)
    counting = figure.count if figure else NUMBERS[name]
    remember(key_of(name, policy), (counting(policy, day_of(at, policy.zone)), at))


def is_known(name: str) -> bool:
    return name in FIGURES or name in NUMBERS


def is_old(name: str, as_of: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether numbers of that moment should be counted anew by now."""
    figure = FIGURES.get(name)
    seconds = A_DAY if figure and figure.nightly else figure.for_seconds if figure else HOUR
    return at - as_of > dt.timedelta(seconds=seconds)


def key_of(name: str, policy: PolicyVersion | None = None) -> str:
    """Return under what the numbers are remembered. Another run makes what lies ahead another."""
    key = f"figure:{_SHAPE}:{name}:{policy.pk if policy and name in FIGURES else 0}"
    if name != "ahead":
        return key
    run, status = PurgeRun.objects.values_list("pk", "status").first() or (0, "none")
    return f"{key}:{run}:{status}"


def _years(policy: PolicyVersion, day: dt.date) -> list[tuple[statistics.Year, Any, int]]:
    """Return every year kind by kind, with what the kind is called and how many were closed."""
    return [(each, Kind(each.kind).label, sum(each.closed.values())) for each in statistics.by_year()]


def _unshown(_policy: PolicyVersion, _day: dt.date) -> int:
    return informing.unshown(Contact.objects.whole()).count()


def _by_post(policy: PolicyVersion, day: dt.date) -> int:
    return affected.by_post(policy, at=run_of(day, policy.zone)).count()


# What stands in a sentence of the home page rather than on a card.
NUMBERS: dict[str, Count] = {"unshown": _unshown, "by_post": _by_post}

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
