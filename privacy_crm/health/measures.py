"""What is measured of the product from outside, in numbers that name nobody: for alarms and for the page "System"."""

import datetime as dt
import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.models import Min

from contacts.base.days import day_of
from contacts.journal import shipping, stores
from contacts.models import JobRun, JournalLine, Message, PolicyVersion
from contacts.models.outbox import MessageEnd
from dsr.models.requests import PendingSearch
from dsr.records import due
from privacy_crm.backups import age
from privacy_crm.models import AccountMail
from retention.due.due_bases import RetentionDate
from retention.lapses.purge_preview import foresee
from retention.models import PurgeRun, RunStatus
from retention.watch import monitoring

BROKER_PATIENCE = 1  # seconds
_ROOM = 64 * 1024  # bytes: a disk with less takes no list and no whitepaper
_LOOK_SECONDS = 600  # how often it is looked where backups are
# Days left to the safe date of a request; the first is overdue.
DAYS_LEFT = ((None, 0, "overdue"), (0, 3, "0-2"), (3, 8, "3-7"), (8, None, "8 or more"))

type Labels = dict[str, str]
type Sample = tuple[Labels, float]


@dataclass(frozen=True)
class Measure:
    """One thing that is measured: its name as Prometheus writes it, in base units, and what it says."""

    name: str
    says: str
    samples: list[Sample]


def take(*, at: dt.datetime, queues: Iterable[str]) -> Iterator[Measure]:
    """Yield what can be measured at this moment. Where a part is away, what it would tell is missing."""
    parts = {"database": _answers(_ask_database), "broker": _answers(_ask_broker), "storage": _answers(_ask_storage)}
    yield Measure("up", "Whether a part answers", [({"part": part}, float(up)) for part, up in parts.items()])
    if parts["broker"]:
        yield from _of_queues(at, queues)
    if settings.BACKUP_URL:
        yield _of_backups(at)
    if parts["database"]:
        with suppress(DatabaseError):
            yield from _of_database(at)


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (DatabaseError, redis.RedisError, OSError):
        return False
    except Exception as error:
        if stores.is_of_a_bucket(error):
            return False
        raise
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with _valkey(settings.REDIS_URL) as valkey:
        valkey.ping()


def _ask_storage() -> None:
    """Ask for a file that may be missing: a folder that is not there says no more of it than one that is empty."""
    default_storage.exists("whitepapers/none")
    if isinstance(default_storage, FileSystemStorage):
        if not _takes_files(default_storage.location):
            raise NotADirectoryError(default_storage.location)
        if shutil.disk_usage(default_storage.location).free < _ROOM:
            raise OSError(errno.ENOSPC, "no room")


def _takes_files(folder: str | os.PathLike[str]) -> bool:
    return Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _valkey(url: str) -> Any:
    return redis.Redis.from_url(url, socket_connect_timeout=BROKER_PATIENCE, socket_timeout=BROKER_PATIENCE)


def _of_backups(at: dt.datetime) -> Measure:
    wrong = _backups_are_wrong(settings.BACKUP_URL, int(at.timestamp() / _LOOK_SECONDS))
    return Measure("backups_need_attention", "Whether a backup is missing, or older than people were told",
                   [({}, float(wrong))])  # fmt: skip


@lru_cache(maxsize=1)
def _backups_are_wrong(_url: str, turn: int) -> bool:
    """Look at the place of backups at most so often: a bucket that does not answer would hold up each scrape."""
    try:
        return bool(age.problem(at=dt.datetime.fromtimestamp(turn * _LOOK_SECONDS, dt.UTC)))
    except Exception:  # whatever a bucket says
        return True


def _of_queues(at: dt.datetime, queues: Iterable[str]) -> Iterator[Measure]:
    """How many messages wait in each queue, and for how long the oldest has: a worker that is dead or busy."""
    lengths: list[Sample] = []
    ages: list[Sample] = []
    with _valkey(settings.REDIS_URL) as valkey:
        for queue in queues:
            oldest = valkey.lindex(queue, -1)
            lengths.append(({"queue": queue}, float(valkey.llen(queue))))
            ages.append(({"queue": queue}, max(0.0, at.timestamp() - _sent(oldest)) if oldest else 0.0))
    yield Measure("queue_messages", "Messages that wait for a worker", lengths)
    yield Measure("queue_oldest_seconds", "How long the oldest of them has waited", ages)


def _sent(message: bytes) -> float:
    """Return when a message was sent; now, where it does not say."""
    sent = json.loads(message).get("headers", {}).get("sent_at")
    return float(sent) if sent else time.time()


def _of_database(at: dt.datetime) -> Iterator[Measure]:
    yield _of_jobs()
    yield _skew()
    yield from _of_mail(at)
    yield _searches(at)
    yield from _of_journal(at)
    yield from _of_nights(at)
    if policy := PolicyVersion.objects.in_force():
        yield _due_people(policy, at)
        yield _requests(day_of(at, policy.zone))


def _of_jobs() -> Measure:
    known = JobRun.objects.exclude(succeeded_at=None).values_list("task", "succeeded_at")
    samples = [({"task": task}, succeeded.timestamp()) for task, succeeded in known if succeeded]
    return Measure("task_last_success_timestamp_seconds", "When a task last came to its end", samples)


def _skew() -> Measure:
    began = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (database,) = cursor.fetchone()
    half = (time.time() - began) / 2  # the way there
    return Measure("clock_skew_seconds", "How far this machine's clock is ahead of the database's",
                   [({}, began + half - float(database))])  # fmt: skip


def _of_mail(at: dt.datetime) -> Iterator[Measure]:
    waiting = Message.objects.filter(sent_at=None, ended_at=None, mailing=None, not_before__lte=at)
    to_staff = AccountMail.objects.aggregate(oldest=Min("happened_at"))["oldest"]
    owed = [oldest for oldest in (waiting.aggregate(oldest=Min("not_before"))["oldest"], to_staff) if oldest]
    age = max(0.0, *((at - since).total_seconds() for since in owed)) if owed else 0.0
    yield Measure("oldest_unsent_letter_seconds", "How long the oldest mail has waited, mailings aside", [({}, age)])
    ended = Message.objects.filter(ended_at__gt=at - dt.timedelta(hours=1))
    refused = ended.exclude(end__in=["", MessageEnd.SKIPPED]).count()
    yield Measure("mails_refused_last_hour", "Mails that were not delivered in the last hour", [({}, float(refused))])


def _of_nights(at: dt.datetime) -> Iterator[Measure]:
    finished = monitoring.last_finished_night()
    if finished and finished.finished_at:
        took = (finished.finished_at - finished.started_at).total_seconds()
        yield Measure("night_last_finished_timestamp_seconds", "When the last nightly deletion finished",
                      [({}, finished.finished_at.timestamp())])  # fmt: skip
        yield Measure("night_duration_seconds", "How long it took", [({}, took)])
    running = PurgeRun.objects.filter(status=RunStatus.RUNNING).aggregate(since=Min("started_at"))["since"]
    yield Measure("night_running_seconds", "How long the one that runs has run; 0 where none does",
                  [({}, (at - running).total_seconds() if running else 0.0)])  # fmt: skip
    alarm = monitoring.alarm(at)
    yield Measure("night_needs_attention", "Whether a nightly deletion waits, failed, broke off or is missing",
                  [({}, float(alarm is not None))])  # fmt: skip


def _due_people(policy: PolicyVersion, at: dt.datetime) -> Measure:
    night = RetentionDate(policy, monitoring.last_run_time(policy, at))
    left = foresee(night)
    return Measure("due_people", "People who were due at the last nightly deletion and are still here",
                   [({}, float(left.to_delete + left.to_minimise))])  # fmt: skip


def _searches(at: dt.datetime) -> Measure:
    oldest = PendingSearch.objects.aggregate(oldest=Min("asked_at"))["oldest"]
    age = (at - oldest).total_seconds() if oldest else 0.0
    return Measure("oldest_search_seconds", "How long a search after a deletion has waited", [({}, age)])


def _of_journal(at: dt.datetime) -> Iterator[Measure]:
    """What a restore could undo, since it has not left the database."""
    oldest = shipping.unshipped()
    lag = max(0.0, (at - oldest).total_seconds()) if oldest else 0.0
    number = JournalLine.objects.filter(number__isnull=False, shipped_at__isnull=True).count()
    yield Measure("journal_lag_seconds", "How long the oldest line has waited to leave for the journal", [({}, lag)])
    yield Measure("journal_unshipped_lines", "Lines that have not left for it", [({}, float(number))])


def _requests(day: dt.date) -> Measure:
    left = [each.days_left for each in due.on(day) if each.paused_since is None]
    samples: list[Sample] = []
    for first, after, name in DAYS_LEFT:
        number = sum((first is None or days >= first) and (after is None or days < after) for days in left)
        samples.append(({"days_left": name}, float(number)))
    return Measure("open_requests", "Open requests by days left to the safe date", samples)
