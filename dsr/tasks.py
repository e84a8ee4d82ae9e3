import datetime as dt

from django.conf import settings
from django.utils import timezone

from contacts.base import asked_once, budgets, two_clocks
from contacts.base.background import app
from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.outbox import wake_worker
from dsr.answers import forgetting, restricting
from dsr.clock import reminding, unanswered
from dsr.evidence import sealing
from dsr.freeze import freezes
from dsr.intake import intake, proving, representing
from dsr.systems import opening, sought, telling
from dsr.traces import searching


@app.task
@two_clocks.by_both(timezone.now)
def sweep_unproven(at: dt.datetime) -> None:
    proving.sweep(at)
    if policy := PolicyVersion.objects.in_force():
        intake.sweep(policy=policy, at=at)


@app.task
def remind_officers() -> None:
    if policy := PolicyVersion.objects.in_force():
        reminding.tick(policy=policy, at=timezone.now())


@app.task
@two_clocks.by_both(timezone.now)
def follow_up_questions(at: dt.datetime) -> None:
    policy = PolicyVersion.objects.in_force()
    if policy and unanswered.tick(policy=policy, at=at, by="follow_up"):
        wake_worker.nudge()


@app.task
@two_clocks.by_both(timezone.now)
def release_answered(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        freezes.release_answered(policy=policy, at=at, by="release_answered")


@app.task
@two_clocks.by_both(timezone.now)
def lift_restrictions(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        restricting.lift_due(policy=policy, at=at, by="lift_restrictions")


@app.task
@two_clocks.by_both(timezone.now)
def end_representatives(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        representing.end_lapsed(day=day_of(at, policy.zone), at=at, by="end_representatives")


@app.task
@two_clocks.by_both(timezone.now)
def forget_requests(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        forgetting.forget(months=settings.REQUEST_MONTHS, policy=policy, at=at)


@app.task
@two_clocks.by_both(timezone.now)
def end_evidence(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        sealing.end(day_of(at, policy.zone))


@app.task
@two_clocks.by_both(timezone.now)
def forget_notices(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        forgetting.forget_notices(months=settings.REQUEST_MONTHS, policy=policy, at=at)


@app.task
@two_clocks.by_both(timezone.now)
def forget_messages(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        forgetting.forget_messages(months=settings.MESSAGE_MONTHS, policy=policy, at=at)


@app.task
@two_clocks.by_both(timezone.now)
def forget_audiences(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        forgetting.forget_audiences(months=settings.REQUEST_MONTHS, policy=policy, at=at)


@app.task
def search_after_deletion() -> None:
    asked_once.heard(searching.TASK)
    searching.carry_out(is_over=budgets.of_a_task(timezone.now(), timezone.now))


@app.task
def ask_systems() -> None:
    opening.sweep(at=timezone.now(), by="ask_systems")
    telling.send_due(at=timezone.now(), now=timezone.now, is_over=budgets.of_a_task(timezone.now(), timezone.now))


@app.task
@two_clocks.by_both(timezone.now)
def forget_sought(at: dt.datetime) -> None:
    if policy := PolicyVersion.objects.in_force():
        sought.forget(day=day_of(at, policy.zone))
