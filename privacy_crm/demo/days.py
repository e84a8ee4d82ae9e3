"""Which days a period of whole months ties together ("Months" of the promises).

Written again here on purpose, without the product's own code: a demo that borrowed it could never show it wrong.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def anchors_due_by(today: date, months: int) -> list[date]:
    """Return the days whose period of `months` ends today; where none does, those whose period ended last.

    Usually one day; up to four where today is the last of a short month; for 18 months none on 29, 30 and 31 August.
    """
    recent = (today - timedelta(days=back) for back in range(4))
    return next(anchors for day in recent if (anchors := anchors_due_on(day, months)))


def anchors_due_on(day: date, months: int) -> list[date]:
    first = add_months(day.replace(day=1), -months)
    days = (first + timedelta(days=n) for n in range(monthrange(first.year, first.month)[1]))
    return [anchor for anchor in days if add_months(anchor, months) == day]


def add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
