"""The jobs that run by themselves: when each last came to its end, and whether it failed since."""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F, Max, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.models import JobRun
from privacy_crm.jobs import JOBS
from privacy_crm.staff.system.lines import Line, Section, Tone, moment

GRACE = dt.timedelta(minutes=5)
_DOES = {job.task: job.does for job in JOBS.values()}


def does(task: str) -> str:
    """Return what a job does, in words."""
    return capfirst(str(_DOES.get(task) or task.rpartition(".")[2].replace("_", " ")))


def installed() -> dt.datetime:
    """Return when the product was installed or last upgraded: no job could be late before."""
    latest = MigrationRecorder(connection).migration_qs.aggregate(latest=Max("applied"))["latest"]
    return latest or dt.datetime.min.replace(tzinfo=dt.UTC)


def jobs(beat: dict[str, dict[str, Any]], *, at: dt.datetime, since: dt.datetime) -> Section:
    """Tell how each job of the beat table is, and which others have failed. `since` is when jobs began to be."""
    runs = {run.task: run for run in JobRun.objects.all()}
    ticks = {each["task"]: each["schedule"] for each in beat.values()}
    lines = [_job(task, runs.get(task), every(ticks[task]), at, since) for task in ticks]
    late = sum(line.tone == Tone.ACT for line in lines)
    return Section(
        _("Jobs"), [*lines, *_asked_for(ticks)], ngettext("%d job is late.", "%d jobs are late.", late) % late
    )


def every(schedule: Any) -> dt.timedelta:
    """Return how long it may take from one tick of a schedule to the next."""
    if isinstance(schedule, dt.timedelta):
        return schedule
    return dt.timedelta(days=1) if len(schedule.hour) < 24 else dt.timedelta(hours=1) / len(schedule.minute)


def _job(task: str, run: JobRun | None, tick: dt.timedelta, at: dt.datetime, since: dt.datetime) -> Line:
    succeeded, most = run.succeeded_at if run else None, 2 * tick + GRACE
    if at - max(succeeded or since, since) > most or (succeeded or at) - at > most:  # by a clock that was ahead
        return Line(does(task), _said(run), Tone.ACT, _("See whether worker and beat run, and read the worker's log."))
    return Line(does(task), _said(run), *(_failed() if run and _failed_since(run) else ()))


def _asked_for(ticks: dict[str, Any]) -> list[Line]:
    """Return the jobs without a schedule that failed and have not succeeded since."""
    failed = JobRun.objects.filter(Q(succeeded_at=None) | Q(failed_at__gt=F("succeeded_at")), failed_at__isnull=False)
    return [Line(does(run.task), _said(run), *_failed()) for run in failed.exclude(task__in=ticks).order_by("task")]


def _failed() -> tuple[Tone, str]:
    return Tone.LOOK, _("It is tried again. The worker's log says what happened.")


def _failed_since(run: JobRun) -> bool:
    return bool(run.failed_at and (run.succeeded_at is None or run.failed_at > run.succeeded_at))


def _said(run: JobRun | None) -> str:
    """Return when it last ended, and how; the kind of an error says where to look, and quotes nobody."""
    if run is None:
        return _("Has not run yet.")
    done = _("Done on %s.") % moment(run.succeeded_at) if run.succeeded_at else _("Has not come to its end yet.")
    if run.failed_at is None:
        return done
    failed = _("Failed on %(moment)s (%(kind)s).") % {"moment": moment(run.failed_at), "kind": run.error}
    return f"{done} {failed}"
