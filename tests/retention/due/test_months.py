"""Months as the promises count them: the same day of the month, or that month's last day."""

import datetime as dt

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.base.days import LAST_DAY, add_months
from retention.due.months import latest_due_anchor

ONE_DAY = dt.timedelta(days=1)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2399, 12, 31))
# Days around the ends of months, where the arithmetic can go wrong, are drawn as often as all others together.
MONTH_ENDS = st.builds(
    lambda year, month, off: dt.date(year, month, 1) - ONE_DAY * off,
    st.integers(1901, 2399),
    st.integers(1, 12),
    st.integers(-1, 4),
)
ANY_DAY = DAYS | MONTH_ENDS
PERIODS = st.integers(1, 1200)
UNHURRIED = settings(deadline=None)
TABLE = [
    (dt.date(2024, 8, 31), 18, dt.date(2026, 2, 28)),
    (dt.date(2026, 8, 31), 18, dt.date(2028, 2, 29)),
    (dt.date(2026, 8, 30), 18, dt.date(2028, 2, 29)),
    (dt.date(2024, 2, 29), 24, dt.date(2026, 2, 28)),
    (dt.date(2024, 2, 29), 48, dt.date(2028, 2, 29)),
    (dt.date(2025, 5, 24), 18, dt.date(2026, 11, 24)),
]


def months_later(day: dt.date, months: int) -> dt.date:
    """The promise word for word: count the months one by one, then look for the day, or the last one before it."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 0, -1):
        try:
            return dt.date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


@pytest.mark.promise("P3")
@pytest.mark.promise("P6")
@pytest.mark.promise("P7")
@pytest.mark.promise("P9")
@pytest.mark.parametrize(("anchor", "months", "due"), TABLE)
def test_a_period_is_over_on_the_day_that_the_promises_name(anchor: dt.date, months: int, due: dt.date) -> None:
    assert add_months(anchor, months) == due


@pytest.mark.promise("P3")
@pytest.mark.promise("P6")
@pytest.mark.promise("P7")
@pytest.mark.promise("P9")
@pytest.mark.parametrize(("anchor", "months", "due"), TABLE)
def test_an_anchor_of_the_table_is_due_on_its_day_and_not_the_day_before(
    anchor: dt.date, months: int, due: dt.date
) -> None:
    assert latest_due_anchor(due, months) >= anchor
    assert latest_due_anchor(due - ONE_DAY, months) < anchor


@UNHURRIED
@given(day=ANY_DAY, months=st.integers(0, 1200))
def test_a_period_ends_where_counting_month_by_month_ends(day: dt.date, months: int) -> None:
    assert add_months(day, months) == months_later(day, months)


@UNHURRIED
@given(today=ANY_DAY, months=PERIODS)
def test_the_latest_due_anchor_is_due_and_the_day_after_it_is_not(today: dt.date, months: int) -> None:
    anchor = latest_due_anchor(today, months)
    assert months_later(anchor, months) <= today < months_later(anchor + ONE_DAY, months)


@UNHURRIED
@given(day=ANY_DAY, later=ANY_DAY, months=PERIODS)
def test_who_came_earlier_never_goes_later(day: dt.date, later: dt.date, months: int) -> None:
    first, second = sorted([day, later])
    assert add_months(first, months) <= add_months(second, months)


@pytest.mark.parametrize("months", [18, 24])
def test_on_each_day_of_four_years_exactly_the_anchors_that_are_over_are_due(months: int) -> None:
    begin = dt.date(2024, 1, 1)
    anchors = [begin + ONE_DAY * n for n in range(4 * 366 + 1000)]
    ends = {anchor: months_later(anchor, months) for anchor in anchors}
    for today in (dt.date(2026, 6, 1) + ONE_DAY * n for n in range(4 * 366)):
        latest = latest_due_anchor(today, months)
        assert ends[latest] <= today < ends[latest + ONE_DAY]


def test_a_period_is_computed_once_and_never_chained() -> None:
    day = dt.date(2024, 8, 31)
    assert add_months(add_months(day, 6), 6) == dt.date(2025, 8, 28)
    assert add_months(day, 12) == dt.date(2025, 8, 31)


def test_a_period_beyond_the_last_day_that_can_be_written_ends_on_it() -> None:
    assert add_months(dt.date(9999, 12, 31), 1) == LAST_DAY
    assert add_months(dt.date(9998, 12, 31), 12) == LAST_DAY


def test_an_anchor_before_the_year_1_is_refused() -> None:
    with pytest.raises(ValueError, match="year"):
        latest_due_anchor(dt.date(1, 6, 1), 12)


@pytest.mark.django_db
@UNHURRIED
@given(pairs=st.lists(st.tuples(ANY_DAY, st.integers(0, 1200)), min_size=1, max_size=200))
def test_the_database_counts_months_as_python_does(pairs: list[tuple[dt.date, int]]) -> None:
    days, months = map(list, zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg((day + make_interval(months => months))::date ORDER BY n)"
            " FROM unnest(%s::date[], %s::int[]) WITH ORDINALITY AS pair (day, months, n)",
            [days, months],
        )
        (counted,) = cursor.fetchone()
    assert counted == [add_months(day, number) for day, number in pairs]
