"""The Celery app: its queues, and what beat asks for, as the table of `privacy_crm.jobs` says."""

import datetime as dt
import os
import time
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish, celeryd_init, worker_init
from kombu.entity import Queue as BrokerQueue

from privacy_crm import starting
from privacy_crm.jobs import JOBS, Queue, Schedule

_DAY = 24 * 60
_SECOND = dt.timedelta(seconds=1)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")

app = Celery("privacy_crm", task_cls="privacy_crm.health.noted_task:NotedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_unless_safe(**_said: object) -> None:
    """Worker and beat begin where all is safe, as the site does."""
    starting.refuse_unless_safe()


@worker_init.connect
@beat_init.connect
def look(**_said: object) -> None:
    """Look first of all whether the database was restored."""
    from privacy_crm.restoring import worker  # noqa: PLC0415 - it reads models, which are there by now

    worker.look()


def period(schedule: Schedule) -> dt.timedelta:
    """Return the shortest time between two ticks."""
    if isinstance(schedule, dt.timedelta):
        return schedule
    ticks = sorted(hour * 60 + minute for hour in schedule.hour for minute in schedule.minute)
    following = [*ticks[1:], ticks[0] + _DAY]
    return dt.timedelta(minutes=min(after - before for before, after in zip(ticks, following, strict=True)))


def _ends(schedule: Schedule) -> dict[str, float]:
    """Say how many seconds a message is worth something: until the next is due."""
    return {"expires": (period(schedule) - _SECOND).total_seconds()}


# A worker that is told no queue takes from all of them.
app.conf.task_queues = [BrokerQueue(queue.value, routing_key=queue.value) for queue in Queue]  # type: ignore[no-untyped-call]
app.conf.task_default_queue = Queue.BULK.value
app.conf.task_create_missing_queues = False
app.conf.task_routes = {job.task: {"queue": job.queue.value} for job in JOBS.values()}
app.conf.task_annotations = {
    job.task: {"time_limit": job.longest.total_seconds()} for job in JOBS.values() if job.longest
}

# A message is taken off its queue when its task begins, and comes back with no worker that dies: the next tick does
# what is owed. None waits in the hands of a worker that is busy while another is free (ADR 0050).
app.conf.task_acks_late = False
app.conf.worker_disable_prefetch = True
app.conf.worker_prefetch_multiplier = 1

app.conf.beat_schedule = {
    name: {"task": job.task, "schedule": job.schedule, "options": _ends(job.schedule)}
    for name, job in JOBS.items()
    if job.schedule
}


@before_task_publish.connect
def _say_when(headers: dict[str, Any], **_told: Any) -> None:
    """Say on each message when it was sent: how long the oldest of a queue has waited is measured."""
    headers["sent_at"] = time.time()
