import datetime as dt

from django.conf import settings
from django.utils import timezone

from contacts.base import budgets, two_clocks
from contacts.base.background import app
from contacts.models import PolicyVersion
from contacts.outbox import wake_worker
from retention.audit import statements, trail
from retention.longer import notify
from retention.watch import clock_watch, monitoring, scheduler, warning


@app.task
@two_clocks.by_both(timezone.now, differing=clock_watch.note)  # the watch may run on a machine that is right
def nightly(at: dt.datetime) -> None:
    scheduler.tick(at=at, now=timezone.now, is_over=budgets.of_a_task(at, timezone.now, budgets.NIGHT))


@app.task
def warn_officers() -> None:
    """Watch first, then tell: a mail server that fails or takes its time keeps nothing from being noticed."""
    clocks = two_clocks.read(timezone.now)
    clock_watch.note(clocks)
    policy = PolicyVersion.objects.in_force()
    if policy and clocks.agree:  # or else nobody knows which night it is
        monitoring.note_missed(policy, clocks.machine)
        warning.warn(policy=policy, at=clocks.machine)
    clock_watch.warn(clocks.database)


@app.task
def owe_notices() -> None:
    policy = PolicyVersion.objects.in_force()
    if policy and notify.tick(most=settings.INFORM_A_DAY, policy=policy, at=timezone.now()):
        wake_worker.nudge()


@app.task
def check_statements() -> None:
    if policy := PolicyVersion.objects.in_force():
        statements.keep(policy=policy, at=timezone.now(), now=timezone.now)


@app.task
@two_clocks.by_both(timezone.now)
def shorten_trail(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        trail.shorten(months=settings.AUDIT_MONTHS, policy=policy, at=at)
        trail.shorten_ledgers(months=settings.AUDIT_MONTHS, policy=policy, at=at)
