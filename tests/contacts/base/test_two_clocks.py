import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from contacts.base import two_clocks
from contacts.base.two_clocks import MOST, Clocks
from tests.support.factories import NOON

pytestmark = pytest.mark.promise("P9")

A_MOMENT = dt.timedelta(microseconds=1)


def at(*moments: dt.datetime) -> Callable[[], dt.datetime]:
    """A clock that says these one after the other."""
    left = iter(moments)
    return lambda: next(left)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_minute_is_the_most_that_clocks_may_differ(sign: int) -> None:
    assert Clocks(NOON + sign * MOST, NOON).agree
    assert not Clocks(NOON + sign * (MOST + A_MOMENT), NOON).agree


def test_a_slow_answer_is_no_difference() -> None:
    later = NOON + 10 * MOST
    assert two_clocks.read(at(NOON, later), at(NOON + 5 * MOST)).apart == dt.timedelta()
    assert two_clocks.read(at(NOON, later), at(NOON - MOST)).apart == MOST
    assert two_clocks.read(at(NOON, later), at(later + MOST)).apart == -MOST


def test_a_machine_that_sets_its_clock_back_meanwhile_does_not_agree_by_chance() -> None:
    assert not two_clocks.read(at(NOON, NOON - 10 * MOST), at(NOON - 10 * MOST)).agree


def test_the_moment_is_the_machines_and_none_while_they_differ() -> None:
    assert two_clocks.agreed(at(NOON, NOON), at(NOON - MOST)) == NOON
    assert two_clocks.agreed(at(NOON, NOON), at(NOON - MOST - A_MOMENT)) is None


@pytest.mark.django_db
def test_the_database_answers_with_what_its_clock_says_now() -> None:
    """A transaction has a time of its own, that of its beginning: it would hide a clock that is being set."""
    first, second = two_clocks.of_database(), two_clocks.of_database()
    assert first < second
    assert two_clocks.agreed(timezone.now)
