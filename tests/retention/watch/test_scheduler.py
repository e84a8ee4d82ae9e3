import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core import mail

from contacts.models import PolicyVersion
from contacts.policy import policies
from retention.models import PurgeRun, RunStatus
from retention.watch import monitoring, scheduler, warning

STOCKHOLM_0230 = dt.datetime(2026, 11, 24, 1, 30, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def after(**delta: float) -> dt.datetime:
    return STOCKHOLM_0230 + dt.timedelta(**delta)


def tick(at: dt.datetime) -> None:
    scheduler.tick(at=at, now=lambda: at)


@pytest.fixture
def officer() -> str:
    user = get_user_model().objects.create_user("officer", email="officer@nordvik.example")
    user.groups.add(Group.objects.get(name="privacy officer"))
    get_user_model().objects.create_user("somebody", email="somebody@nordvik.example")
    return user.email


def test_the_first_tick_after_half_past_two_in_the_companys_zone_does_the_run(policy: PolicyVersion) -> None:
    tick(after(days=-1))
    tick(after(minutes=-1))
    assert PurgeRun.objects.count() == 1
    tick(after(minutes=1))
    assert PurgeRun.objects.count() == 2


def test_ticks_that_are_doubled_change_nothing_but_the_hour(policy: PolicyVersion) -> None:
    for minutes in (0, 0, 10, 600):
        tick(after(minutes=minutes))
    assert PurgeRun.objects.count() == 1


def test_missed_nights_are_caught_up_by_one_run(policy: PolicyVersion) -> None:
    tick(after(days=-3))
    tick(after(hours=7))
    assert PurgeRun.objects.count() == 2


def test_a_night_without_half_past_two_has_its_run_all_the_same(policy: PolicyVersion) -> None:
    spring_forward = dt.datetime(2026, 3, 29, 1, 40, tzinfo=dt.UTC)  # 03:40 there; 02:30 did not exist
    tick(spring_forward - dt.timedelta(days=1))
    tick(spring_forward)
    assert PurgeRun.objects.filter(status=RunStatus.FINISHED).count() == 2


@pytest.mark.promise("L11")
@pytest.mark.parametrize("night", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
def test_the_night_in_which_summer_time_begins_or_ends_has_one_run(policy: PolicyVersion, night: dt.date) -> None:
    """Whether half past two comes never or twice, with a tick every ten minutes from two hours before to six after."""
    midnight = dt.datetime.combine(night, dt.time(), policy.zone).astimezone(dt.UTC)
    tick(midnight - dt.timedelta(hours=20))
    for number in range(-12, 37):
        tick(midnight + number * dt.timedelta(minutes=10))
    [_before, run] = PurgeRun.objects.order_by("pk")
    assert run.at - midnight == dt.timedelta(hours=2, minutes=30)


def test_without_a_policy_a_tick_does_nothing() -> None:
    tick(after(minutes=1))
    assert not PurgeRun.objects.exists()


def test_a_run_that_was_broken_off_does_not_settle_its_night(policy: PolicyVersion) -> None:
    PurgeRun.objects.create(at=STOCKHOLM_0230, by="nightly", status=RunStatus.RUNNING, started_at=STOCKHOLM_0230)
    tick(after(minutes=10))
    assert list(PurgeRun.objects.order_by("pk").values_list("status", flat=True)) == ["interrupted", "finished"]


def test_a_run_that_did_not_happen_is_noted_once_and_only_when_it_is_an_hour_late(policy: PolicyVersion) -> None:
    assert not monitoring.note_missed(policy, after(minutes=59))
    assert monitoring.note_missed(policy, after(minutes=61))
    assert not monitoring.note_missed(policy, after(minutes=71))
    assert PurgeRun.objects.filter(status=RunStatus.MISSED).count() == 1


@pytest.mark.parametrize(("seconds", "missed"), [(-1, True), (0, True), (1, False)])
def test_no_run_is_missed_that_was_due_before_the_first_policy_was_published(
    policy_source: dict[str, Any], seconds: int, missed: bool
) -> None:
    policies.publish_source(policy_source, at=after(seconds=seconds), by="test")
    second = policy_source | {"rule": shorter(policy_source)}
    policy, _ = policies.publish_source(second, at=after(minutes=30), by="test")
    assert monitoring.note_missed(policy, after(hours=2)) is missed
    assert PurgeRun.objects.exists() is missed
    assert monitoring.note_missed(policy, after(days=1, hours=2))


def shorter(source: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules of a second version, with a month less for each."""
    return [rule | {"months": rule["months"] - 1} for rule in source["rule"]]


def test_a_run_that_did_not_happen_heads_the_page_until_it_is_made_up_for(policy: PolicyVersion) -> None:
    monitoring.note_missed(policy, after(hours=2))
    missed = monitoring.alarm(after(hours=2))
    assert missed is not None
    assert missed.status == RunStatus.MISSED
    tick(after(hours=3))
    assert monitoring.alarm(after(hours=3)) is None


@pytest.mark.parametrize("status", ["failed", "interrupted", "missed"])
def test_officers_alone_are_told_once_of_a_run_that_went_wrong(
    policy: PolicyVersion, officer: str, status: str
) -> None:
    PurgeRun.objects.create(
        at=STOCKHOLM_0230, by="nightly", status=status, started_at=STOCKHOLM_0230, finished_at=STOCKHOLM_0230
    )
    for _ in range(2):
        warning.warn(policy=policy, at=after(hours=1))
    assert [message.to for message in mail.outbox] == [[officer]]
    assert "24 November 2026 02:30" in mail.outbox[0].subject


def test_a_waiting_run_tells_how_many_people_it_is_about(policy: PolicyVersion, officer: str) -> None:
    PurgeRun.objects.create(
        at=STOCKHOLM_0230,
        by="nightly",
        status="needs_approval",
        started_at=STOCKHOLM_0230,
        to_delete=240,
        to_minimise=3,
    )
    warning.warn(policy=policy, at=after(hours=1))
    assert "delete 240 people and reduce 3" in mail.outbox[0].body


def test_where_no_officer_has_an_address_the_warning_waits_for_one(policy: PolicyVersion) -> None:
    run = PurgeRun.objects.create(
        at=STOCKHOLM_0230, by="nightly", status="failed", started_at=STOCKHOLM_0230, finished_at=STOCKHOLM_0230
    )
    assert warning.warn(policy=policy, at=after(hours=1)) == 0
    run.refresh_from_db()
    assert run.warned_at is None
    assert not mail.outbox
