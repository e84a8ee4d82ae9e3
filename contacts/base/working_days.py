"""Working days: neither on a weekend nor a public holiday (Regulation (EEC, Euratom) No 1182/71, Art. 2)."""

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

_WEEKEND = 5  # Saturday, as date.weekday counts


def is_working(day: dt.date, country: str, *, eves: bool = False) -> bool:
    """Tell whether it is a working day in a country, or a part of it ("GB-ENG"); eves are none where they count."""
    return day.weekday() < _WEEKEND and day not in holidays_of(country, eves=eves)


@cache
def holidays_of(country: str, *, eves: bool = False) -> "HolidayBase":
    """Return the public holidays of a country or a part of it, with its eves where they count.

    Raises NotImplementedError where nobody knows them.
    """
    import holidays  # noqa: PLC0415 - of every country there is: for those who count a deadline

    code, _, part = country.partition("-")
    found = holidays.country_holidays(code, subdiv=part or None)
    if not eves:
        return found
    if holidays.DE_FACTO not in found.supported_categories:
        raise NotImplementedError(f"No eves are known of {country}.")
    return holidays.country_holidays(code, subdiv=part or None, categories=(holidays.PUBLIC, holidays.DE_FACTO))
