"""The ledger of runs: opened before, counted during (in the deleting transactions), closed after.

A run that ends without a word is found `running` by the next one, which holds the lock and so knows better.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from contacts.base import alone
from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.models import PolicyVersion
from retention.models import PurgeCandidate, PurgeCount, PurgeRun, Rule, RunStatus
from retention.nights.claimed import UNTOLD

# Any number will do, as long as it is ours alone.
_LOCK = 4_711_679_001
_LONGEST = "15min"  # one statement of a run
_CLOSING = "5min"  # its row is held while officers are told of it by mail


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock of the purge; wait while another run holds it."""
    with alone.after_the_others(_LOCK), _bounded():
        yield


@contextmanager
def if_nobody_else() -> Iterator[bool]:
    """Hold the same lock, where it is free; yield whether it was, at once."""
    with alone.if_nobody_else(_LOCK) as ours, _bounded():
        yield ours


def _bounded() -> AbstractContextManager[None]:
    return limits(statement=_LONGEST, lock=settings.SWEEP_LOCK_TIMEOUT)


def close_interrupted(at: dt.datetime) -> None:
    """Say of every run that still claims to be running that it was broken off. Call it under the lock.

    One that an officer approved is still to be done, for the people it was approved for.
    """
    broken_off = PurgeRun.objects.filter(status=RunStatus.RUNNING, paused_at__isnull=True)
    broken_off.filter(approved_at__isnull=False).update(status=RunStatus.APPROVED, **UNTOLD)
    broken_off.update(status=RunStatus.INTERRUPTED, finished_at=at, **UNTOLD)


def pause(run: PurgeRun, at: dt.datetime) -> None:
    """Leave the rest of a run to the next tick: its time is over. It is running still."""
    PurgeRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(paused_at=at)


@transaction.atomic
def take_up(policy: PolicyVersion, since: dt.datetime, at: dt.datetime) -> PurgeRun | None:
    """Take up the run of this night that was left to the next tick, where there is one. Call it under the lock.

    One of another night, or under another policy, was broken off: the run that begins now does the rest.
    """
    paused = PurgeRun.objects.filter(status=RunStatus.RUNNING, paused_at__isnull=False, approved_at__isnull=True)
    run = paused.filter(at__gte=since, at__lte=at, policy_version=policy).order_by("pk").last()
    if run:
        _take_up(run)
    paused.update(status=RunStatus.INTERRUPTED, finished_at=at, paused_at=None, **UNTOLD)
    return run


def _take_up(run: PurgeRun) -> None:
    """Let its rules begin anew: they find whom they have left out, and those at which one failed."""
    PurgeRun.objects.filter(pk=run.pk).update(paused_at=None)
    PurgeCount.objects.filter(run=run).update(left=[], skipped=0, failure="")


@transaction.atomic
def open_run(run: PurgeRun) -> PurgeRun:
    """Write the row of a run that begins, with a zero for each rule. It sees to what earlier ones have left out."""
    PurgeCount.objects.filter(run__at__lte=run.at).exclude(left=[]).update(left=[])
    run.save()
    PurgeCount.objects.bulk_create([PurgeCount(run=run, rule=rule) for rule in Rule.values])
    return run


def count(run: PurgeRun, rule: str, **more: int) -> None:
    """Add to a rule's counts; call it in the transaction that does what is counted."""
    PurgeCount.objects.filter(run=run, rule=rule).update(**{name: F(name) + number for name, number in more.items()})


def leave(run: PurgeRun, rule: str, keys: list[int]) -> None:
    """Note what a rule left out since somebody else held it: the latest word on that."""
    PurgeCount.objects.filter(run=run, rule=rule).update(left=keys, skipped=len(keys))


def left(run: PurgeRun) -> dict[str, list[int]]:
    """Return what is still left out of a run, by rule. Call it under the lock."""
    return dict(PurgeCount.objects.filter(run=run, failure="").exclude(left=[]).values_list("rule", "left"))


def note_failure(run: PurgeRun) -> None:
    """Say of a finished run that it failed, where a rule did when it was tried again."""
    failed = PurgeCount.objects.filter(run=run).exclude(failure="")
    finished = PurgeRun.objects.filter(pk__in=failed.values("run"), status=RunStatus.FINISHED)
    finished.update(status=RunStatus.FAILED, **UNTOLD)


def fail(run: PurgeRun, rule: str, error: Exception) -> None:
    """Note that a rule stopped, by the class of its error: the message may quote a person's row."""
    PurgeCount.objects.filter(run=run, rule=rule).update(failure=type(error).__name__)


@limits(lock=_CLOSING)
@transaction.atomic
def finish(run: PurgeRun, *, spared: int, at: dt.datetime) -> None:
    """Close a run that did all it was allowed to. What waited before is settled by it."""
    supersede(run)
    PurgeRun.objects.filter(pk=run.pk).update(spared=spared)
    failed = PurgeCount.objects.filter(run=run).exclude(failure="").exists()
    _close(run, RunStatus.FAILED if failed else RunStatus.FINISHED, at)


def supersede(by: PurgeRun) -> None:
    """Replace the run that waits for approval, or for its next tick: a later run has seen the same people."""
    paused = Q(status=RunStatus.RUNNING, paused_at__isnull=False, approved_at__isnull=True, at__lte=by.at)
    _supersede(PurgeRun.objects.filter(Q(status=RunStatus.NEEDS_APPROVAL) | paused))


@transaction.atomic
def supersede_days_to_come(policy: PolicyVersion, at: dt.datetime) -> None:
    """Replace what waits or was approved for a day to come: its people are not due. Call it under the lock."""
    waiting = Q(status__in=(RunStatus.NEEDS_APPROVAL, RunStatus.APPROVED)) | Q(paused_at__isnull=False)
    _supersede(to_come(policy, at).filter(waiting))


def to_come(policy: PolicyVersion, at: dt.datetime) -> QuerySet[PurgeRun]:
    """Return the runs of a day after that of `at`: a clock was ahead when they began."""
    tomorrow = day_of(at, policy.zone) + dt.timedelta(days=1)
    return PurgeRun.objects.filter(at__gte=dt.datetime.combine(tomorrow, dt.time.min, policy.zone))


def _supersede(runs: QuerySet[PurgeRun]) -> None:
    PurgeCandidate.objects.filter(run__in=runs).delete()
    runs.update(status=RunStatus.SUPERSEDED, paused_at=None, finished_at=Coalesce("finished_at", "paused_at"))


@limits(lock=_CLOSING)
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
    PurgeRun.objects.filter(pk=run.pk).update(**UNTOLD)


def resume(run: PurgeRun, policy: PolicyVersion) -> bool:
    """Take up an approved run, under the policy that it applies now. Call it under the lock."""
    paused = approved().filter(pk=run.pk, paused_at__isnull=False)
    if paused.exists():
        paused.update(policy_version=policy)
        _take_up(run)
        return True
    taken = PurgeRun.objects.filter(pk=run.pk, status=RunStatus.APPROVED).update(
        status=RunStatus.RUNNING, finished_at=None, policy_version=policy, **UNTOLD
    )
    if taken:
        PurgeCount.objects.filter(run=run).exclude(skipped=0).update(left=[], skipped=0)
    return bool(taken)


def approved() -> QuerySet[PurgeRun]:
    """Return the runs that were approved and are not done, nor under way."""
    paused = Q(status=RunStatus.RUNNING, paused_at__isnull=False, approved_at__isnull=False)
    return PurgeRun.objects.filter(Q(status=RunStatus.APPROVED) | paused).order_by("pk")


def _close(run: PurgeRun, status: RunStatus, at: dt.datetime) -> None:
    PurgeRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(status=status, finished_at=at, **UNTOLD)
    run.refresh_from_db()
