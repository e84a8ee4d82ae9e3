"""The days and nights of the company's own clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from contacts.base.days import next_run, run_of

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TODAY, TOMORROW = dt.date(2026, 11, 24), dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (dt.datetime(2026, 11, 24, 1, 29, tzinfo=dt.UTC), TODAY),
        (run_of(TODAY, STOCKHOLM), TOMORROW),
        (dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC), TOMORROW),
        (dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC), TODAY),
    ],
)
def test_the_next_run_is_the_first_that_is_still_to_come(at: dt.datetime, day: dt.date) -> None:
    assert next_run(at, STOCKHOLM) == run_of(day, STOCKHOLM)
