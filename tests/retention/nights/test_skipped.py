"""A night that left somebody out since somebody else held them: it stays open, and says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client

from contacts.base import held
from contacts.base.days import run_of
from contacts.models import Contact, FoodPreference, Organisation, PolicyVersion
from contacts.policy import policies
from retention.admin import telling
from retention.forecasts import report
from retention.models import PurgeCount, PurgeRun
from retention.nights import approvals, outcomes
from retention.watch import monitoring, scheduler, warning
from tests.support.factories import (
    DUE,
    NOON,
    ONE_DAY,
    SPRING,
    EventFactory,
    crowd,
    held_for,
    is_held,
    place,
    register,
    run,
    stockholm,
)
from tests.support.waiting import locked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("L11")]

TEN_MINUTES = dt.timedelta(minutes=10)

type LogIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SWEEP_LOCK_TIMEOUT = "20ms"
    monkeypatch.setattr(held, "BRIEF", "10ms")


@pytest.fixture
def three(policy: PolicyVersion) -> list[Contact]:
    return crowd(3, "prospect", SPRING, policy=policy)


def tick(policy: PolicyVersion, later: dt.timedelta = TEN_MINUTES) -> None:
    at = run_of(DUE, policy.zone) + later
    scheduler.tick(at=at, now=lambda: at)


def of_rule(rule: str) -> PurgeCount:
    return PurgeCount.objects.get(rule=rule, run=PurgeRun.objects.latest("pk"))


@pytest.fixture
def skipped(policy: PolicyVersion, three: list[Contact]) -> Iterator[ExitStack]:
    """The night has left out the second of three; close it, and she is free."""
    with ExitStack() as holding:
        holding.enter_context(locked("contacts_contact", "id = %s", three[1].pk))
        run(DUE, policy)
        yield holding


def test_the_next_tick_deals_with_whom_the_night_left_out_and_with_nobody_else(
    policy: PolicyVersion, three: list[Contact], skipped: ExitStack
) -> None:
    night = PurgeRun.objects.get()
    assert list(map(is_held, three)) == [False, True, False]
    (newcomer,) = crowd(1, "prospect", SPRING, policy=policy)
    tick(policy)
    assert (is_held(three[1]), of_rule("prospect").left) == (True, [three[1].pk])
    skipped.close()
    tick(policy, 2 * TEN_MINUTES)
    assert (is_held(three[1]), is_held(newcomer)) == (False, True)
    assert PurgeRun.objects.get() == night
    done = outcomes.outcome(night)
    assert (done.status, done.skipped, done.contacts_deleted) == ("finished", 0, 3)
    assert monitoring.left_over(policy, run_of(DUE, policy.zone) + 2 * TEN_MINUTES) == []


def test_who_may_stay_by_then_stays(policy: PolicyVersion, three: list[Contact], skipped: ExitStack) -> None:
    skipped.close()
    place(three[1], "freeze", "legal_claim")
    tick(policy)
    assert is_held(three[1])
    assert of_rule("prospect").left == []


def test_the_outcome_says_how_many_in_numbers_and_in_words(
    policy: PolicyVersion, three: list[Contact], skipped: ExitStack
) -> None:
    outcome = outcomes.outcome(PurgeRun.objects.get())
    assert (outcome.status, outcome.skipped, outcome.contacts_deleted) == ("finished", 1, 2)
    assert "1 record was locked and skipped" in report.in_words(outcome)


def test_each_rule_leaves_out_what_is_held_of_its_own(policy: PolicyVersion) -> None:
    over = EventFactory.create(starts_at=stockholm(2026, 11, 20), ends_at=stockholm(2026, 11, 20, 17))
    for _ in range(2):
        register(held_for("event", policy), over, stockholm(2026, 11, 1), policy=policy, food="No nuts")
    released = [held_for("prospect", policy) for _ in range(2)]
    for contact in released:
        contact.bases.all().delete()
        place(contact, "duty", "tax", until=DUE - ONE_DAY)
    empty = [Organisation.objects.create(name=f"Empty {n}", entered_on=SPRING, may_be_vacant=True) for n in range(2)]
    last = FoodPreference.objects.latest("pk")
    with (
        locked("contacts_foodpreference", "id = %s", last.pk),
        locked("contacts_contact", "id = %s", released[0].pk),
        locked("contacts_organisation", "id = %s", empty[0].pk),
    ):
        assert run(DUE, policy).skipped >= 3
        assert of_rule("food").left == [last.pk]
        assert of_rule("hold").left == [released[0].pk]
        assert of_rule("organisation").left == [empty[0].pk]
    tick(policy)
    assert not PurgeCount.objects.exclude(left=[]).exists()
    assert not FoodPreference.objects.exists()
    assert not any(map(is_held, released))
    assert not Organisation.objects.filter(pk__in=[each.pk for each in empty]).exists()


def test_the_people_of_an_organisation_that_is_held_wait_and_the_others_do_not(policy: PolicyVersion) -> None:
    firms = [held_for("customer", policy) for _ in range(2)]
    with locked("contacts_organisation", "id = %s", firms[0].organisation_id):
        run(DUE, policy)
        assert list(map(is_held, firms)) == [True, False]
    tick(policy)
    assert not any(map(is_held, firms))


def test_another_policy_leaves_it_to_the_next_night(
    policy: PolicyVersion, policy_source: dict[str, Any], three: list[Contact], skipped: ExitStack
) -> None:
    skipped.close()
    longer = policy_source | {"rule": [rule | {"months": rule["months"] + 1} for rule in policy_source["rule"]]}
    policies.publish_source(longer, at=NOON, by="test")
    tick(policy)
    assert is_held(three[1])


def test_the_next_run_takes_over_what_was_left(policy: PolicyVersion, three: list[Contact], skipped: ExitStack) -> None:
    skipped.close()
    assert run(DUE + ONE_DAY, policy).contacts_deleted == 1
    first = PurgeRun.objects.earliest("pk")
    assert (outcomes.outcome(first).skipped, first.counts.exclude(left=[]).count()) == (1, 0)


def test_a_run_that_waits_for_approval_tries_again_whose_hold_has_ended(policy: PolicyVersion, settings: Any) -> None:
    settings.PURGE_CAP_NUMBER = 1
    due = crowd(2, "prospect", SPRING, policy=policy)
    (free,) = crowd(1, "prospect", SPRING, policy=policy)
    free.bases.all().delete()
    place(free, "duty", "tax", until=DUE - ONE_DAY)
    with locked("contacts_contact", "id = %s", free.pk):
        assert run(DUE, policy).status == "needs_approval"
    tick(policy)
    assert (PurgeRun.objects.get().status, is_held(free), *map(is_held, due)) == ("needs_approval", False, True, True)


def test_an_approved_run_counts_anew_whom_it_leaves_out(policy: PolicyVersion, settings: Any) -> None:
    settings.PURGE_CAP_NUMBER = 1
    due = crowd(2, "prospect", SPRING, policy=policy)
    run(DUE, policy)
    night = PurgeRun.objects.get()
    approvals.approve(night, reason="checked", at=NOON, by="user:1")
    with locked("contacts_contact", "id = %s", due[0].pk):
        tick(policy)
    assert (outcomes.outcome(night).status, outcomes.outcome(night).skipped) == ("finished", 1)
    tick(policy)
    assert (outcomes.outcome(night).skipped, *map(is_held, due)) == (0, False, False)


def test_a_rule_that_fails_when_it_is_tried_again_makes_the_run_failed(
    policy: PolicyVersion, skipped: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped.close()
    monkeypatch.setattr("retention.nights.batches.Job.lapse", lambda *_: 1 / 0)
    tick(policy)
    assert PurgeRun.objects.get().status == "failed"
    assert of_rule("prospect").failure == "ZeroDivisionError"


# Somebody is told


@pytest.fixture
def officer() -> User:
    user = User.objects.create_user("officer", email="officer@nordvik.example")
    user.groups.add(Group.objects.get(name="privacy officer"))
    return user


def warned(policy: PolicyVersion, at: dt.datetime) -> list[str]:
    mail.outbox.clear()
    warning.warn(policy=policy, at=at)
    return [message.subject + message.body for message in mail.outbox]


def test_after_an_hour_the_officers_hear_once_of_what_is_still_left_out(
    policy: PolicyVersion, officer: User, skipped: ExitStack
) -> None:
    began = run_of(DUE, policy.zone)
    assert warned(policy, began + dt.timedelta(minutes=59)) == []
    assert monitoring.alarm(began + dt.timedelta(minutes=59)) is None
    (told,) = warned(policy, began + dt.timedelta(minutes=60))
    assert "had to skip records that are in use" in told
    assert "Records skipped for more than an hour: 1." in told
    assert warned(policy, began + dt.timedelta(minutes=70)) == []
    alarm = monitoring.alarm(began + dt.timedelta(minutes=70))
    assert alarm is not None
    assert "has skipped 1 record for more than an hour" in telling.what_to_do(alarm)


def test_a_run_that_is_older_than_an_hour_alarms_and_how_it_ends_does_as_well(
    policy: PolicyVersion, officer: User
) -> None:
    began = run_of(DUE, policy.zone)
    stands = PurgeRun.objects.create(at=began, by="nightly", status="running", started_at=began, policy_version=policy)
    assert warned(policy, began + dt.timedelta(minutes=59)) == []
    (told,) = warned(policy, began + dt.timedelta(minutes=60))
    assert "has not finished after an hour" in told
    assert monitoring.alarm(began + dt.timedelta(minutes=60)) == stands
    assert "has not finished after an hour" in telling.what_to_do(stands)
    tick(policy, dt.timedelta(minutes=70))  # the process is gone: nobody holds the lock
    (told,) = warned(policy, began + dt.timedelta(minutes=70))
    assert "was broken off" in told


def test_an_approved_run_is_young_when_it_is_taken_up(policy: PolicyVersion) -> None:
    PurgeRun.objects.create(
        at=NOON, by="nightly", status="running", started_at=NOON, approved_at=NOON + ONE_DAY, policy_version=policy
    )
    assert not monitoring.alarming(NOON + ONE_DAY + dt.timedelta(minutes=59)).exists()
    assert monitoring.alarming(NOON + ONE_DAY + dt.timedelta(minutes=60)).exists()


@pytest.mark.usefixtures("at_noon")
def test_the_nights_page_says_what_was_skipped_and_why(log_in: LogIn, skipped: ExitStack) -> None:
    url = f"/admin/retention/purgerun/{PurgeRun.objects.get().pk}/change/"
    page = log_in("privacy officer").get(url).content.decode()
    assert "What was skipped" in page
    assert "The rule “prospect” skipped 1 record." in page
    assert "tried again every ten minutes" in page
    said = "1 record was skipped because it is in use, and is tried again every ten minutes."
    assert said in telling.skipped(PurgeRun.objects.get())


def test_a_night_that_skipped_nobody_does_not_speak_of_it(
    policy: PolicyVersion, three: list[Contact], log_in: LogIn
) -> None:
    run(DUE, policy)
    page = log_in("privacy officer").get(f"/admin/retention/purgerun/{PurgeRun.objects.get().pk}/change/")
    assert "skipped" not in page.content.decode()
