"""A plain calendar beside the product's: months by walking, Sweden's public holidays by the Act (1989:1253)."""

import datetime as dt

from dateutil.easter import easter

from dsr.records.deadlines import Deadline

ONE_DAY = dt.timedelta(days=1)


def is_swedish_holiday(on: dt.date) -> bool:
    sunday = easter(on.year)
    moving = {sunday - 2 * ONE_DAY, sunday + ONE_DAY, sunday + 39 * ONE_DAY}
    fixed = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26)}
    return on.weekday() >= 5 or (on.month, on.day) in fixed or on in moving


def walk_months(begin: dt.date, months: int) -> dt.date:
    """Walk to the end of the month in which the period ends, and back to the date, unless it is missing."""
    on = begin
    for _ in range(months):
        on = last_of_month(on) + ONE_DAY
    end = last_of_month(on)
    while end.day > begin.day:
        end -= ONE_DAY
    return end


def last_of_month(on: dt.date) -> dt.date:
    while (on + ONE_DAY).month == on.month:
        on += ONE_DAY
    return on


def by_walking(received: dt.date, months: int, paused: int) -> Deadline:
    safe = walk_months(received, months) + paused * ONE_DAY
    legal = safe
    while is_swedish_holiday(legal):
        legal += ONE_DAY
    return Deadline(safe, legal)
