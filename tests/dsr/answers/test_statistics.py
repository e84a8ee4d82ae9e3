"""How many requests there were, how they ended and how long they took: over twelve months, and by year."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsr.answers import statistics
from dsr.answers.statistics import Figures
from dsr.models import Request, YearCount
from dsr.records import deadlines
from dsr.words.vocabulary import Kind, Outcome, State
from tests.support.examples import examples

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)
ONE_DAY = dt.timedelta(days=1)


def on_record(received_on: dt.date, kind: str = Kind.ACCESS, state: str = State.OPEN, **fields: object) -> Request:
    """A row as the acts leave it."""
    due = deadlines.deadline(received_on, paused_days=int(str(fields.get("paused_days", 0))))
    return Request.objects.create(
        kind=kind,
        state=state,
        source="post",
        received_on=received_on,
        safe_on=due.safe_on,
        legal_on=due.legal_on,
        **fields,
    )


def closed_after(days: int, received_on: dt.date, outcome: str = Outcome.FULFILLED, **fields: object) -> Request:
    return on_record(received_on, state=State.CLOSED, closed_on=received_on + days * ONE_DAY, outcome=outcome, **fields)


def figures(kind: str = "") -> Figures:
    return next(found for found in statistics.last_year(TODAY) if found.kind == kind)


def test_of_nothing_there_are_zeros() -> None:
    assert statistics.last_year(TODAY) == [Figures("", 0, 0, 0, {}, 0, None, None)]
    assert statistics.by_year() == []


def test_it_counts_per_kind_and_over_all() -> None:
    closed_after(4, dt.date(2026, 3, 2))
    closed_after(10, dt.date(2026, 4, 1), Outcome.NOTHING_HELD)
    on_record(dt.date(2026, 10, 1))
    on_record(dt.date(2026, 11, 20), Kind.ERASURE)
    assert figures("access") == Figures("access", 3, 1, 1, {"fulfilled": 1, "nothing_held": 1}, 0, 7.0, 10)
    assert figures("erasure") == Figures("erasure", 1, 1, 0, {}, 0, None, None)
    assert figures() == Figures("", 4, 2, 1, {"fulfilled": 1, "nothing_held": 1}, 0, 7.0, 10)


def test_late_is_what_was_closed_after_the_legal_date() -> None:
    received = dt.date(2026, 4, 2)  # due on Saturday, 2 May, and by law on the 4th
    closed_after(31, received)
    closed_after(32, received)
    assert figures().late == 0
    closed_after(33, received)
    assert figures().late == 1


def test_days_on_which_the_clock_waited_do_not_count() -> None:
    closed_after(40, dt.date(2026, 4, 2), paused_days=35)
    found = figures()
    assert (found.median_days, found.longest_days, found.late) == (5.0, 5, 0)


def test_a_request_counts_for_twelve_months_to_the_day() -> None:
    closed_after(0, dt.date(2025, 11, 24))
    assert figures().received == 0
    closed_after(0, dt.date(2025, 11, 25))
    closed_after(30, dt.date(2025, 11, 1))
    found = figures()
    assert (found.received, found.closed) == (1, {"fulfilled": 2})


def test_what_nobody_has_proven_counts_nowhere() -> None:
    on_record(dt.date(2026, 11, 1), state=State.UNPROVEN, paused_since=dt.date(2026, 11, 1))
    assert figures().received == 0
    assert statistics.by_year() == []


def test_a_clock_that_waits_is_not_overdue_unless_it_was_before() -> None:
    on_record(dt.date(2026, 9, 1), state=State.ASKED, paused_since=dt.date(2026, 9, 20))
    assert (figures().open, figures().overdue) == (1, 0)
    on_record(dt.date(2026, 9, 1), state=State.ASKED, paused_since=dt.date(2026, 10, 20))
    assert (figures().open, figures().overdue) == (2, 1)


def test_a_calendar_year_counts_what_is_gone_beside_what_is_still_on_record() -> None:
    YearCount.objects.create(year=2026, kind=Kind.ACCESS, outcome=Outcome.FULFILLED, number=3, late=1, days=60)
    YearCount.objects.create(year=2024, kind=Kind.ERASURE, outcome=Outcome.REFUSED, number=1, days=9)
    closed_after(20, dt.date(2026, 5, 4))
    on_record(dt.date(2026, 11, 20))
    latest, earliest = statistics.by_year()
    assert (latest.year, latest.kind, latest.received) == (2026, "access", 5)
    assert (latest.closed, latest.late, latest.mean_days) == ({"fulfilled": 4}, 1, 20.0)
    assert (earliest.year, earliest.kind, earliest.mean_days) == (2024, "erasure", 9.0)


def test_a_year_in_which_nothing_is_closed_has_no_mean() -> None:
    on_record(dt.date(2026, 11, 20))
    assert statistics.by_year()[0].mean_days is None


def test_it_asks_the_database_three_times_however_much_there_is() -> None:
    for _ in range(20):
        closed_after(5, dt.date(2026, 4, 2))
        on_record(dt.date(2026, 10, 1), Kind.ERASURE)
    with CaptureQueriesContext(connection) as caught:
        statistics.last_year(TODAY)
        statistics.by_year()
    assert len(caught) == 3


one_request = st.tuples(
    st.dates(dt.date(2025, 6, 1), TODAY),
    st.sampled_from(["access", "erasure"]),
    st.none() | st.integers(min_value=0, max_value=60),
    st.sampled_from(["fulfilled", "refused"]),
)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(one_request, max_size=12))
def test_it_agrees_with_counting_by_hand(said: list[tuple[dt.date, str, int | None, str]]) -> None:
    Request.objects.all().delete()
    said = [one for one in said if one[2] is None or one[0] + one[2] * ONE_DAY <= TODAY]
    for received, kind, days, outcome in said:
        if days is None:
            on_record(received, kind)
        else:
            refusal = {"refusal": "excessive"} if outcome == "refused" else {}
            closed_after(days, received, outcome, kind=kind, **refusal)
    since = dt.date(2025, 11, 24)
    took = sorted(d for received, _, d, _ in said if d is not None and received + d * ONE_DAY > since)
    found = figures()
    assert found.received == sum(received > since for received, *_ in said)
    assert found.open == sum(days is None for _, _, days, _ in said)
    assert sum(found.closed.values()) == len(took)
    assert found.longest_days == max(took, default=None)
    middle = took[(len(took) - 1) // 2 : len(took) // 2 + 1]
    assert found.median_days == (sum(middle) / len(middle) if middle else None)
