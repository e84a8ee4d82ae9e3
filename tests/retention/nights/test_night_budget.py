"""A night whose time is over stops between two batches, and the next tick goes on with the same run (ADR 0066)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from contacts.base import budgets
from contacts.base.days import run_of
from contacts.models import Contact, FoodPreference, PolicyVersion
from contacts.policy import policies
from retention.models import PurgeForecast, PurgeRun
from retention.nights import batches, foreseen, outcomes, purge
from retention.nights.batches import Job
from retention.watch import monitoring, scheduler
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    SPRING,
    EventFactory,
    approve,
    crowd,
    held_for,
    is_held,
    place,
    register,
    stockholm,
)

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

TEN_MINUTES = dt.timedelta(minutes=10)


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch is one person."""
    monkeypatch.setattr(batches, "SIZE", 1)


@pytest.fixture
def five(policy: PolicyVersion) -> list[Contact]:
    return crowd(5, "prospect", SPRING, policy=policy)


def after(number: int) -> budgets.IsOver:
    """A time that is over after so many batches."""
    begun = iter(range(number))
    return lambda: next(begun, None) is None


def tick(policy: PolicyVersion, number: int, *, of: int = 1000, day: dt.date = DUE) -> PurgeRun:
    """The beat's tick of this number in a night, which has time for so many batches."""
    at = run_of(day, policy.zone) + number * TEN_MINUTES
    scheduler.tick(at=at, now=lambda: at, is_over=after(of))
    return PurgeRun.objects.latest("pk")


def people() -> int:
    return Contact.objects.count()


def statuses() -> list[str]:
    return list(PurgeRun.objects.order_by("pk").values_list("status", flat=True))


def test_what_is_done_is_counted_and_the_next_ticks_do_the_rest_of_the_same_run(
    policy: PolicyVersion, five: list[Contact]
) -> None:
    begun = tick(policy, 0, of=2)
    assert (begun.status, people(), outcomes.outcome(begun).contacts_deleted) == ("running", 3, 2)
    assert begun.finished_at is None
    assert tick(policy, 1, of=2) == begun
    assert people() == 1
    done = tick(policy, 2, of=1)  # none is left after the last: it has come to its end in time
    assert (statuses(), people(), outcomes.outcome(done).contacts_deleted) == (["finished"], 0, 5)
    assert (done.finished_at, done.paused_at) == (run_of(DUE, policy.zone) + 2 * TEN_MINUTES, None)
    assert done.foreseen_through
    tick(policy, 3)
    assert statuses() == ["finished"]


def test_a_tick_without_time_does_nothing_and_no_rule_is_forgotten(policy: PolicyVersion) -> None:
    over = EventFactory.create(starts_at=stockholm(2026, 11, 20), ends_at=stockholm(2026, 11, 20, 17))
    register(held_for("event", policy), over, stockholm(2026, 11, 1), policy=policy, food="No nuts")
    (released,) = crowd(1, "prospect", SPRING, policy=policy)
    released.bases.all().delete()
    place(released, "duty", "tax", until=DUE - ONE_DAY)
    tick(policy, 0, of=0)
    assert (FoodPreference.objects.count(), is_held(released)) == (1, True)
    for number in range(1, 9):
        tick(policy, number, of=1)
    assert (FoodPreference.objects.count(), is_held(released), statuses()) == (0, False, ["finished"])


def test_what_was_foreseen_stands_until_it_has_finished(policy: PolicyVersion, five: list[Contact]) -> None:
    tick(policy, 0, day=DUE - ONE_DAY)
    kept = list(PurgeForecast.objects.values_list("run", "day", "people"))
    crowd(3, "prospect", SPRING, policy=policy)
    tick(policy, 0, of=1)
    assert list(PurgeForecast.objects.values_list("run", "day", "people")) == kept
    assert foreseen.last_finished(run_of(DUE, policy.zone)) == PurgeRun.objects.earliest("pk")


def test_one_that_takes_longer_than_an_hour_alarms_and_before_that_nobody_hears(
    policy: PolicyVersion, five: list[Contact]
) -> None:
    begun = tick(policy, 0, of=1)
    tick(policy, 1, of=1)
    at = run_of(DUE, policy.zone)
    assert monitoring.alarm(at + dt.timedelta(minutes=59)) is None
    assert monitoring.alarm(at + dt.timedelta(minutes=60)) == begun


def test_a_worker_that_dies_when_it_has_gone_on_has_broken_it_off(
    policy: PolicyVersion, five: list[Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(policy, 0, of=1)
    with monkeypatch.context() as dying:
        dying.setattr(Job, "lapse", _die)
        with pytest.raises(SystemExit):
            tick(policy, 1, of=1)
    tick(policy, 2)
    assert (statuses(), people()) == (["interrupted", "finished"], 0)


def _die(*_: Any) -> None:
    raise SystemExit


@pytest.mark.parametrize("change", ["the next night", "another policy"])
def test_another_night_or_policy_begins_anew(
    change: str, policy: PolicyVersion, policy_source: dict[str, Any], five: list[Contact]
) -> None:
    tick(policy, 0, of=1)
    if change == "another policy":
        shorter = [rule | {"months": rule["months"] - 1} for rule in policy_source["rule"]]
        policies.publish_source(policy_source | {"rule": shorter}, at=NOON, by="test")
    tick(policy, 1, day=DUE + ONE_DAY if change == "the next night" else DUE)
    assert (statuses(), people()) == (["interrupted", "finished"], 0)


def test_a_run_by_hand_has_no_budget_and_takes_its_place(policy: PolicyVersion, five: list[Contact]) -> None:
    tick(policy, 0, of=1)
    at = run_of(DUE, policy.zone) + TEN_MINUTES
    by_hand = purge.run(policy=policy, at=at, by="command", approve=False, now=lambda: at)
    assert (by_hand.status, by_hand.contacts_deleted, people()) == ("finished", 4, 0)
    tick(policy, 2)
    assert statuses() == ["superseded", "finished"]


def test_a_run_by_hand_for_an_earlier_day_leaves_the_night_to_its_next_tick(
    policy: PolicyVersion, five: list[Contact]
) -> None:
    tick(policy, 0, of=1)
    earlier = run_of(DUE - 3 * ONE_DAY, policy.zone)
    purge.run(policy=policy, at=earlier, by="command", approve=False, now=lambda: NOON)
    assert statuses() == ["running", "finished"]
    tick(policy, 1)
    assert statuses() == ["finished", "finished"]


def test_an_approved_run_goes_on_with_the_people_that_it_was_approved_for(
    policy: PolicyVersion, five: list[Contact], settings: Any
) -> None:
    settings.PURGE_CAP_NUMBER = 1
    waiting = tick(policy, 0)
    assert waiting.status == "needs_approval"
    approve(waiting)
    settings.PURGE_CAP_NUMBER = 100
    (newcomer,) = crowd(1, "prospect", SPRING, policy=policy)
    tick(policy, 1, of=2)
    assert (statuses(), people()) == (["running"], 4)
    tick(policy, 2)
    assert (statuses(), [*map(is_held, [*five, newcomer])]) == (["finished"], [False] * 5 + [True])
    assert outcomes.outcome(waiting).contacts_deleted == 5


@pytest.mark.promise("P9")
def test_it_asks_again_when_it_goes_on(policy: PolicyVersion, five: list[Contact], settings: Any) -> None:
    settings.PURGE_CAP_NUMBER = 10
    tick(policy, 0, of=2)
    crowd(20, "prospect", SPRING, policy=policy)
    asking = tick(policy, 1)
    assert (statuses(), people(), asking.to_delete) == (["needs_approval"], 23, 23)


def test_a_rule_that_failed_before_the_pause_has_not_failed_if_it_works_afterwards(
    policy: PolicyVersion, five: list[Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    held_for("webinar", policy)
    with monkeypatch.context() as failing:
        failing.setattr(Job, "lapse", _only("prospect"))
        tick(policy, 0, of=1)
    assert PurgeRun.objects.get().counts.exclude(failure="").count() == 1
    tick(policy, 1)
    assert (statuses(), people()) == (["finished"], 0)


def _only(scenario: str) -> Callable[[Job, str, list[int]], None]:
    lapse = Job.lapse

    def act(job: Job, rule: str, ids: list[int]) -> None:
        if rule != scenario:
            raise ZeroDivisionError
        lapse(job, rule, ids)

    return act


def test_who_was_skipped_is_tried_again_within_the_budget(policy: PolicyVersion, five: list[Contact]) -> None:
    night = tick(policy, 0)
    again = crowd(3, "prospect", SPRING, policy=policy)
    night.counts.filter(rule="prospect").update(left=[each.pk for each in again], skipped=3)
    tick(policy, 1, of=2)
    assert people() == 1
    tick(policy, 2)
    assert (people(), outcomes.outcome(night).skipped) == (0, 0)
