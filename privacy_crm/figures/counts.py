"""What the home page's charts count. Each reads whole tables, so none is asked for more than once in a while."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from contacts.base.days import add_months
from contacts.models import Basis, PolicyVersion, Suppression
from contacts.permission import permission
from contacts.words.vocabulary import Channel, Scenario
from privacy_crm import segments
from privacy_crm.figures.charts import Chart, Series
from retention.models import PurgeRun, RunStatus

MONTHS = 12
COUNTRIES = 10


@dataclass(frozen=True)
class Share:
    """How many of some people may be written to on a channel."""

    may: int
    of: int

    @property
    def percent(self) -> int:
        return round(100 * self.may / self.of) if self.of else 0


def leaving(policy: PolicyVersion, day: dt.date) -> list[tuple[int, int, list[int]]]:
    """Return for each span of days how many go in it, and how many of them each channel may reach until then."""
    found = []
    for days in segments.DAYS_AHEAD:
        people = segments.people({"due": str(days)}, policy=policy, day=day)
        reach = permission.reach_each(people, day=day)
        found.append((days, reach[Channel.EMAIL].asked, [reach[channel].may for channel in Channel]))
    return found


def new_contacts(policy: PolicyVersion, day: dt.date) -> Chart:
    """Count by month what people who are held today came in for. Whoever has gone since is not in it."""
    asked = Basis.objects.filter(collected_on__range=(_months(day)[0], day)).annotate(month=TruncMonth("collected_on"))
    counted = asked.order_by().values_list("scenario", "month").annotate(number=Count("pk"))
    return _by_month(day, [(each.value, each.label) for each in Scenario], counted)


def objections(policy: PolicyVersion, day: dt.date) -> Chart:
    """Count by month and channel the addresses that objected first in it, also those of people who have gone.

    Every objection is kept under its address, however it was heard: counting what stands on contacts as well would
    count twice.
    """
    asked = Suppression.objects.filter(since__range=(_months(day)[0], day)).annotate(month=TruncMonth("since"))
    counted = asked.order_by().values_list("channel", "month").annotate(number=Count("pk"))
    return _by_month(day, [(each.value, each.label) for each in Channel], counted)


def by_country(policy: PolicyVersion, day: dt.date) -> list[tuple[Any, list[Share]]]:
    """Return for each country, the largest first and small ones together, how many may be written to on each channel.

    One query a channel, each of which asks everybody who is held whole.
    """
    on: dict[Channel, dict[str, Share]] = {}
    for channel in Channel:
        asked = permission.judged(channel, day=day).order_by().values_list("country")
        numbers = asked.annotate(may=Count("pk", filter=Q(refusal="")), of=Count("pk"))
        on[channel] = {country: Share(may, of) for country, may, of in numbers}
    largest = sorted(on[Channel.EMAIL], key=lambda country: (-on[Channel.EMAIL][country].of, country))
    rows: list[tuple[Any, list[Share]]] = [
        (_named(each), [on[channel].get(each, Share(0, 0)) for channel in Channel]) for each in largest[:COUNTRIES]
    ]
    if others := largest[COUNTRIES:]:
        rest = [_together(shares[each] for each in others if each in shares) for shares in on.values()]
        rows.append((_("All other countries"), rest))
    return rows


def _name(country: str) -> str:
    return str(countries.name(country)) or country or str(_("Country missing"))


# What is remembered is read aloud in the language of the reader.
_named, _dated = lazy(_name, str), lazy(date_format, str)


def _together(shares: Iterable[Share]) -> Share:
    listed = list(shares)
    return Share(sum(each.may for each in listed), sum(each.of for each in listed))


def purges(policy: PolicyVersion, day: dt.date) -> Chart:
    """Return from the ledger what the nights of each month did, and how many of them went wrong."""
    troubled = Q(status__in=[RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.MISSED])
    runs = PurgeRun.objects.filter(at__date__range=(_months(day)[0], day)).annotate(month=TruncMonth("at__date"))
    summed = (
        runs.order_by()
        .values("month")
        .annotate(
            deleted=Sum("counts__contacts_deleted", default=0),
            reduced=Sum("counts__contacts_minimised", default=0),
            kept=Max("spared", default=0),
            lapsed=Sum("counts__bases_lapsed", default=0),
            troubled=Count("pk", filter=troubled, distinct=True),
        )
    )
    labels = {
        "deleted": _("People deleted"),
        "reduced": _("People reduced to what the law requires"),
        "kept": _("People spared by an open request or claim, at most in one night"),
        "lapsed": _("Reasons that lapsed"),
        "troubled": _("Runs that failed, broke off or did not happen"),
    }
    counted = [
        (name, month, number)
        for month, *numbers in summed.values_list("month", *labels)
        for name, number in zip(labels, numbers, strict=True)
    ]
    return _by_month(day, list(labels.items()), counted, levels={"kept"})  # the same people night after night


def _by_month(
    day: dt.date,
    labels: list[tuple[str, Any]],
    counted: Iterable[tuple[str, dt.date, int]],
    *,
    levels: Collection[str] = (),
) -> Chart:
    """Return numbers, each with its code and the first day of its month, as a chart of the last twelve months.

    Of what is in `levels` the greatest number stands for all of them, of the others the sum.
    """
    found = {(code, month): number for code, month, number in counted}
    months = _months(day)
    return Chart(
        _("Month"),
        [_dated(month, "F Y") for month in months],
        [
            Series(label, [found.get((code, each), 0) for each in months], max if code in levels else sum)
            for code, label in labels
        ],
    )


def _months(day: dt.date) -> list[dt.date]:
    """Return the first days of the twelve months that end with this one."""
    first = day.replace(year=day.year - 1, day=1)
    return [add_months(first, number) for number in range(1, MONTHS + 1)]
