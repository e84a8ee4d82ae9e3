"""What is measured: each figure against what makes it, alarms that read them, and nobody named in any."""

import datetime as dt
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.db import connection
from django.utils import timezone

from contacts import tasks
from contacts.base import job_runs
from contacts.models import JobRun, Message, PolicyVersion
from privacy_crm.access import telling
from privacy_crm.backups import places
from privacy_crm.celery import app
from privacy_crm.health import measures
from privacy_crm.health.noted_task import NotedTask
from privacy_crm.models import AccountMail
from retention.models import PurgeRun
from retention.tasks import nightly
from tests.support.accounts import colleague
from tests.support.clocks import database_at
from tests.support.factories import NOON, ONE_DAY, ContactFactory, customer, hold
from tests.support.journals import Journal
from tests.support.object_storage import kept_there
from tests.support.objecting import objects
from tests.support.requesting import received

ALERTS = settings.BASE_DIR / "deploy" / "alerts.yml"
ALARMS = Path(__file__).with_name("alarms.yml")
MINUTE = dt.timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def measured(at: dt.datetime = NOON) -> dict[str, dict[tuple[str, ...], float]]:
    """Every figure by its name and the values of its labels."""
    found = measures.take(at=at, queues=["test"])
    return {each.name: {tuple(labels.values()): value for labels, value in each.samples} for each in found}


def one(name: str, at: dt.datetime = NOON) -> float:
    [value] = measured(at)[name].values()
    return value


def test_each_part_says_whether_it_answers(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert measured()["up"] == {("database",): 1, ("broker",): 1, ("storage",): 1}
    settings.REDIS_URL = "redis://localhost:1/0"
    away = measured()
    assert away["up"] == {("database",): 1, ("broker",): 0, ("storage",): 1}
    assert "queue_messages" not in away


@pytest.mark.parametrize("found", ["nothing", "a file"])
def test_a_folder_for_files_that_is_not_there_is_away(settings: LazySettings, tmp_path: Path, found: str) -> None:
    """*Found*: a volume that was not mounted counted as one that holds no file yet."""
    settings.MEDIA_ROOT = tmp_path / "media"
    if found == "a file":
        settings.MEDIA_ROOT.touch()
    assert measured()["up"][("storage",)] == 0
    settings.MEDIA_ROOT = tmp_path
    assert measured()["up"][("storage",)] == 1


def test_a_storage_for_objects_that_is_away_says_so_and_all_else_is_measured() -> None:
    """*Found*: no figure came, and the page "System" did not open."""
    with kept_there("s3://key:secret@127.0.0.1:1/crm?tls=0&region=us-east-1"):
        away = measured()
    assert away["up"] == {("database",): 1, ("broker",): 1, ("storage",): 0}
    assert "oldest_unsent_letter_seconds" in away


def test_a_queue_says_how_much_waits_and_since_when() -> None:
    queue = "night"
    with app.connection_for_write() as connection:
        connection.default_channel.queue_purge(queue)
        for _ in range(2):
            app.send_task("nobody.does.this", queue=queue, retry=False)
        later = dt.datetime.fromtimestamp(time.time() + 90, dt.UTC)
        found = {each.name: each.samples for each in measures.take(at=later, queues=[queue])}
        connection.default_channel.queue_purge(queue)
    assert found["queue_messages"] == [({"queue": queue}, 2)]
    [(_labels, age)] = found["queue_oldest_seconds"]
    assert 89 < age < 150


def test_a_task_says_when_it_last_came_to_its_end_and_how_it_failed() -> None:
    class Noted(NotedTask):
        name = "test.noted"

    task = Noted()
    task.on_success(None, "id", (), {})
    before = JobRun.objects.get(task="test.noted")
    task.on_failure(ValueError("ada@fjordkraft.example"), "id", (), {}, None)
    after = JobRun.objects.get(task="test.noted")
    assert (before.failed_at, after.error) == (None, "ValueError")
    assert after.succeeded_at == before.succeeded_at
    assert list(measured()["task_last_success_timestamp_seconds"]) == [("test.noted",)]
    assert isinstance(nightly, NotedTask)


def test_of_ends_within_five_seconds_the_first_is_noted() -> None:
    seconds = [NOON + dt.timedelta(seconds=each) for each in (0, 4, 6)]
    noted = []
    for at in seconds:
        job_runs.succeeded("test.often", at=at)
        noted.append(JobRun.objects.get(task="test.often").succeeded_at)
    assert noted == [seconds[0], seconds[0], seconds[2]]


@pytest.mark.promise("P8")
def test_a_sweep_that_gave_up_since_the_clocks_differ_has_not_succeeded(policy: PolicyVersion) -> None:
    """*Found*: the alarm about dietary needs was silent while nothing deleted any."""
    with database_at(timezone.now() + 2 * MINUTE):
        tasks.sweep_food_preferences.apply()
    assert not JobRun.objects.filter(task=tasks.sweep_food_preferences.name).exists()
    tasks.sweep_food_preferences.apply()
    assert JobRun.objects.get(task=tasks.sweep_food_preferences.name).succeeded_at


@pytest.mark.promise("L11")
@pytest.mark.parametrize("task", [tasks.ship_journal, tasks.expire_journal], ids=["written", "shortened"])
def test_a_journal_that_cannot_be_reached_is_a_job_that_failed(
    policy: PolicyVersion, journal: Journal, settings: LazySettings, task: Any
) -> None:
    """*Found*: it had done its work, as the page "System" said, while no line left."""
    objects(customer(policy), policy)
    connection.check_constraints()
    settings.JOURNAL_URL = "nowhere://journal"
    task.apply()
    run = JobRun.objects.get(task=task.name)
    assert (run.succeeded_at, run.error) == (None, "JournalError")


@pytest.mark.parametrize(("ahead", "noted"), [(59, False), (61, True)])
def test_an_end_that_was_noted_while_the_clock_was_ahead_is_noted_anew(ahead: int, noted: bool) -> None:
    """Or no alarm that reads it could fire until that day. A worker whose clock is seconds behind changes nothing."""
    future = NOON + dt.timedelta(seconds=ahead)
    job_runs.succeeded("test.ahead", at=future)
    job_runs.succeeded("test.ahead", at=NOON)
    assert JobRun.objects.get(task="test.ahead").succeeded_at == (NOON if noted else future)


def test_a_letter_that_waits_is_told_by_its_age_and_one_of_the_future_is_not(policy: PolicyVersion) -> None:
    assert one("oldest_unsent_letter_seconds") == 0
    owed = {"template": "reminder", "purpose": "service", "contact": ContactFactory.create(), "created_at": NOON}
    Message.objects.create(**owed, not_before=NOON + MINUTE)
    assert one("oldest_unsent_letter_seconds") == 0
    Message.objects.create(**owed, not_before=NOON - 7 * MINUTE)
    assert one("oldest_unsent_letter_seconds") == 7 * 60


def test_a_mail_to_staff_that_waits_is_a_letter_that_waits(policy: PolicyVersion) -> None:
    """*Found*: an invitation that did not leave was given up after three days, and no alarm said so."""
    user = colleague("sales")
    telling.changed("account.closed", user.pk, at=NOON, by="operator")
    AccountMail.objects.update(attempts=3, not_before=NOON + 60 * MINUTE)
    assert one("oldest_unsent_letter_seconds", NOON + 31 * MINUTE) == 31 * 60


def test_mails_that_ended_unsent_count_for_an_hour_and_skipped_ones_never(policy: PolicyVersion) -> None:
    owed = {"template": "reminder", "purpose": "service", "contact": ContactFactory.create(), "created_at": NOON}
    for end, ago in (("refused", 1), ("gave_up", 59), ("refused", 60), ("skipped", 1)):
        Message.objects.create(**owed, not_before=NOON, ended_at=NOON - ago * MINUTE, end=end)
    assert one("mails_refused_last_hour") == 2


def test_a_night_is_told_by_its_end_its_length_and_what_it_left(policy: PolicyVersion) -> None:
    hold(ContactFactory.create(), "prospect", dt.date(2025, 1, 1), policy=policy)
    assert one("due_people") == 1
    assert "night_last_finished_timestamp_seconds" not in measured()
    began = NOON - ONE_DAY
    PurgeRun.objects.create(at=began, by="test", status="finished", started_at=began, finished_at=began + MINUTE)
    assert one("night_last_finished_timestamp_seconds") == (began + MINUTE).timestamp()
    assert (one("night_duration_seconds"), one("night_running_seconds"), one("night_needs_attention")) == (60, 0, 0)
    past = began - 9 * ONE_DAY  # by hand, for a day that was over: the night did not happen by it
    PurgeRun.objects.create(at=past, by="test", status="finished", started_at=NOON, finished_at=NOON)
    assert one("night_last_finished_timestamp_seconds") == (began + MINUTE).timestamp()
    PurgeRun.objects.create(at=NOON, by="test", status="failed", started_at=NOON, finished_at=NOON)
    PurgeRun.objects.create(at=NOON, by="test", status="running", started_at=NOON - 5 * MINUTE)
    assert (one("night_running_seconds"), one("night_needs_attention")) == (300, 1)


@pytest.mark.promise("L11")
def test_the_journal_tells_for_how_long_a_line_has_waited(policy: PolicyVersion, journal: Journal) -> None:
    assert (one("journal_lag_seconds"), one("journal_unshipped_lines")) == (0, 0)
    for person in (customer(policy), customer(policy)):
        objects(person, policy, at=NOON)
        connection.check_constraints()
    assert (one("journal_lag_seconds", NOON + 7 * MINUTE), one("journal_unshipped_lines")) == (420, 2)
    journal.ship()
    assert (one("journal_lag_seconds", NOON + 7 * MINUTE), one("journal_unshipped_lines")) == (0, 0)


@pytest.mark.promise("L11")
@pytest.mark.parametrize(("days", "wrong"), [((0, 29), 0), ((0, 32), 1), ((3, 4), 1), ((), 1)])
def test_backups_that_are_older_than_people_were_told_or_missing_need_attention(
    settings: LazySettings, tmp_path: Path, days: tuple[int, ...], wrong: int
) -> None:
    settings.BACKUP_DAYS = 30
    for each in days:
        (tmp_path / places.name_of(NOON - each * ONE_DAY)).touch()
    assert "backups_need_attention" not in measured()
    settings.BACKUP_URL = str(tmp_path)
    assert one("backups_need_attention") == wrong
    settings.BACKUP_URL = "ftp://backups.example"
    assert one("backups_need_attention") == 1


def test_open_requests_are_told_by_the_days_that_are_left(policy: PolicyVersion) -> None:
    received(policy, 11, 20)
    counted = {labels[0]: number for labels, number in measured(NOON)["open_requests"].items()}
    assert counted == {"overdue": 0, "0-2": 0, "3-7": 0, "8 or more": 1}
    later = {labels[0]: number for labels, number in measured(NOON + 60 * ONE_DAY)["open_requests"].items()}
    assert later["overdue"] == 1


def test_the_clocks_of_one_machine_agree() -> None:
    assert abs(one("clock_skew_seconds")) < 1


def test_the_alarms_can_be_read_and_ask_for_what_is_measured(
    policy: PolicyVersion, settings: LazySettings, tmp_path: Path
) -> None:
    settings.BACKUP_URL = str(tmp_path)
    subprocess.run(["promtool", "check", "rules", str(ALERTS)], check=True, capture_output=True)
    began = timezone.now()
    PurgeRun.objects.create(at=began, by="test", status="finished", started_at=began, finished_at=began)
    names = {f"crm_{name}" for name in measured(began)}
    asked = set(_names(ALERTS))
    assert asked <= names
    assert names - asked == {"crm_queue_messages", "crm_night_duration_seconds", "crm_journal_unshipped_lines"}


def test_what_never_came_is_an_alarm_as_well() -> None:
    told = subprocess.run(["promtool", "test", "rules", str(ALARMS)], check=False, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def _names(path: Path) -> list[Any]:
    return re.findall(r"\bcrm_\w+", path.read_text())
