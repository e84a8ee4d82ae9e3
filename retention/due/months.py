"""Which anchors are due: calendar months are computed once from the anchor, never chained and never as days."""

import datetime as dt
from calendar import monthrange


def latest_due_anchor(today: dt.date, months: int) -> dt.date:
    """Return the latest day D with `add_months(D, months) <= today`. Raises ValueError where it lies before year 1.

    The exact inverse that lets the run scan an index on the anchor. It is not `today` minus the months: on the last
    day of a month, all the longer months' last days are due as well.
    """
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    longest = monthrange(year, month + 1)[1]
    at_month_end = today.day == monthrange(today.year, today.month)[1]
    return dt.date(year, month + 1, longest if at_month_end else min(today.day, longest))
