"""Calendar months after a day: the same day of the month, or that month's last day where there is none.

Computed once from the anchor, never chained and never as days: 18 months after 31 August 2024 is 28 February 2026.
"""

import datetime as dt
from calendar import monthrange

# The furthest day a Python date can hold; "31 December 9999" is what many systems write for "never".
LAST_DAY = dt.date.max


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the day on which a period of calendar months that began on `day` is over.

    `months` is zero or more. A day beyond the year 9999 is returned as LAST_DAY, as the database computes it too.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > LAST_DAY.year:
        return LAST_DAY
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def latest_due_anchor(today: dt.date, months: int) -> dt.date:
    """Return the latest day D with `add_months(D, months) <= today`. Raises ValueError where it lies before year 1.

    The exact inverse that lets the run scan an index on the anchor. It is not `today` minus the months: on the last
    day of a month, all the longer months' last days are due as well.
    """
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    longest = monthrange(year, month + 1)[1]
    at_month_end = today.day == monthrange(today.year, today.month)[1]
    return dt.date(year, month + 1, longest if at_month_end else min(today.day, longest))
