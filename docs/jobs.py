"""Write docs/jobs.md from the table of jobs: `make jobs`."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import django
from celery.schedules import crontab

from privacy_crm.jobs import JOBS, Job, Queue, Schedule

PAGE = Path(__file__).resolve().parent / "jobs.md"

_HEAD = """\
# Jobs

Made by `make jobs` from `privacy_crm/jobs.py`: what runs by itself, or when somebody asks for it. Times are UTC unless
the line says otherwise.

Each queue has a worker of its own ([ADR 0050](adr/0050-what-must-go-waits-behind-nothing.md)). A job is a tick: it
finds in the database what is owed and does it, and a second one beside it does nothing twice. A message that nobody has
taken by the next tick is thrown away. So after an hour or a week without any worker, one tick of each job does what is
owed.

A job has a time, and leaves the rest to the next ([ADR
0066](adr/0066-a-job-gives-its-worker-back-and-the-next-goes-on.md)): those that send, and the undoing of an import,
stop after 50 seconds between two mails or batches; a list that is checked and the search for duplicates between two
parts; the nightly deletion after four minutes between two batches, and its next tick goes on with the same run; the
figures between two figures. What is one transaction runs to its end: what is decided and written of a list, once all
its rows are checked, and a workbook that is opened.
"""

_QUEUES = {
    Queue.NIGHT: "What must go. It waits for no mail server, no list and no mailing.",
    Queue.PEOPLE: "What somebody waits for, and what watches the night.",
    Queue.BULK: "What takes long or goes to many. With two workers, one is free while the other imports.",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")
    django.setup()  # else nothing can be put into words
    PAGE.write_text(written(), encoding="utf-8")


def written() -> str:
    return "\n".join([_HEAD, *(line for queue in Queue for line in _section(queue))])


def _section(queue: Queue) -> Iterator[str]:
    yield from (f"## {queue.value}", "", _QUEUES[queue], "")
    yield from ("| job | how often | what it does | when it is late |", "|---|---|---|---|")
    yield from (_row(job) for job in JOBS.values() if job.queue == queue)
    yield ""


def _row(job: Job) -> str:
    return f"| `{job.task.rpartition('.')[2]}` | {_how_often(job.schedule)} | {job.does} | {job.late} |"


def _how_often(schedule: Schedule | None) -> str:
    match schedule:
        case None:
            return "when asked for"
        case dt.timedelta():
            return f"every {schedule.total_seconds():.0f} seconds"
        case crontab():
            return _on_the_clock(sorted(schedule.hour), sorted(schedule.minute))
    raise TypeError(schedule)


def _on_the_clock(hours: list[int], minutes: list[int]) -> str:
    if len(hours) == 1:
        return f"daily at {hours[0]:02}:{minutes[0]:02}"
    if len(minutes) == 1:
        return f"hourly at :{minutes[0]:02}"
    step = minutes[1] - minutes[0]
    return "every minute" if step == 1 else f"every {step} minutes"


if __name__ == "__main__":
    main()
