"""The ledger of runs: opened before, counted during (in the deleting transactions), closed after.

A run that ends without a word is found `running` by the next one, which holds the lock and so knows better.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from contacts.models import PolicyVersion
from retention.models import PurgeCandidate, PurgeCount, PurgeRun, Rule, RunStatus

# Any number will do, as long as it is ours alone.
_LOCK = 4_711_679_001


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the advisory lock of the purge; wait while another run holds it. PostgreSQL frees it if we die."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%(lock)s)", {"lock": _LOCK})
    try:
        yield
    finally:
        _unlock()


def _unlock() -> None:
    if connection.connection is None or not connection.is_usable():
        connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%(lock)s)", {"lock": _LOCK})


def close_interrupted(at: dt.datetime) -> None:
    """Say of every run that still claims to be running that it was broken off. Call it under the lock.

    One that an officer approved is still to be done, for the people it was approved for.
    """
    broken_off = PurgeRun.objects.filter(status=RunStatus.RUNNING)
    broken_off.filter(approved_at__isnull=False).update(status=RunStatus.APPROVED)
    broken_off.update(status=RunStatus.INTERRUPTED, finished_at=at)


@transaction.atomic
def open_run(run: PurgeRun) -> PurgeRun:
    """Write the row of a run that begins, with a zero for each rule."""
    run.save()
    PurgeCount.objects.bulk_create([PurgeCount(run=run, rule=rule) for rule in Rule.values])
    return run


def count(run: PurgeRun, rule: str, **more: int) -> None:
    """Add to a rule's counts; call it in the transaction that does what is counted."""
    PurgeCount.objects.filter(run=run, rule=rule).update(**{name: F(name) + number for name, number in more.items()})


def fail(run: PurgeRun, rule: str, error: Exception) -> None:
    """Note that a rule stopped, by the class of its error: the message may quote a person's row."""
    PurgeCount.objects.filter(run=run, rule=rule).update(failure=type(error).__name__)


@transaction.atomic
def finish(run: PurgeRun, *, spared: int, at: dt.datetime) -> None:
    """Close a run that did all it was allowed to. What waited before is settled by it."""
    supersede()
    PurgeRun.objects.filter(pk=run.pk).update(spared=spared)
    failed = PurgeCount.objects.filter(run=run).exclude(failure="").exists()
    _close(run, RunStatus.FAILED if failed else RunStatus.FINISHED, at)


def supersede() -> None:
    """Replace the run that waits for approval: a later run has seen the same people."""
    waiting = PurgeRun.objects.filter(status=RunStatus.NEEDS_APPROVAL)
    PurgeCandidate.objects.filter(run__in=waiting).delete()
    waiting.update(status=RunStatus.SUPERSEDED)


def wait(run: PurgeRun, *, at: dt.datetime, **why: Any) -> None:
    """Leave a run for an officer to approve, and say why. Its candidates were written in the same transaction."""
    PurgeRun.objects.filter(pk=run.pk).update(**why)
    _close(run, RunStatus.NEEDS_APPROVAL, at)


def approve(run: PurgeRun, *, at: dt.datetime, by: str) -> bool:
    """Let a waiting run go on, with the people it waits with and no others. False where somebody was faster."""
    return bool(
        PurgeRun.objects.filter(pk=run.pk, status=RunStatus.NEEDS_APPROVAL).update(
            status=RunStatus.APPROVED, approved_at=at, approved_by=by
        )
    )


def warn_anew(run: PurgeRun) -> None:
    """Let the officers hear of a waiting run once more: somebody else has to look at it."""
    PurgeRun.objects.filter(pk=run.pk).update(warned_at=None)


def resume(run: PurgeRun, policy: PolicyVersion) -> bool:
    """Take up an approved run, under the policy that it applies now. Call it under the lock."""
    taken = PurgeRun.objects.filter(pk=run.pk, status=RunStatus.APPROVED).update(
        status=RunStatus.RUNNING, finished_at=None, policy_version=policy
    )
    return bool(taken)


def _close(run: PurgeRun, status: RunStatus, at: dt.datetime) -> None:
    PurgeRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(status=status, finished_at=at)
    run.refresh_from_db()
