"""The nightly run: delete exactly what has lapsed, once, whatever happens meanwhile.

The correctness of a deletion hangs on PostgreSQL alone. A run that is killed leaves whole batches done and counted, and
the next one does the rest; a second run waits for the first and finds nothing left to do.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.db import DatabaseError, connection, transaction
from psycopg2 import sql

from contacts.base import budgets, retry
from contacts.base.budgets import Budget, IsOver
from contacts.base.days import last_run
from contacts.base.limits import limits
from contacts.events import dietary
from contacts.journal import restored
from contacts.models import PolicyVersion
from retention.due.due_bases import RetentionDate, Sql
from retention.lapses import purge_preview
from retention.models import PurgeRun, RunStatus
from retention.nights import approvals, cap, causes, foreseen, rules, run_log
from retention.nights.batches import Job
from retention.nights.cap import Question
from retention.nights.outcomes import Outcome, night_of, outcome
from retention.nights.rules import PurgeBrokenOffError

type Clock = Callable[[], dt.datetime]


@limits(statement="15min")
def rehearse(*, policy: PolicyVersion, at: dt.datetime, approve: bool = False, after_any_gap: bool = False) -> Outcome:
    """Count what an approved run at `at` would do, and say whether the run would stop and ask, unless `approve`.

    Reads only, and never waits for a run.
    """
    night = night_of(policy, at)
    with transaction.atomic():
        _one_snapshot()
        asks = not approve and cap.question(night, after_any_gap=after_any_gap)
        counted = purge_preview.foresee(night)
        return Outcome(
            run=None,
            at=at,
            dry_run=True,
            status=RunStatus.NEEDS_APPROVAL if asks else RunStatus.FINISHED,
            bases_lapsed=counted.bases,
            contacts_deleted=counted.to_delete + purge_preview.hold_ends(night),
            contacts_minimised=counted.to_minimise,
            contacts_held=purge_preview.held_alone(night),
            food_preferences_deleted=dietary.overdue(at),
            skipped=0,
        )


def run(
    *,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
    approve: bool,
    now: Clock,
    reason: str = "",
    after_any_gap: bool = False,
) -> Outcome:
    """Do the run of `at`, waiting for another that is under way. `approve`, with a `reason`, lets it go on unasked.

    `after_any_gap` does not mind how long ago the last finished run was. Raises PurgeBrokenOffError where the
    connection is lost on the way.
    """
    row = _row(policy, at, by, now)
    with _lest_it_breaks_off(row), run_log.one_at_a_time():
        run_log.close_interrupted(now())
        asks = None if approve else partial(cap.question, after_any_gap=after_any_gap)
        _run(row, policy, now, asks, reason)
        return outcome(row)


def run_where(
    owed: Callable[[], bool],
    *,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
    now: Clock,
    is_over: IsOver = budgets.endless,
) -> bool:
    """Do the run of `at` if it is still owed, unless another is under way; return whether it was worked at.

    Once `is_over` says so the rest is left to the next call, which goes on with the same run.
    """
    row = _row(policy, at, by, now)
    with _lest_it_breaks_off(row), run_log.if_nobody_else() as alone:
        if not alone:
            return False
        run_log.close_interrupted(now())
        if not owed():
            return False
        if paused := run_log.take_up(policy, last_run(at, policy.zone), now()):
            _go_on(_job(paused, policy, is_over), now, cap.question)
        else:
            _run(row, policy, now, cap.question, is_over=is_over)
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


def _run(
    purge_run: PurgeRun,
    policy: PolicyVersion,
    now: Clock,
    asks: Callable[[RetentionDate], Question | None] | None,
    reason: str = "",
    is_over: IsOver = budgets.endless,
) -> None:
    """Do a run that asks where it has to; one that asks nothing was approved with a reason."""
    purge_run.started_at = now()  # after the wait for another run
    run_log.open_run(purge_run)
    if asks is None:
        approvals.at_once(purge_run, reason=reason)
    _go_on(_job(purge_run, policy, is_over), now, asks)


def _job(purge_run: PurgeRun, policy: PolicyVersion, is_over: IsOver, at: dt.datetime | None = None) -> Job:
    """Return the part of a run: as of its own day, and with `at` as the moment where that is a later one."""
    night = night_of(policy, purge_run.at)
    return Job(purge_run, night, at=at or purge_run.at, by=f"purge:{purge_run.pk}", budget=Budget(is_over))


def _go_on(job: Job, now: Clock, asks: Callable[[RetentionDate], Question | None] | None) -> None:
    """Do what is left of a run, as far as there is time; it asks again, since a pause may have brought more."""
    asked = asks(job.night) if asks else None
    if asked is None or not asked.touches_nobody:
        rules.work(job, scope=rules.hold_ended(job.night) if asked else None)
    if job.budget.spent:
        run_log.pause(job.run, now())
    elif asked is None:
        _finish(job, now())
    else:
        retry.persist(partial(_wait, job, asked, now()))


def resume(purge_run: PurgeRun, *, at: dt.datetime, now: Clock, is_over: IsOver = budgets.endless) -> bool:
    """Carry out a run that was approved, for the people it waited with and as of its own day.

    False if it is done, or of a day to come, or another run is under way, or its time is over before it is done.
    """
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return False
    with _lest_it_breaks_off(purge_run), run_log.if_nobody_else() as alone:
        if not alone:
            return False
        run_log.supersede_days_to_come(policy, at)
        if not run_log.resume(purge_run, policy):
            return False
        job = _job(purge_run, policy, is_over, at)
        rules.work(job, scope=_approved(purge_run, job.night))
        if job.budget.spent:
            run_log.pause(purge_run, now())
            return False
        _finish(job, now())
        purge_run.candidates.all().delete()
    return True


def replace_days_to_come(policy: PolicyVersion, *, at: dt.datetime) -> None:
    """Replace what waits since a clock was ahead: its people are not due. Unless another run is under way."""
    with run_log.if_nobody_else() as alone:
        if alone:
            run_log.supersede_days_to_come(policy, at)


def try_again(purge_run: PurgeRun, *, at: dt.datetime, is_over: IsOver = budgets.endless) -> None:
    """Do what a run of this night has left out, as far as it is free now, unless another run is under way."""
    policy = PolicyVersion.objects.in_force()
    if policy is None or policy.pk != purge_run.policy_version_id:
        return  # the next night decides by another policy
    job = _job(purge_run, policy, is_over, at)
    with _lest_it_breaks_off(purge_run), run_log.if_nobody_else() as alone:
        if alone:
            rules.work_again(job)


def _approved(purge_run: PurgeRun, night: RetentionDate) -> Sql:
    covered, values = causes.covered(purge_run, night)
    return sql.SQL("{} UNION {}").format(covered, purge_preview.HOLD_ENDED), values


def _wait(job: Job, asked: Question, at: dt.datetime) -> None:
    with transaction.atomic():
        _one_snapshot()  # the numbers that the officer reads are those of the people written down
        run_log.supersede(job.run)
        to_delete, to_minimise = causes.remember(job.run, job.night, with_holds=asked.touches_nobody)
        numbers = {"to_delete": to_delete, "to_minimise": to_minimise, "foreseen": asked.foreseen}
        run_log.wait(job.run, waits_because=asked.why, **numbers, at=at)


@transaction.atomic
def _finish(job: Job, at: dt.datetime) -> None:
    run_log.finish(job.run, spared=purge_preview.spared(job.night), at=at)
    foreseen.keep(job.run, job.night, at=at)
    restored.night_done(at=at)


def _one_snapshot() -> None:
    """Let all statements of a transaction see the same moment, unless it is part of a larger one."""
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
