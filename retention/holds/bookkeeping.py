"""Until when accounting information is kept, by the Swedish Bookkeeping Act: computed, never typed (L9)."""

import calendar
import datetime as dt

from django.conf import settings

YEARS = 7  # Bookkeeping Act (1999:1078), 7:2


def last_day(year_ended_on: dt.date) -> dt.date:
    """Return 31 December of the seventh year after the calendar year in which the financial year ended."""
    return dt.date(year_ended_on.year + YEARS, 12, 31)


def usual_end(day: dt.date) -> dt.date:
    """Return the end of the company's financial year that a day is in, as FINANCIAL_YEAR_ENDS has it."""
    month, ends_on = (int(part) for part in settings.FINANCIAL_YEAR_ENDS.split("-"))
    this, following = (_within(year, month, ends_on) for year in (day.year, day.year + 1))
    return this if day <= this else following


def _within(year: int, month: int, day: int) -> dt.date:
    """Return a date, or the month's last day where it has no such one: the year of a company that ends in February."""
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
