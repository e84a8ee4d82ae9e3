"""The lines of the page "System": measures, nights, jobs and keys in words, and what is worth a look."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery.schedules import crontab
from django.conf import LazySettings
from django.db import connection
from django.utils import translation

from contacts.base import job_runs
from contacts.models import JobRun, PolicyVersion, Suppression
from contacts.words import keys as of_hashes
from privacy_crm.backups import places
from privacy_crm.health.measures import Measure
from privacy_crm.jobs import JOBS, Job
from privacy_crm.staff.system import backups, jobs, keys, lines, measured, nights
from privacy_crm.staff.system.lines import Section, Tone
from retention.models import ClockDifference, PurgeRun
from tests.support.alarms import alarms
from tests.support.factories import NOON, ONE_DAY

MINUTE = dt.timedelta(minutes=1)
BEAT = {"food": {"task": "contacts.tasks.sweep_food_preferences", "schedule": crontab(minute="*/5")}}
DAILY = {"told": {"task": "dsr.tasks.forget_notices", "schedule": crontab(hour=3, minute=50)}}

pytestmark = pytest.mark.django_db


def told(section: Section) -> dict[str, tuple[str, Tone]]:
    return {line.name: (line.says, line.tone) for line in section.lines}


def of(name: str, value: float, **labels: str) -> dict[str, Any]:
    return measured.by_name([Measure(name, "", [(labels, value)])])


@pytest.mark.parametrize(
    ("tell", "name", "labels", "most", "tone"),
    [
        (measured.mails, "oldest_unsent_letter_seconds", {}, 1800, Tone.ACT),
        (measured.mails, "mails_refused_last_hour", {}, 20, Tone.LOOK),
        (measured.people, "oldest_search_seconds", {}, 600, Tone.LOOK),
        (measured.people, "open_requests", {"days_left": "overdue"}, 0, Tone.ACT),
        (measured.clocks, "clock_skew_seconds", {}, 60, Tone.ACT),
    ],
)
def test_the_page_alarms_where_the_alarms_do(
    tell: Callable[[measured.Measured], Section], name: str, labels: dict[str, str], most: float, tone: Tone
) -> None:
    [fine], [bad] = tell(of(name, most, **labels)).lines, tell(of(name, most + 1, **labels)).lines
    assert (fine.tone, fine.remedy) == (Tone.FINE, "")
    assert bad.tone == tone
    assert bad.remedy


def test_the_limits_are_those_of_the_alarms() -> None:
    asked = alarms()
    for alarm, limit in {
        "QueueStandsStill": measured.QUEUE_STANDS,
        "LettersWait": measured.LETTER_WAITS,
        "MailsAreRefused": measured.REFUSED,
        "SearchWaits": measured.SEARCH_WAITS,
        "ClocksDiffer": measured.CLOCKS_APART,
        "JournalLags": backups.JOURNAL_LAGS,
        "NightTakesLong": nights.LONG,
        "NightDidNotFinish": f"{nights.UNFINISHED.total_seconds() / 3600:.0f} * 3600",
    }.items():
        assert f"> {limit}" in asked[alarm]


@pytest.mark.promise("L11")
def test_a_journal_that_is_not_written_asks_for_somebody(settings: LazySettings) -> None:
    settings.BACKUP_URL = ""
    written, waits = (told(backups.backups(of("journal_lag_seconds", lag), at=NOON))["Journal"] for lag in (0, 601))
    assert written == ("All entries have left the database.", Tone.FINE)
    assert waits == ("The oldest entry has waited for 10 minutes.", Tone.ACT)


@pytest.mark.promise("L11")
@pytest.mark.parametrize(
    ("days", "says", "tone"),
    [
        ((0, 29), "The latest is of 24 November 2026, the oldest of 26 October 2026.", "fine"),
        ((0, 32), "The oldest backup is 32 days old, and people were told 30", "act"),
        ((), "There has been no backup yet.", "act"),
    ],
)
def test_the_age_of_the_backups_is_shown(
    settings: LazySettings, tmp_path: Path, days: tuple[int, ...], says: str, tone: str
) -> None:
    settings.BACKUP_URL, settings.BACKUP_DAYS = str(tmp_path), 30
    for each in days:
        (tmp_path / places.name_of(NOON - each * ONE_DAY)).touch()
    [line] = backups.backups({}, at=NOON).lines
    assert line.says.startswith(says)
    assert line.tone == tone


def test_where_backups_are_kept_elsewhere_the_page_says_that_it_cannot_tell(settings: LazySettings) -> None:
    settings.BACKUP_URL = ""
    says, tone = told(backups.backups({}, at=NOON))["Backups"]
    assert says.startswith("BACKUP_URL is not set")
    assert tone == Tone.FINE


def test_requests_are_told_by_the_days_that_are_left() -> None:
    left = {"open_requests": [({"days_left": days}, number) for days, number in
            (("overdue", 1), ("0-2", 0), ("3-7", 2), ("8 or more", 1_200))]}  # fmt: skip
    says = "1 request is past the day by which it has to be answered."
    ahead = "Still to answer: 0 within 2 days, 2 in 3 to 7 days, 1,200 later."
    assert told(measured.people(left)) == {"Requests": (f"{says} {ahead}", Tone.ACT)}


def test_a_queue_that_stands_still_is_said_by_its_name() -> None:
    waits = of("queue_messages", 1_200, queue="bulk") | of("queue_oldest_seconds", 700, queue="bulk")
    assert told(measured.queues(waits)) == {
        "bulk": ("1,200 messages wait in the queue “bulk”, the oldest for 11 minutes.", Tone.ACT)
    }
    moving = waits | of("queue_oldest_seconds", 30, queue="bulk")
    assert told(measured.queues(moving)) == {
        "bulk": ("1,200 messages wait in the queue “bulk”, the oldest for 30 seconds.", Tone.FINE)
    }


def test_clocks_that_another_machine_saw_differ_are_told(policy: PolicyVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    ClockDifference.objects.create(noticed_at=now, seen_at=now, seconds=300, stands=True)
    [line] = measured.clocks(of("clock_skew_seconds", 0.0)).lines
    assert line.says.startswith("The machine's clock is 5 minutes ahead of the database's. Nothing is deleted")
    assert line.tone == Tone.ACT


def test_without_a_policy_nothing_is_deleted_and_the_page_says_so() -> None:
    [line] = nights.nights({}, at=NOON, installed=NOON).lines
    assert (line.tone, line.says) == (
        Tone.ACT,
        "No policy is published yet: nothing comes in, and nothing is deleted.",
    )


@pytest.mark.parametrize(("hours", "tone"), [(26, Tone.FINE), (27, Tone.ACT)])
def test_a_night_that_has_not_finished_for_long_asks_for_somebody(
    policy: PolicyVersion, hours: int, tone: Tone
) -> None:
    ago = NOON - dt.timedelta(hours=hours)
    finished = of("night_last_finished_timestamp_seconds", ago.timestamp()) | of("night_duration_seconds", 90)
    assert told(nights.nights(finished, at=NOON, installed=NOON))["Last finished"][1] == tone
    says = "None has finished yet." if tone == Tone.FINE else "No nightly deletion has finished for 1 day."
    assert told(nights.nights({}, at=NOON, installed=ago))["Last finished"] == (says, tone)


@pytest.mark.parametrize(
    ("status", "says", "tone"),
    [
        ("needs_approval", "A nightly deletion waits for approval.", Tone.LOOK),
        ("failed", "A part of the last nightly deletion failed.", Tone.ACT),
        ("interrupted", "The last nightly deletion was broken off.", Tone.ACT),
        ("missed", "The last nightly deletion did not happen.", Tone.ACT),
    ],
)
def test_a_night_that_needs_attention_says_why(policy: PolicyVersion, status: str, says: str, tone: Tone) -> None:
    assert "Needs attention" not in told(nights.nights({}, at=NOON, installed=NOON))
    PurgeRun.objects.create(at=NOON, by="test", status=status, started_at=NOON, finished_at=NOON)
    assert told(nights.nights({}, at=NOON, installed=NOON))["Needs attention"] == (says, tone)


def test_a_night_that_runs_and_whom_it_left_are_told(policy: PolicyVersion) -> None:
    found = of("night_running_seconds", 3_700) | of("due_people", 1_250)
    said = told(nights.nights(found, at=NOON, installed=NOON))
    assert said["Running"] == ("The nightly deletion has run for 1 hour.", Tone.ACT)
    assert said["Left behind"] == ("1,250 people who were due at the last nightly deletion are still here.", Tone.LOOK)


@pytest.mark.parametrize("job", JOBS.values(), ids=list(JOBS))
def test_what_each_job_does_is_said_in_both_languages(job: Job) -> None:
    english = jobs.does(job.task)
    with translation.override("sv"):
        assert jobs.does(job.task) != english


@pytest.mark.parametrize(
    ("schedule", "every"),
    [
        (crontab(), MINUTE),
        (crontab(minute="*/5"), 5 * MINUTE),
        (crontab(minute=20), 60 * MINUTE),
        (crontab(hour=3, minute=50), ONE_DAY),
        (dt.timedelta(seconds=10), dt.timedelta(seconds=10)),
    ],
)
def test_how_often_a_job_comes_is_read_off_its_schedule(schedule: Any, every: dt.timedelta) -> None:
    assert jobs.every(schedule) == every


def test_a_job_is_late_when_it_has_missed_two_ticks() -> None:
    job_runs.succeeded("contacts.tasks.sweep_food_preferences", at=NOON)
    long_ago = NOON - ONE_DAY
    for minutes, tone in ((15, Tone.FINE), (16, Tone.ACT)):
        [line] = jobs.jobs(BEAT, at=NOON + minutes * MINUTE, since=long_ago).lines
        assert (line.says, line.tone) == ("Done on 24 November 2026 13:00.", tone)


def test_what_was_done_on_a_day_to_come_says_nothing_of_today(policy: PolicyVersion) -> None:
    """As the alarms, which read it either way: a clock was ahead."""
    ahead = NOON + 30 * 60 * MINUTE
    job_runs.succeeded("contacts.tasks.sweep_food_preferences", at=ahead)
    [line] = jobs.jobs(BEAT, at=NOON, since=NOON - ONE_DAY).lines
    assert line.tone == Tone.ACT
    finished = of("night_last_finished_timestamp_seconds", ahead.timestamp())
    says, tone = told(nights.nights(finished, at=NOON, installed=NOON))["Last finished"]
    assert (says, tone) == ("25 November 2026 19:00, after 1 second.", Tone.ACT)


def test_a_job_that_never_ran_is_late_only_after_its_first_ticks() -> None:
    for ago, tone in ((ONE_DAY, Tone.FINE), (3 * ONE_DAY, Tone.ACT)):
        section = jobs.jobs(DAILY, at=NOON, since=NOON - ago)
        assert told(section) == {
            "Deletes notices 24 months after their recipient acknowledged them": ("Has not run yet.", tone)
        }
    assert lines.verdict([section]).says == "1 job is late."


def test_a_job_that_failed_since_is_worth_a_look_until_it_succeeds() -> None:
    task = "contacts.tasks.sweep_food_preferences"
    job_runs.succeeded(task, at=NOON - 9 * MINUTE)
    job_runs.failed(task, ConnectionError, at=NOON - 4 * MINUTE)
    [line] = jobs.jobs(BEAT, at=NOON, since=NOON).lines
    assert line.says == "Done on 24 November 2026 12:51. Failed on 24 November 2026 12:56 (ConnectionError)."
    assert line.tone == Tone.LOOK
    job_runs.succeeded(task, at=NOON)
    [line] = jobs.jobs(BEAT, at=NOON, since=NOON).lines
    assert line.tone == Tone.FINE


def test_a_job_without_a_schedule_is_told_while_it_has_failed() -> None:
    job_runs.failed("privacy_crm.tasks.import_upload", ValueError, at=NOON)
    job_runs.succeeded("privacy_crm.tasks.open_upload", at=NOON)
    [line] = jobs.jobs({}, at=NOON, since=NOON).lines
    assert (line.name, line.tone) == ("Imports an uploaded list", Tone.LOOK)
    JobRun.objects.filter(task="privacy_crm.tasks.import_upload").update(succeeded_at=NOON + MINUTE)
    assert jobs.jobs({}, at=NOON, since=NOON).lines == []


@pytest.mark.promise("P12")
def test_keys_are_told_by_their_fingerprints_and_what_is_under_them(settings: LazySettings) -> None:
    settings.SUPPRESSION_KEY, settings.SUPPRESSION_KEYS = "new", ["new", "needed", "dropped"]
    for key in ("new", "needed", "gone"):
        hashed = of_hashes.hashed("anna@fjordkraft.example", key)
        Suppression.objects.create(
            address_hash=hashed, mailbox_hash=hashed, channel="email", reason="unsubscribe", since=NOON.date()
        )
    new, needed, dropped, gone = map(of_hashes.fingerprint, ("new", "needed", "dropped", "gone"))
    assert told(keys.keys()) == {
        new: ("New hashes are made with it.", Tone.FINE),
        needed: ("1 hash is under it. It is still needed.", Tone.FINE),
        dropped: ("Nothing is under it: it can be dropped.", Tone.FINE),
        gone: ("1 hash is under a key that is not set, so its objection is not found.", Tone.ACT),
    }


def test_a_watcher_outside_is_named_by_what_it_heard(policy: PolicyVersion, settings: LazySettings) -> None:
    def says() -> str:
        return told(nights.nights({}, at=NOON, installed=NOON))["Watcher outside"][0]

    settings.HEARTBEAT_URL = ""
    assert says().startswith("HEARTBEAT_URL is not set")
    settings.HEARTBEAT_URL = "https://watch.example/"
    assert says() == "It has not been called yet."
    job_runs.succeeded("heartbeat", at=NOON)
    assert says() == "It was last called after the nightly deletion of 24 November 2026 13:00."


def test_it_is_read_in_swedish(policy: PolicyVersion) -> None:
    with translation.override("sv"):
        assert lines.verdict([]).says == "Allt är som det ska."
        assert jobs.does("contacts.tasks.sweep_food_preferences").startswith("Raderar kostbehov")
