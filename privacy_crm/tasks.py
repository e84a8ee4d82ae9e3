import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from contacts.base import asked_once, background, budgets, held, two_clocks
from contacts.base.background import app
from contacts.base.days import day_of
from contacts.base.limits import limits
from contacts.merging import searching
from contacts.models import PolicyVersion
from contacts.outbox import wake_worker
from contacts.words.vocabulary import UploadState
from privacy_crm import mailings
from privacy_crm.access import forgetting as of_accounts
from privacy_crm.access import logins, telling
from privacy_crm.authority import ready
from privacy_crm.figures import catalogue
from privacy_crm.health import heartbeat
from privacy_crm.registers import snapshots
from privacy_crm.uploads import forgetting, importing, opening, removing
from retention.watch import clock_watch

# Seconds between two ticks that go on with a search for duplicates.
_UNTIL_THE_NEXT_TICK = 600


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
    _work_on(UploadState.PREVIEWING, upload_id, by)


@app.task
def import_upload(upload_id: int, by: str) -> None:
    _work_on(UploadState.IMPORTING, upload_id, by)


@app.task
def remove_uploaded(upload_id: int, by: str) -> None:
    _work_on(UploadState.REMOVING, upload_id, by)


# What is done with an upload in each of these states, and the task that does it.
_WORK: dict[str, tuple[Callable[..., bool], Any]] = {
    UploadState.PREVIEWING: (importing.look_through, look_through_upload),
    UploadState.IMPORTING: (importing.bring_in, import_upload),
    UploadState.REMOVING: (removing.remove, remove_uploaded),
}


def _work_on(state: UploadState, upload_id: int, by: str) -> None:
    """Work on an upload for as long as a task works, and ask for the rest."""
    act, task = _WORK[state]
    at, policy = timezone.now(), PolicyVersion.objects.in_force()
    is_over = budgets.of_a_task(at, timezone.now)
    if policy and act(upload_id, policy=policy, at=at, by=by, now=timezone.now, is_over=is_over):
        background.ask(task.name, (upload_id, by))


@app.task
@two_clocks.by_both(timezone.now, differing=clock_watch.note)
def sweep_uploads(at: dt.datetime) -> None:
    forgetting.sweep(at)
    for upload_id in opening.overdue(at):
        background.ask(open_upload.name, (upload_id, "sweep"))
    for upload in forgetting.paused(at):
        background.ask(_WORK[upload.state][1].name, (upload.pk, upload.asked_by))


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
    searching.begin(at=timezone.now(), by=by)
    go_on_with_duplicates()


@app.task
def go_on_with_duplicates() -> None:
    asked_once.heard(go_on_with_duplicates.name)
    at, policy = timezone.now(), PolicyVersion.objects.in_force()
    is_over = budgets.of_a_task(at, timezone.now)
    if policy and searching.go_on(day=day_of(at, policy.zone), at=at, is_over=is_over):
        asked_once.ask(go_on_with_duplicates.name, lasts=_UNTIL_THE_NEXT_TICK)


@app.task
def keep_registers() -> None:
    if policy := PolicyVersion.objects.in_force():
        snapshots.tick(policy=policy, at=timezone.now())


@app.task
def make_authority_pack(day: str) -> None:
    if policy := PolicyVersion.objects.in_force():
        ready.make(dt.date.fromisoformat(day), policy=policy, at=timezone.now())


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
