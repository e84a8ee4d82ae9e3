"""Moments and days: what `at` is on the wall of the company. Only doors read the clock; everything else is told."""

import datetime as dt
from calendar import monthrange
from zoneinfo import ZoneInfo

NIGHTLY_RUN = dt.time(2, 30)

# The furthest day a Python date can hold; "31 December 9999" is what many systems write for "never".
LAST_DAY = dt.date.max


def day_of(at: dt.datetime, zone: ZoneInfo) -> dt.date:
    """Return the date of a moment in the company's time zone."""
    return at.astimezone(zone).date()


def run_of(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the moment of the nightly run of a day."""
    return dt.datetime.combine(day, NIGHTLY_RUN, zone)


def last_run(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the latest moment, at or before `at`, at which a nightly run was due."""
    day = day_of(at, zone)
    today = run_of(day, zone)
    return today if today <= at else run_of(day - dt.timedelta(days=1), zone)


def next_run(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the moment of the first nightly run after `at`."""
    day = day_of(at, zone)
    today = run_of(day, zone)
    return today if today > at else run_of(day + dt.timedelta(days=1), zone)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the day on which a period of calendar months that began on `day` is over.

    The same day of the month, or that month's last day where there is none: 18 months after 31 August 2024 is 28
    February 2026. `months` is zero or more. A day beyond the year 9999 is returned as LAST_DAY, as the database has it.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > LAST_DAY.year:
        return LAST_DAY
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def parse_moment(text: str, zone: ZoneInfo) -> dt.datetime:
    """Read an ISO 8601 date (the run of that day) or date-time (in `zone` where it has no offset).

    Raises ValueError where it is neither, or lies outside the years 1900 to 9000.
    """
    moment = dt.datetime.fromisoformat(text)
    if not 1900 <= moment.year <= 9000:
        raise ValueError("year out of range")
    if _is_date(text):
        return run_of(moment.date(), zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
