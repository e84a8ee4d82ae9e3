"""What is an alarm for Prometheus stands on the page "System" as well: who watches no figures reads it there."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from contacts.base import job_runs
from contacts.models import JobRun, JournalLine, Message, PolicyVersion
from dsr.models.requests import PendingSearch
from privacy_crm.celery import app
from privacy_crm.staff.system import jobs
from privacy_crm.staff.system.lines import Line, Tone
from retention.models import PurgeRun
from tests.support.alarms import alarms, rules
from tests.support.deleting import erased, wish
from tests.support.factories import NOON, ONE_DAY, ContactFactory, customer, hold
from tests.support.requesting import received

MINUTE = dt.timedelta(minutes=1)
FOOD = "contacts.tasks.sweep_food_preferences"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "well")]


def night(status: str, began: dt.datetime) -> None:
    ended = None if status == "running" else began + MINUTE
    PurgeRun.objects.create(at=began, by="test", status=status, started_at=began, finished_at=ended)


def letters(number: int, **options: Any) -> None:
    owed = {"template": "reminder", "purpose": "service", "created_at": NOON, "not_before": NOON, **options}
    person = ContactFactory.create()
    Message.objects.bulk_create(Message(contact=person, **owed) for _ in range(number))


def search(policy: PolicyVersion) -> None:
    certificate, since = erased(wish(customer(policy), policy), policy), NOON - 11 * MINUTE
    PendingSearch.objects.create(certificate=certificate, asked_at=since, sought={}, apart_from={}, residue=[])


# Alarm → what raises it, and the lines of the page that say so.
STATES: dict[str, tuple[Callable[[PolicyVersion], object], set[str]]] = {
    "PartIsAway": (lambda _: Path(settings.MEDIA_ROOT).rmdir(), {"Files"}),
    "NightDidNotFinish": (lambda _: PurgeRun.objects.update(finished_at=NOON - 27 * 60 * MINUTE), {"Last finished"}),
    "NightNeedsAttention": (lambda _: night("needs_approval", NOON - MINUTE), {"Needs attention"}),
    "NightTakesLong": (lambda _: night("running", NOON - 61 * MINUTE), {"Running"}),
    "PeopleAreDue": (
        lambda policy: hold(ContactFactory.create(), "prospect", dt.date(2020, 1, 1), policy=policy),
        {"Left behind"},
    ),
    "DietaryNeedsStay": (
        lambda _: JobRun.objects.filter(task=FOOD).update(succeeded_at=NOON - 16 * MINUTE),
        {jobs.does(FOOD)},
    ),
    "QueueStandsStill": (lambda _: None, {"night"}),
    "LettersWait": (lambda _: letters(1, not_before=NOON - 31 * MINUTE), {"Mails to one person"}),
    "MailsAreRefused": (lambda _: letters(21, ended_at=NOON, end="refused"), {"In the last hour"}),
    "RequestIsOverdue": (lambda policy: received(policy, 6, 1), {"Requests"}),
    "SearchWaits": (search, {"Searches after a deletion"}),
    "ClocksDiffer": (lambda _: None, {"Machine and database"}),
    "JournalLags": (
        lambda _: JournalLine.objects.create(number=1, at=NOON - 11 * MINUTE, act="look"),
        {"Journal"},
    ),
    "BackupsNeedAttention": (lambda _: None, {"Backups"}),
}
# Whether somebody is called at night for it.
PAGED = defaultdict(bool, {rule["alert"]: rule["labels"]["severity"] == "page" for rule in rules()})
# It says that no figures come, which the page does not need.
OF_FIGURES = {"MetricsAreMissing"}


def test_each_alarm_has_its_line() -> None:
    assert set(alarms()) <= STATES.keys() | OF_FIGURES


@pytest.mark.parametrize("alarm", STATES)
def test_the_page_says_what_the_alarm_says(
    policy: PolicyVersion, log_in: Callable[[str], Client], settings: Any, alarm: str
) -> None:
    client = log_in("administrator")
    raised, names = STATES[alarm]
    raised(policy)
    if alarm == "BackupsNeedAttention":
        settings.BACKUP_URL = str(settings.MEDIA_ROOT)
    with clocks(apart=61 * (alarm == "ClocksDiffer")), queued("night", 601 * (alarm == "QueueStandsStill")):
        told = pressing(client)
    assert {line.name for line in told} == names
    assert all(line.remedy for line in told if line.name != "Backups")  # its sentence says what to do
    assert Tone.ACT in {line.tone for line in told} or not PAGED[alarm]


def test_nothing_asks_for_anybody_where_no_alarm_is_raised(
    policy: PolicyVersion, log_in: Callable[[str], Client]
) -> None:
    with clocks():
        assert pressing(log_in("administrator")) == []


@pytest.fixture
def well(policy: PolicyVersion, settings: Any, tmp_path: Path) -> None:
    """The product was installed a week ago, and all that it does has been done."""
    settings.BACKUP_URL = ""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    MigrationRecorder.Migration.objects.update(applied=NOON - 7 * ONE_DAY)
    for each in app.conf.beat_schedule.values():
        job_runs.succeeded(each["task"], at=NOON)
    night("finished", NOON - 9 * 60 * MINUTE)


def pressing(client: Client) -> list[Line]:
    sections = client.get("/admin/system/").context["sections"]
    return [line for section in sections for line in section.pressing]


@contextmanager
def clocks(apart: float = 0) -> Iterator[None]:
    """Have the database's clock stand so many seconds behind this machine's, where its figure is taken."""

    def answer(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if "extract(epoch" in str(sql):
            return execute("SELECT %(said)s::float8", {"said": NOON.timestamp() - apart}, many, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(answer):
        yield


@contextmanager
def queued(queue: str, seconds: float) -> Iterator[None]:
    """Have a message wait in a queue for so long, if at all."""
    valkey = redis.Redis.from_url(settings.REDIS_URL)
    if seconds:
        valkey.rpush(queue, json.dumps({"headers": {"sent_at": NOON.timestamp() - seconds}}))
    try:
        yield
    finally:
        valkey.delete(queue)
