"""Clocks that differ are told once: to officers and administrators, by mail and on their home page."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client

from contacts.base.two_clocks import Clocks
from contacts.models import PolicyVersion
from privacy_crm.tasks import sweep_uploads
from retention import tasks
from retention.models import ClockDifference, PurgeRun
from retention.watch import clock_watch
from tests.support.clocks import database_at
from tests.support.factories import NOON, ONE_DAY

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P9"), pytest.mark.usefixtures("at_noon")]

AHEAD = dt.timedelta(days=230)
TEN_MINUTES = dt.timedelta(minutes=10)


@pytest.fixture
def staff() -> list[str]:
    for role in ("privacy officer", "administrator", "sales"):
        user = User.objects.create(username=role, email=f"{role.replace(' ', '-')}@nordvik.example", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
    return ["privacy-officer@nordvik.example", "administrator@nordvik.example"]


def watch(machine: dt.datetime, database: dt.datetime) -> None:
    clock_watch.note(Clocks(machine, database))
    clock_watch.warn(database)


def test_officers_and_administrators_are_told_once_and_not_every_ten_minutes(
    policy: PolicyVersion, staff: list[str]
) -> None:
    for number in range(3):
        with database_at(NOON - AHEAD + number * TEN_MINUTES):
            tasks.warn_officers()
    assert [message.to for message in mail.outbox] == [staff]
    assert "7 months, 2 weeks ahead of the database's" in mail.outbox[0].body
    assert not PurgeRun.objects.exists()  # which night did not happen, nobody knows


@pytest.mark.parametrize("task", [tasks.nightly, sweep_uploads])
def test_a_machine_that_is_wrong_where_the_watch_does_not_run_is_told_of_too(
    policy: PolicyVersion, staff: list[str], task: Callable[[], object]
) -> None:
    for _ in range(2):
        with time_machine.travel(NOON + AHEAD, tick=False):
            task()
        tasks.warn_officers()
    assert [message.to for message in mail.outbox if message.subject == clock_watch._SUBJECT] == [staff]


@pytest.mark.usefixtures("staff")
def test_one_worker_with_the_right_time_does_not_end_it_and_an_hour_of_agreement_does() -> None:
    watch(NOON + AHEAD, NOON)
    for minutes in (5, 10, 15, 59):
        later = NOON + dt.timedelta(minutes=minutes)
        watch(later, later)
        watch(later + AHEAD, later)
    assert len(mail.outbox) == 1
    settled = NOON + dt.timedelta(minutes=59) + clock_watch.SETTLED + dt.timedelta(seconds=1)
    watch(settled, settled)
    assert not ClockDifference.objects.filter(stands=True).exists()
    watch(settled + AHEAD, settled)
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("staff")
def test_a_clock_of_the_database_that_was_wrong_itself_ends_with_its_correction() -> None:
    watch(NOON, NOON + AHEAD)
    assert "behind the database's" in mail.outbox[0].body
    watch(NOON + TEN_MINUTES, NOON + TEN_MINUTES)
    assert not ClockDifference.objects.filter(stands=True).exists()


def test_where_nobody_has_an_address_the_mail_waits_for_one(db: None) -> None:
    watch(NOON + AHEAD, NOON)
    assert ClockDifference.objects.get().warned_at is None
    assert mail.outbox == []


def test_what_is_past_is_not_said_of_now() -> None:
    clock_watch.note(Clocks(NOON + AHEAD, NOON))
    assert clock_watch.now(NOON + 2 * TEN_MINUTES)
    assert clock_watch.now(NOON + 3 * TEN_MINUTES) is None
    assert clock_watch.now(NOON - ONE_DAY) is None


@pytest.mark.parametrize(
    ("role", "told"), [("privacy officer", True), ("administrator", True), ("auditor", True), ("sales", False)]
)
def test_the_home_page_says_so_while_it_is_so(
    log_in: Callable[[str], Client], policy: PolicyVersion, role: str, told: bool
) -> None:
    clock_watch.note(Clocks(NOON, NOON - AHEAD))
    with database_at(NOON - AHEAD):
        shown = log_in(role).get("/admin/").content.decode()
    assert ("nothing is deleted automatically" in shown) is told
