"""By when a breach has to be reported: 72 hours after we became aware of it, also through weekends (Art. 33(1) GDPR).

`safe_at` is what we work to. `legal_at` is the last moment by Regulation (EEC, Euratom) No 1182/71, Art. 3: the hour in
which we became aware is not counted, and a period of two days or more includes at least two working days.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from contacts.base.working_days import is_working
from contacts.models import Breach, PolicyVersion

HOURS = 72

_HOUR, _DAY, _INSTANT = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(microseconds=1)
_WORKING_DAYS = 2


@dataclass(frozen=True)
class Due:
    """The moment to work to, and the last one by law, which is never before it."""

    safe_at: dt.datetime
    legal_at: dt.datetime


def safe_at(aware_at: dt.datetime) -> dt.datetime:
    """Return the moment 72 hours after we became aware. A report that is sent later gives its reasons."""
    return aware_at.astimezone(dt.UTC) + dt.timedelta(hours=HOURS)


def due(aware_at: dt.datetime, zone: ZoneInfo, *, country: str = "") -> Due:
    """Return by when to report what we became aware of; the holidays of a country count, the company's where empty.

    A working day counts where the period has any part of it, which is the reading that ends first.
    """
    place = country or settings.HOLIDAYS_COUNTRY
    begins = aware_at.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    ends = begins + dt.timedelta(hours=HOURS)
    day, last = begins.astimezone(zone).date(), (ends - _INSTANT).astimezone(zone).date()
    found = sum(is_working(day + dt.timedelta(days=number), place) for number in range((last - day).days + 1))
    if found < _WORKING_DAYS:
        ends = _end_of(_working_day_after(last, _WORKING_DAYS - found, place), zone)
    return Due(safe_at(aware_at), ends)


def of(breach: Breach, policy: PolicyVersion) -> Due:
    return due(breach.aware_at, policy.zone)


def hours_left(breach: Breach, at: dt.datetime) -> float:
    """Return how many of the 72 hours are left at a moment; negative once they are over."""
    return (safe_at(breach.aware_at) - at) / _HOUR


def _working_day_after(day: dt.date, number: int, country: str) -> dt.date:
    while number:
        day += _DAY
        number -= is_working(day, country)
    return day


def _end_of(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day + _DAY, dt.time(), zone).astimezone(dt.UTC)
