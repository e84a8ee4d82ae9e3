"""Each task has its queue, each of beat's messages its end, and docs/jobs.md says what the table says."""

import datetime as dt

import pytest
from celery.schedules import crontab

from contacts.base import budgets
from docs import jobs as page
from privacy_crm import jobs
from privacy_crm.celery import app, period

pytestmark = pytest.mark.django_db  # to load all tasks, Celery has Django looked through


def ours() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_registered_task_has_a_queue_and_every_queue_is_known_to_the_workers() -> None:
    queue_of = {job.task: job.queue for job in jobs.JOBS.values()}
    assert ours() == set(queue_of)
    queues = {queue.name for queue in app.conf.task_queues}
    assert queues == {"night", "people", "bulk"}
    for name in ours():
        assert app.amqp.router.route({}, name)["queue"].name == queue_of[name]


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    ("job", "queue"),
    [
        ("food", "night"),
        ("purge", "night"),
        ("mail", "people"),
        ("notices", "people"),
        ("watch", "people"),
        ("mailings", "bulk"),
        ("mails_to_many", "bulk"),
        ("import", "bulk"),
        ("duplicates", "bulk"),
        ("figures", "bulk"),
    ],
)
def test_what_must_go_what_people_wait_for_and_what_goes_to_many_are_apart(job: str, queue: str) -> None:
    assert jobs.JOBS[job].queue == queue


@pytest.mark.promise("P8")
def test_a_night_that_takes_long_leaves_room_for_dietary_needs_and_for_its_next_tick() -> None:
    food, night = (period(jobs.JOBS[name].schedule) for name in ("food", "purge"))  # type: ignore[arg-type]
    assert food + budgets.NIGHT < dt.timedelta(minutes=15)
    assert night > budgets.NIGHT


def test_a_message_of_beat_ends_before_the_next_is_due() -> None:
    table = app.conf.beat_schedule
    assert {entry["task"] for entry in table.values()} == {job.task for job in jobs.JOBS.values() if job.schedule}
    for name, entry in table.items():
        schedule = jobs.JOBS[name].schedule
        assert schedule is not None
        assert 0 < entry["options"]["expires"] < period(schedule).total_seconds()


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [
        (dt.timedelta(minutes=2), 2),
        (crontab(), 1),
        (crontab(minute="*/10"), 10),
        (crontab(minute="5-59/10"), 10),
        (crontab(minute=40), 60),
        (crontab(hour=2, minute=40), 24 * 60),
        (crontab(hour="2,5", minute="10,50"), 40),
    ],
)
def test_the_period_of_a_schedule_is_the_shortest_time_between_two_ticks(schedule: jobs.Schedule, minutes: int) -> None:
    assert period(schedule) == dt.timedelta(minutes=minutes)


def test_whoever_talks_to_servers_of_others_is_ended_in_the_end() -> None:
    limited = {name for name in ours() if app.tasks[name].time_limit}
    assert not [job.task for job in jobs.JOBS.values() if job.queue == jobs.Queue.NIGHT and job.task in limited]
    assert limited == {
        *("contacts.tasks.send_messages", "contacts.tasks.send_mailings"),
        *("contacts.tasks.tell_recipients", "contacts.tasks.tell_of_strikes", "contacts.tasks.tell_of_standstills"),
        "dsr.tasks.ask_systems",
        *("contacts.tasks.ship_journal", "contacts.tasks.expire_journal", "contacts.tasks.remind_of_agreements"),
        *("dsr.tasks.remind_officers", "retention.tasks.warn_officers", "contacts.tasks.remind_of_breaches"),
        "retention.tasks.seal_trail",
        *("privacy_crm.tasks.tell_staff", "privacy_crm.tasks.give_heartbeat"),
        "privacy_crm.tasks.sweep_uploads",  # where lists lie in a storage for objects
    }


def test_a_message_goes_with_the_beginning_of_its_task_and_waits_in_no_busy_workers_hands() -> None:
    assert not any(app.tasks[name].acks_late for name in ours())
    assert app.conf.worker_disable_prefetch


def test_the_page_of_the_jobs_is_what_the_command_makes() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.written()
