"""The nightly run: delete exactly what has lapsed, once, whatever happens meanwhile.

The correctness of a deletion hangs on PostgreSQL alone. A run that is killed leaves whole batches done and counted, and
the next one does the rest; a second run waits for the first and finds nothing left to do. What somebody else holds is
left out, and tried again by each tick of the same night (ADR 0049).
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg2 import sql

from contacts.base import audit, retry
from contacts.base.limits import limits
from contacts.events import dietary
from contacts.models import Contact, PolicyVersion
from retention import purge_preview, rules, run_log
from retention.batches import Job
from retention.due_bases import RetentionDate, Sql
from retention.models import PurgeRun, RunStatus
from retention.outcomes import Outcome, night_of, outcome
from retention.rules import PurgeBrokenOffError

type Clock = Callable[[], dt.datetime]


@limits(statement="15min")
def rehearse(*, policy: PolicyVersion, at: dt.datetime, approve: bool = False) -> Outcome:
    """Count what an approved run at `at` would do, and say whether the run would stop and ask, unless `approve`.

    Reads only, and never waits for a run.
    """
    night = night_of(policy, at)
    with transaction.atomic():
        _one_snapshot()
        foreseen = purge_preview.foresee(night)
        return Outcome(
            run=None,
            at=at,
            dry_run=True,
            status=RunStatus.NEEDS_APPROVAL if not approve and _beyond_the_cap(night) else RunStatus.FINISHED,
            bases_lapsed=foreseen.bases,
            contacts_deleted=foreseen.to_delete + purge_preview.hold_ends(night),
            contacts_minimised=foreseen.to_minimise,
            contacts_held=purge_preview.held_alone(night),
            food_preferences_deleted=dietary.overdue(at),
            skipped=0,
        )


def run(*, policy: PolicyVersion, at: dt.datetime, by: str, approve: bool, now: Clock) -> Outcome:
    """Do the run of `at`, waiting for another that is under way. `approve` lets it go beyond the cap.

    Raises PurgeBrokenOffError where the connection is lost on the way.
    """
    row = _row(policy, at, by, now)
    with _lest_it_breaks_off(row), run_log.one_at_a_time():
        run_log.close_interrupted(now())
        _run(row, policy, now, approve=approve)
        return outcome(row)


def run_where(owed: Callable[[], bool], *, policy: PolicyVersion, at: dt.datetime, by: str, now: Clock) -> bool:
    """Do the run of `at` if it is still owed, unless another is under way; return whether it was done."""
    row = _row(policy, at, by, now)
    with _lest_it_breaks_off(row), run_log.if_nobody_else() as alone:
        if not alone:
            return False
        run_log.close_interrupted(now())
        if not owed():
            return False
        _run(row, policy, now, approve=False)
    return True


def _row(policy: PolicyVersion, at: dt.datetime, by: str, now: Clock) -> PurgeRun:
    return PurgeRun(at=at, by=by, status=RunStatus.RUNNING, policy_version=policy, started_at=now())


@contextmanager
def _lest_it_breaks_off(purge_run: PurgeRun) -> Iterator[None]:
    """Tell a lost connection from what went wrong in one statement."""
    try:
        yield
    except DatabaseError as error:
        if connection.is_usable():
            raise
        raise PurgeBrokenOffError(purge_run) from error


def _run(purge_run: PurgeRun, policy: PolicyVersion, now: Clock, *, approve: bool) -> None:
    purge_run.started_at = now()  # after the wait for another run
    run_log.open_run(purge_run)
    job = Job(purge_run, night_of(policy, purge_run.at), at=purge_run.at, by=f"purge:{purge_run.pk}")
    beyond = _asked_first(job, approve=approve, by=purge_run.by)
    rules.work(job, scope=rules.hold_ended(job.night) if beyond else None)
    if beyond:
        retry.persist(partial(_wait, job, now()))
    else:
        _finish(job, now())


def resume(purge_run: PurgeRun, *, at: dt.datetime, now: Clock) -> bool:
    """Carry out a run that an officer approved, for the people it waited with and as of its own day.

    False if it is done, or another run is under way.
    """
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return False
    night = night_of(policy, purge_run.at)
    with _lest_it_breaks_off(purge_run), run_log.if_nobody_else() as alone:
        if not (alone and run_log.resume(purge_run)):
            return False
        job = Job(purge_run, night, at=at, by=f"purge:{purge_run.pk}")
        rules.work(job, scope=_approved(purge_run, night))
        _finish(job, now())
        purge_run.candidates.all().delete()
    return True


def try_again(purge_run: PurgeRun, *, at: dt.datetime) -> None:
    """Do what a run of this night has left out, as far as it is free now, unless another run is under way."""
    policy = PolicyVersion.objects.in_force()
    if policy is None or policy.pk != purge_run.policy_version_id:
        return  # the next night decides by another policy
    job = Job(purge_run, night_of(policy, purge_run.at), at=at, by=f"purge:{purge_run.pk}")
    with _lest_it_breaks_off(purge_run), run_log.if_nobody_else() as alone:
        if alone:
            rules.work_again(job)


def approve(purge_run: PurgeRun, *, at: dt.datetime, by: str) -> bool:
    """Approve a waiting run; it is carried out by the next tick of the beat, at once where that is asked for."""
    with transaction.atomic():
        if approved := run_log.approve(purge_run, at=at, by=by):
            audit.record("purge.approved", at=at, by=by, rule=f"run:{purge_run.pk}")
    return approved


def _asked_first(job: Job, *, approve: bool, by: str) -> tuple[int, int] | None:
    """Return how many wait for approval, or None where the run may do all of its work."""
    if not approve:
        return _beyond_the_cap(job.night)
    audit.record("purge.approved", at=job.at, by=by, rule=f"run:{job.run.pk}")
    return None


def _approved(purge_run: PurgeRun, night: RetentionDate) -> Sql:
    query = sql.SQL("SELECT contact_id FROM retention_purgecandidate WHERE run_id = %(run)s UNION {}")
    return query.format(purge_preview.HOLD_ENDED), {"run": purge_run.pk, "day": night.day}


def _beyond_the_cap(night: RetentionDate) -> tuple[int, int] | None:
    """Return how many a run would delete and reduce, where that is more than it may without asking."""
    to_delete, to_minimise = purge_preview.beyond_the_cap(night)
    number = to_delete + to_minimise
    if number <= settings.PURGE_CAP_NUMBER or number <= settings.PURGE_CAP_SHARE * Contact.objects.count():
        return None
    return to_delete, to_minimise


def _wait(job: Job, at: dt.datetime) -> None:
    with transaction.atomic():
        _one_snapshot()  # the numbers that the officer reads are those of the people written down
        run_log.supersede()
        purge_preview.remember(job.night, job.run.pk)
        to_delete, to_minimise = purge_preview.beyond_the_cap(job.night)
        run_log.wait(job.run, to_delete=to_delete, to_minimise=to_minimise, at=at)


def _finish(job: Job, at: dt.datetime) -> None:
    run_log.finish(job.run, spared=purge_preview.spared(job.night), at=at)


def _one_snapshot() -> None:
    """Let all statements of a transaction see the same moment, unless it is part of a larger one."""
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
