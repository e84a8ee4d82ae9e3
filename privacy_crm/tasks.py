import datetime as dt

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from contacts.base import background, budgets, held, two_clocks
from contacts.base.background import app
from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.merging import duplicates
from contacts.models import PolicyVersion
from contacts.outbox import wake_worker
from privacy_crm import mailings
from privacy_crm.access import forgetting as of_accounts
from privacy_crm.access import logins, telling
from privacy_crm.figures import catalogue
from privacy_crm.health import heartbeat
from privacy_crm.registers import snapshots
from privacy_crm.uploads import forgetting, importing, opening, removing
from retention.watch import clock_watch


@app.task
def run_mailings() -> None:
    policy = PolicyVersion.objects.in_force()
    with limits(lock=settings.SWEEP_LOCK_TIMEOUT):
        owed = mailings.tick(policy=policy, at=timezone.now()) if policy else 0
    if owed:
        wake_worker.nudge(wake_worker.TO_MANY)


@app.task
def open_upload(upload_id: int, _by: str) -> None:
    opening.open_up(upload_id, at=timezone.now(), now=timezone.now)


@app.task
def look_through_upload(upload_id: int, by: str) -> None:
    if policy := PolicyVersion.objects.in_force():
        importing.look_through(upload_id, policy=policy, at=timezone.now(), by=by, now=timezone.now)


@app.task
def import_upload(upload_id: int, by: str) -> None:
    if policy := PolicyVersion.objects.in_force():
        importing.bring_in(upload_id, policy=policy, at=timezone.now(), by=by, now=timezone.now)


@app.task
def remove_uploaded(upload_id: int, by: str) -> None:
    if policy := PolicyVersion.objects.in_force():
        at = timezone.now()
        is_over = budgets.of_a_task(at, timezone.now)
        if removing.remove(upload_id, policy=policy, at=at, by=by, now=timezone.now, is_over=is_over):
            background.ask(remove_uploaded.name, (upload_id, by))


@app.task
@two_clocks.by_both(timezone.now, differing=clock_watch.note)
def sweep_uploads(at: dt.datetime) -> None:
    forgetting.sweep(at)
    for upload_id in opening.overdue(at):
        background.ask(open_upload.name, (upload_id, "sweep"))


@app.task
@two_clocks.by_both(timezone.now)
def sweep_sessions(at: dt.datetime) -> None:
    held.delete(Session.objects.filter(expire_date__lt=at))
    logins.sweep(at)
    if policy := PolicyVersion.objects.in_force():
        of_accounts.forget(months=settings.AUDIT_MONTHS, policy=policy, at=at)


@app.task
def tell_staff() -> None:
    at = timezone.now()
    telling.send_due(at=at, is_over=budgets.of_a_task(at, timezone.now))


@app.task
def find_duplicates(by: str = "duplicates") -> None:
    at = timezone.now()
    if policy := PolicyVersion.objects.in_force():
        duplicates.find(day=day_of(at, policy.zone), at=at, by=by)


@app.task
def keep_registers() -> None:
    if policy := PolicyVersion.objects.in_force():
        snapshots.tick(policy=policy, at=timezone.now())


@app.task
def count_figure(name: str) -> None:
    policy = PolicyVersion.objects.in_force()
    if policy and catalogue.is_known(name):
        catalogue.count(name, policy, at=timezone.now())


@app.task
def count_figures() -> None:
    if policy := PolicyVersion.objects.in_force():
        at = timezone.now()
        for left in catalogue.count_nightly(policy, at=at, is_over=budgets.of_a_task(at, timezone.now)):
            background.ask(count_figure.name, (left,))


@app.task
def give_heartbeat() -> None:
    heartbeat.give()
