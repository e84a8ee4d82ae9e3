"""Working days: neither on a weekend nor a public holiday (Regulation (EEC, Euratom) No 1182/71, Art. 2)."""

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

_WEEKEND = 5  # Saturday, as date.weekday counts


def is_working(day: dt.date, country: str) -> bool:
    """Tell whether a day is a working day in a country, or in a part of it ("GB-ENG")."""
    return day.weekday() < _WEEKEND and day not in holidays_of(country)


@cache
def holidays_of(country: str) -> "HolidayBase":
    """Return the public holidays of a country or a part of it. Raises NotImplementedError where nobody knows them."""
    import holidays  # noqa: PLC0415 - of every country there is: for those who count a deadline

    code, _, part = country.partition("-")
    return holidays.country_holidays(code, subdiv=part or None)
