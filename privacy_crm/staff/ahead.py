"""What lapses in the coming days, for the home page: numbers a day, no person."""

import contextlib
import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from contacts.models import PolicyVersion
from contacts.vocabulary import Scenario
from retention import forecast
from retention.forecast import Day
from retention.models import PurgeRun

DAYS = 30
TEN_MINUTES = 600
_STEP, _HEIGHT = 20, 120  # of the chart, in its own units


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    title: str


@dataclass(frozen=True)
class Ahead:
    """The coming days: how many people go on each, and for which reasons."""

    days: list[Day]

    @property
    def first(self) -> dt.date:
        return self.days[0].day

    @property
    def last(self) -> dt.date:
        return self.days[-1].day

    @property
    def people(self) -> int:
        return sum(day.contacts for day in self.days)

    @property
    def scenarios(self) -> list[tuple[str, int]]:
        sums = [(str(Scenario(name).label), sum(day.bases[name] for day in self.days)) for name in Scenario.values]
        return [(label, number) for label, number in sums if number]

    @property
    def busy(self) -> list[tuple[dt.date, int, int]]:
        """Each day on which anything happens: people deleted, reasons lapsed."""
        rows = [(day.day, day.contacts, sum(day.bases.values())) for day in self.days]
        return [row for row in rows if row[1] or row[2]]

    @property
    def bars(self) -> list[Bar]:
        tallest = max(day.contacts for day in self.days) or 1
        heights = [round(day.contacts / tallest * _HEIGHT) for day in self.days]
        return [
            Bar(place * _STEP + 2, _HEIGHT - height, height, _title(day))
            for place, (day, height) in enumerate(zip(self.days, heights, strict=True))
        ]


def look(policy: PolicyVersion, first: dt.date, latest: PurgeRun | None) -> Ahead:
    """Return what the runs of the next days would do if nothing new happened.

    It reads everyone of whom something lapses by then, so the numbers are remembered for ten minutes, or until a run.
    """
    key = f"ahead:{policy.pk}:{first}:{latest and latest.pk}:{latest and latest.status}"
    days = _remembered(key)
    if days is None:
        days = list(forecast.days(policy=policy, first=first, number=DAYS))
        _remember(key, days)
    return Ahead(days)


def _remembered(key: str) -> list[Day] | None:
    try:
        days: list[Day] | None = cache.get(key)
    except RedisError:
        return None
    return days


def _remember(key: str, days: list[Day]) -> None:
    with contextlib.suppress(RedisError):
        cache.set(key, days, timeout=TEN_MINUTES)


def _title(day: Day) -> str:
    return f"{date_format(day.day)}: {ngettext('%d person', '%d people', day.contacts) % day.contacts}"
