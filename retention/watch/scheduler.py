"""The beat's tick: carry out what an officer approved, and the night's run where it has not happened yet; then try
again what the night has left out. A tick waits for no other run: the next one comes in ten minutes.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from contacts.base import budgets
from contacts.base.budgets import IsOver
from contacts.models import PolicyVersion
from contacts.policy import publishing
from retention.nights import purge, run_log
from retention.watch import monitoring


def tick(*, at: dt.datetime, now: Callable[[], dt.datetime], is_over: IsOver = budgets.endless) -> None:
    """Do what is owed at `at`. Doubled, late and lost ticks change nothing but the hour.

    A version of the policy that holds from today is in force first. Once `is_over` says so, no further batch is begun:
    the next tick does the rest.
    """
    publishing.come_into_force(at=at, by="nightly")
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return
    purge.replace_days_to_come(policy, at=at)
    for approved in run_log.approved():
        purge.resume(approved, at=at, now=now, is_over=is_over)
    if monitoring.night_is_open(policy, at):
        order: dict[str, Any] = {"policy": policy, "at": at, "by": "nightly", "now": now, "is_over": is_over}
        purge.run_where(lambda: monitoring.night_is_open(policy, at), **order)
    for left_over in monitoring.left_over(policy, at):
        purge.try_again(left_over, at=at, is_over=is_over)
