"""The beat's tick: carry out what an officer approved, and the night's run where it has not happened yet; then try
again what the night has left out. A tick waits for no other run: the next one comes in ten minutes.
"""

import datetime as dt
from collections.abc import Callable

from contacts.models import PolicyVersion
from retention.models import PurgeRun, RunStatus
from retention.nights import purge
from retention.watch import monitoring


def tick(*, at: dt.datetime, now: Callable[[], dt.datetime]) -> None:
    """Do what is owed at `at`. Doubled, late and lost ticks change nothing but the hour."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return
    purge.replace_days_to_come(policy, at=at)
    for approved in PurgeRun.objects.filter(status=RunStatus.APPROVED).order_by("pk"):
        purge.resume(approved, at=at, now=now)
    if monitoring.night_is_open(policy, at):
        purge.run_where(lambda: monitoring.night_is_open(policy, at), policy=policy, at=at, by="nightly", now=now)
    for left_over in monitoring.left_over(policy, at):
        purge.try_again(left_over, at=at)
