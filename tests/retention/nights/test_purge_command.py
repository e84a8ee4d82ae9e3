"""The purge by hand: not for a day to come, and not by a clock that the database contradicts."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Contact, PolicyVersion
from retention.models import PurgeRun
from tests.support.clocks import database_at
from tests.support.factories import NOON, ONE_DAY, crowd

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P9"), pytest.mark.usefixtures("at_noon")]

COLLECTED = dt.date(2025, 5, 25)  # due the day after "today", 25 November 2026


@pytest.fixture
def tomorrows(policy: PolicyVersion, settings: Any) -> list[Contact]:
    settings.DEBUG = False
    return crowd(2, "prospect", COLLECTED, policy=policy)


def refusal(*arguments: str) -> CommandError:
    with pytest.raises(CommandError) as refused:
        call_command("purge", *arguments)
    assert len(str(refused.value).splitlines()) == 1
    return refused.value


@pytest.mark.usefixtures("tomorrows")
@pytest.mark.parametrize("arguments", [["2026-11-25"], ["2027-11-15"], ["2026-11-25T00:00", "--approve"]])
def test_a_run_for_a_day_to_come_is_refused_and_deletes_nobody(arguments: list[str]) -> None:
    refused = refusal("--at", *arguments)
    assert refused.returncode == 2
    assert "--dry-run" in str(refused)
    assert Contact.objects.count() == 2
    assert not PurgeRun.objects.exists()


@pytest.mark.usefixtures("tomorrows")
@pytest.mark.parametrize("at", ["2026-11-24", "2026-11-24T23:59", "2026-11-01"])
def test_today_and_before_are_no_days_to_come(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("purge", "--at", at)
    assert (ended.value.code, capsys.readouterr().err) == (0, "")
    assert Contact.objects.count() == 2


@pytest.mark.usefixtures("tomorrows")
def test_a_dry_run_looks_ahead_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("purge", "--at", "2026-11-25", "--dry-run")
    assert ended.value.code == 0
    assert "2 people would be deleted" in capsys.readouterr().out


@pytest.mark.usefixtures("tomorrows")
def test_a_rehearsal_in_development_runs_and_says_on_stderr_what_it_does(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEBUG = True
    with pytest.raises(SystemExit) as ended:
        call_command("purge", "--at", "2026-11-25", "--json")
    told = capsys.readouterr()
    assert ended.value.code == 0
    assert told.out.startswith("{")
    assert len(told.err.splitlines()) == 1
    assert not Contact.objects.exists()


@pytest.mark.usefixtures("tomorrows")
@pytest.mark.parametrize("at", [[], ["--at", "2026-11-24"]])
def test_nothing_is_deleted_by_a_clock_that_the_database_contradicts(at: list[str]) -> None:
    with database_at(NOON - 230 * ONE_DAY):
        refused = refusal(*at)
    assert refused.returncode == 1
    assert "7 months, 2 weeks ahead" in str(refused)
    assert not PurgeRun.objects.exists()
