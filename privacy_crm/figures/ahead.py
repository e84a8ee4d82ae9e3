"""What lapses in the coming days, for the home page: numbers a week, no person."""

import datetime as dt
from dataclasses import dataclass
from itertools import batched

from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from contacts.models import PolicyVersion
from contacts.words.vocabulary import Scenario
from privacy_crm.figures.charts import Chart, Series
from privacy_crm.segments import DAYS_AHEAD
from retention.forecasts import forecast
from retention.forecasts.forecast import Day

WEEK = 7
_dated = lazy(date_format, str)


@dataclass(frozen=True)
class Ahead:
    """The coming days: how many people go on each, and for which reasons."""

    days: list[Day]

    @property
    def people(self) -> int:
        return self._within(len(self.days))

    @property
    def tonight(self) -> int:
        """How many go in the next run: those of its own day, and whom the run before has left."""
        return self._within(2)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """For each span, how many go until its last day; the list of contacts finds as many."""
        return [(span, self._within(span + 1)) for span in DAYS_AHEAD]

    @property
    def scenarios(self) -> list[tuple[str, int]]:
        sums = [(str(Scenario(name).label), sum(day.bases[name] for day in self.days)) for name in Scenario.values]
        return [(label, number) for label, number in sums if number]

    @property
    def chart(self) -> Chart:
        weeks = list(batched(self.days, WEEK, strict=False))
        people = [sum(day.contacts for day in week) for week in weeks]
        reasons = [sum(sum(day.bases.values()) for day in week) for week in weeks]
        names = [_dated(week[0].day) for week in weeks]
        series = [Series(_("People deleted"), people), Series(_("Reasons lapsed"), reasons)]
        return Chart(_("Week that begins on"), names, series)

    def _within(self, days: int) -> int:
        return sum(day.contacts for day in self.days[:days])


def look(policy: PolicyVersion, first: dt.date) -> Ahead:
    """Return what the runs of the next days would do if nothing new happened.

    It reads everyone of whom something lapses by then, so the numbers should be remembered for a while.
    """
    return Ahead(list(forecast.days(policy=policy, first=first, number=max(DAYS_AHEAD) + 1)))
