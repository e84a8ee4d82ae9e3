"""The nightly run: delete exactly what has lapsed, once, whatever happens meanwhile.

The correctness of a deletion hangs on PostgreSQL alone. A run that is killed leaves whole batches done and counted, and
the next one does the rest; a second run waits for the first and finds nothing left to do.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg2 import sql

from contacts.base import audit, retry
from contacts.events import dietary
from contacts.journal import restored
from contacts.models import Contact, PolicyVersion
from contacts.people import empty_organisations
from contacts.words.vocabulary import MARKETING_SCENARIOS, Scenario
from retention import batches, purge_preview, run_log
from retention.batches import Job
from retention.due_bases import RetentionDate, Sql
from retention.models import PurgeRun, Rule, RunStatus
from retention.outcomes import Outcome, night_of, outcome

type Clock = Callable[[], dt.datetime]


class PurgeBrokenOffError(Exception):
    """The connection to the database was lost, and with it the lock: the next run does the rest."""

    def __init__(self, purge_run: PurgeRun) -> None:
        """`purge_run` has no key yet where the connection was lost before its row was written."""
        super().__init__("The connection to the database was lost.")
        self.purge_run = purge_run


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
    """Do the run of `at` if it is still owed once no other is under way; return whether it was."""
    row = _row(policy, at, by, now)
    with _lest_it_breaks_off(row), run_log.one_at_a_time():
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
    _work(job, purge_run.at, scope=_hold_ended(job.night) if beyond else None)
    if beyond:
        retry.persist(partial(_wait, job, now()))
    else:
        _finish(job, now())


def resume(purge_run: PurgeRun, *, at: dt.datetime, now: Clock) -> bool:
    """Carry out a run that an officer approved, for the people it waited with and as of its own day. False if done."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return False
    night = night_of(policy, purge_run.at)
    with _lest_it_breaks_off(purge_run), run_log.one_at_a_time():
        if not run_log.resume(purge_run):
            return False
        job = Job(purge_run, night, at=at, by=f"purge:{purge_run.pk}")
        _work(job, at, scope=_approved(purge_run, night))
        _finish(job, now())
        purge_run.candidates.all().delete()
    return True


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


def _work(job: Job, at: dt.datetime, *, scope: Sql | None) -> None:
    _rule(job, Rule.FOOD, partial(_sweep_food, job, at))
    for scenario in Scenario.values:
        _rule(job, scenario, partial(_lapse, job, scenario, scope))
    _rule(job, Rule.HOLD, partial(_end_holds, job))
    _rule(job, Rule.ORGANISATION, partial(_sweep_organisations, job))


def _rule(job: Job, rule: str, work: Callable[[], None]) -> None:
    """Do one rule's work; where it fails, note it and let the others go on."""
    try:
        work()
    except Exception as error:
        if not connection.is_usable():
            raise PurgeBrokenOffError(job.run) from error
        run_log.fail(job.run, rule, error)


def _lapse(job: Job, scenario: str, scope: Sql | None) -> None:
    _each(batches.pick(job.night.lapsed(scenario), scope), partial(job.lapse, scenario))
    if scenario in MARKETING_SCENARIOS:
        _each(batches.pick(job.night.freed(scenario), scope), partial(job.free, scenario))


def _end_holds(job: Job) -> None:
    _each(batches.stream(_hold_ended(job.night)), job.end_holds)


def _each(ids: Iterable[list[int]], act: Callable[[list[int]], None]) -> None:
    for batch in ids:
        retry.persist(partial(act, batch))


def _sweep_food(job: Job, at: dt.datetime) -> None:
    with transaction.atomic():
        run_log.count(job.run, Rule.FOOD, others_deleted=dietary.sweep(at))


def _sweep_organisations(job: Job) -> None:
    policy = job.night.policy
    longest = max((policy.rule(s) for s in (Scenario.CUSTOMER, Scenario.PARTNER)), key=lambda rule: rule.months)
    ended_by, entered_by = job.night.anchor(longest), job.night.anchor(policy.rule(Scenario.PROSPECT))
    looked_at = batches.SIZE
    while looked_at == batches.SIZE:
        with transaction.atomic():
            looked_at, deleted = empty_organisations.sweep(ended_by, entered_by, limit=batches.SIZE)
            run_log.count(job.run, Rule.ORGANISATION, others_deleted=deleted)


def _hold_ended(night: RetentionDate) -> Sql:
    return purge_preview.HOLD_ENDED, {"day": night.day}


def _approved(purge_run: PurgeRun, night: RetentionDate) -> Sql:
    query = sql.SQL("SELECT contact_id FROM retention_purgecandidate WHERE run_id = %(run)s UNION {}")
    return query.format(purge_preview.HOLD_ENDED), {"run": purge_run.pk, "day": night.day}


def _beyond_the_cap(night: RetentionDate) -> tuple[int, int] | None:
    """Return how many a run would delete and reduce, where that is more than it may without asking.

    The first since a restore may do nothing: what was recorded since the backup, a new agreement or a reply, is lost.
    """
    to_delete, to_minimise = purge_preview.beyond_the_cap(night)
    number = to_delete + to_minimise
    if number and restored.night_waits():
        return to_delete, to_minimise
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
    restored.night_done(at=at)


def _one_snapshot() -> None:
    """Let all statements of a transaction see the same moment, unless it is part of a larger one."""
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
