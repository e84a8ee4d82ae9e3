"""A mail server that fails or takes its time: it stops no other step of the watch, and holds no run locked."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail

from contacts.base.two_clocks import Clocks
from contacts.models import PolicyVersion
from retention import tasks
from retention.models import ClockDifference, PurgeRun
from retention.nights import approvals, claimed
from retention.watch import clock_watch, warning
from tests.support.clocks import database_at
from tests.support.factories import NOON
from tests.support.mail_sink import Sink
from tests.support.mail_under_way import elsewhere
from tests.support.provider import AWAY, provider

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P9")]
AHEAD = dt.timedelta(days=230)


@pytest.fixture(autouse=True)
def officer() -> User:
    user = User.objects.create_user("officer", "officer@nordvik.example", "a quiet day")
    user.groups.add(Group.objects.get(name="privacy officer"))
    return user


def ran(status: str, at: dt.datetime = NOON) -> PurgeRun:
    return PurgeRun.objects.create(at=at, by="test", status=status, started_at=at, finished_at=at)


@pytest.mark.django_db(transaction=True)
def test_an_officer_approves_a_run_while_its_mail_is_being_sent(sink: Sink, policy: PolicyVersion) -> None:
    """Found: approving waited for the mail server, and ended in an error page after ten seconds."""
    run = ran("needs_approval")
    sink.taken = elsewhere(lambda: approvals.approve(run, reason="A list was old.", at=NOON, by="user:1"))
    assert warning.warn(policy=policy, at=NOON) == 1
    run.refresh_from_db()
    assert run.status == "approved"


@pytest.mark.django_db(transaction=True)
def test_another_watcher_sees_the_clocks_differ_while_a_mail_is_being_sent(sink: Sink) -> None:
    clock_watch.note(Clocks(NOON + AHEAD, NOON))
    sink.taken = elsewhere(lambda: clock_watch.note(Clocks(NOON + 2 * AHEAD, NOON)))
    assert clock_watch.warn(NOON)
    assert ClockDifference.objects.get().seconds == (2 * AHEAD).total_seconds()


@pytest.mark.django_db(transaction=True)
def test_two_watchers_send_one_mail(sink: Sink, policy: PolicyVersion) -> None:
    ran("failed")
    clock_watch.note(Clocks(NOON + AHEAD, NOON))
    again: list[int] = []
    sink.taken = elsewhere(lambda: again.append(warning.warn(policy=policy, at=NOON)))
    assert warning.warn(policy=policy, at=NOON) == 1
    sink.taken = elsewhere(lambda: again.append(clock_watch.warn(NOON)))
    assert clock_watch.warn(NOON)
    assert again == [0, False]
    assert len(sink.raw) == 2


@pytest.mark.django_db(transaction=True)
def test_what_changes_while_its_mail_is_being_sent_is_told_as_well(sink: Sink, policy: PolicyVersion) -> None:
    run = ran("needs_approval")
    User.objects.create_user("second", "second@nordvik.example", "a quiet day").groups.add(
        Group.objects.get(name="privacy officer")
    )
    sink.taken = elsewhere(lambda: approvals.approve(run, reason="A list was old.", at=NOON, by="user:1"))
    warning.warn(policy=policy, at=NOON)
    sink.taken = lambda _mail: None
    assert warning.warn(policy=policy, at=NOON) == 1
    assert "a second person has to" in sink.raw[-1].decode()


def test_who_died_while_sending_is_followed_by_another_after_a_while(policy: PolicyVersion) -> None:
    ran("failed")
    clock_watch.note(Clocks(NOON + AHEAD, NOON))
    for model in (PurgeRun, ClockDifference):
        model.objects.update(telling_until=NOON + claimed.CLAIM)
    assert (warning.warn(policy=policy, at=NOON), clock_watch.warn(NOON)) == (0, False)
    later = NOON + claimed.CLAIM
    assert (warning.warn(policy=policy, at=later), clock_watch.warn(later)) == (1, True)
    assert (warning.warn(policy=policy, at=later), clock_watch.warn(later)) == (0, False)
    assert len(mail.outbox) == 2


def test_a_claim_from_a_day_that_never_came_holds_nothing_back() -> None:
    clock_watch.note(Clocks(NOON + AHEAD, NOON))
    ClockDifference.objects.update(telling_until=NOON + AHEAD)
    assert clock_watch.warn(NOON)


@pytest.mark.parametrize("answer", ["rejected", AWAY])
def test_a_mail_that_fails_is_tried_at_the_next_look(answer: str, policy: PolicyVersion, settings: Any) -> None:
    ran("failed")
    usual, settings.MAILERS = settings.MAILERS, provider(officer=answer)
    clock_watch.note(Clocks(NOON + AHEAD, NOON))
    assert (warning.warn(policy=policy, at=NOON), clock_watch.warn(NOON)) == (0, False)
    settings.MAILERS = usual
    assert (warning.warn(policy=policy, at=NOON), clock_watch.warn(NOON)) == (1, True)


@pytest.mark.usefixtures("at_noon")
def test_a_night_that_did_not_happen_is_noted_though_the_mail_of_the_clocks_fails(
    policy: PolicyVersion, settings: Any
) -> None:
    """Found: the mail went first, and where it failed, the watch did nothing."""
    clock_watch.note(Clocks(NOON + AHEAD, NOON))
    settings.MAILERS = provider(officer="rejected")
    with database_at(NOON):
        tasks.warn_officers()
    assert PurgeRun.objects.get().status == "missed"
