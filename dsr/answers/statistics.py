"""How many requests came in, how they ended and how long they took: for the officer's home page, and by year."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from dsr.words.vocabulary import STANDING, State
from retention.due.months import latest_due_anchor


@dataclass(frozen=True)
class Figures:
    """The requests of one kind, or of all kinds where `kind` is empty.

    What was received and closed is counted over the twelve months, what is open and overdue as of the day. `days` are
    those for which the clock ran. Late is what was closed after the legal date.
    """

    kind: str
    received: int
    open: int
    overdue: int
    closed: dict[str, int]  # by outcome
    late: int
    median_days: float | None
    longest_days: int | None


@dataclass
class Year:
    """The requests of one kind that were received in a calendar year, those among them that are gone by now included.

    `days` are those for which the clock ran, of all that are closed together.
    """

    year: int
    kind: str
    received: int = 0
    closed: dict[str, int] = field(default_factory=dict)  # by outcome
    late: int = 0
    days: int = 0

    @property
    def mean_days(self) -> float | None:
        number = sum(self.closed.values())
        return self.days / number if number else None


def last_year(day: dt.date) -> list[Figures]:
    """Return the figures of the twelve months that end with a day: all kinds first, then each that occurred."""
    values = {"since": latest_due_anchor(day, 12), "day": day, "standing": list(STANDING), "unproven": State.UNPROVEN}
    closed: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, outcome, number in _rows(_BY_OUTCOME, values):
        closed[kind][outcome] = number
    return [
        Figures(kind, received, still, overdue, closed[kind], late, median, longest)
        for kind, received, still, overdue, late, median, longest in _rows(_BY_KIND, values)
    ]


def by_year() -> list[Year]:
    """Return every calendar year of which anything is known, the latest first, kind by kind."""
    years: dict[tuple[int, str], Year] = {}
    for year, kind, outcome, number, late, days in _rows(_BY_YEAR, {"unproven": State.UNPROVEN}):
        one = years.setdefault((year, kind), Year(year, kind))
        one.received += number
        one.late += late
        one.days += days
        if outcome:
            one.closed[outcome] = number
    return list(years.values())


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


_BY_KIND = """
    SELECT COALESCE(kind, ''),
        count(*) FILTER (WHERE received_on > %(since)s AND received_on <= %(day)s),
        count(*) FILTER (WHERE state = ANY(%(standing)s)),
        count(*) FILTER (WHERE state = ANY(%(standing)s) AND safe_on < COALESCE(paused_since, %(day)s)),
        count(*) FILTER (WHERE recent AND closed_on > legal_on),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ran) FILTER (WHERE recent),
        max(ran) FILTER (WHERE recent)
    FROM (
        SELECT *, closed_on > %(since)s AND closed_on <= %(day)s AS recent,
            closed_on - received_on - paused_days AS ran
        FROM dsr_request WHERE state <> %(unproven)s
            AND (closed_on IS NULL OR closed_on > %(since)s OR received_on > %(since)s)
    ) request
    GROUP BY GROUPING SETS ((kind), ())
    ORDER BY 1"""

_BY_OUTCOME = """
    SELECT COALESCE(kind, ''), outcome, count(*)
    FROM dsr_request WHERE closed_on > %(since)s AND closed_on <= %(day)s
    GROUP BY GROUPING SETS ((kind, outcome), (outcome))
    ORDER BY 1, 2"""

_BY_YEAR = """
    SELECT year, kind, outcome, sum(number)::int, COALESCE(sum(late), 0)::int, COALESCE(sum(days), 0)::int
    FROM (
        SELECT year, kind, outcome, number, late, days FROM dsr_yearcount
        UNION ALL
        SELECT extract(year FROM received_on)::int, kind, outcome, 1, (closed_on > legal_on)::int,
            closed_on - received_on - paused_days
        FROM dsr_request WHERE state <> %(unproven)s
    ) found
    GROUP BY year, kind, outcome
    ORDER BY year DESC, kind, outcome"""
