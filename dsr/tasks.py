from django.conf import settings
from django.utils import timezone

from contacts.base import asked_once, budgets, two_clocks
from contacts.base.background import app
from contacts.models import PolicyVersion
from contacts.outbox import wake_worker
from dsr.answers import forgetting, restricting
from dsr.clock import reminding, unanswered
from dsr.freeze import freezes
from dsr.intake import intake, proving
from dsr.traces import searching


@app.task
def sweep_unproven() -> None:
    at = two_clocks.agreed(timezone.now)
    if at is None:
        return
    proving.sweep(at)
    if policy := PolicyVersion.objects.in_force():
        intake.sweep(policy=policy, at=at)


@app.task
def remind_officers() -> None:
    if policy := PolicyVersion.objects.in_force():
        reminding.tick(policy=policy, at=timezone.now())


@app.task
def follow_up_questions() -> None:
    policy, at = PolicyVersion.objects.in_force(), two_clocks.agreed(timezone.now)
    if policy and at and unanswered.follow_up(policy=policy, at=at, by="follow_up"):
        wake_worker.nudge()


@app.task
def release_answered() -> None:
    policy, at = PolicyVersion.objects.in_force(), two_clocks.agreed(timezone.now)
    if policy and at:
        freezes.release_answered(policy=policy, at=at, by="release_answered")


@app.task
def lift_restrictions() -> None:
    policy, at = PolicyVersion.objects.in_force(), two_clocks.agreed(timezone.now)
    if policy and at:
        restricting.lift_due(policy=policy, at=at, by="lift_restrictions")


@app.task
def forget_requests() -> None:
    policy, at = PolicyVersion.objects.in_force(), two_clocks.agreed(timezone.now)
    if policy and at:
        forgetting.forget(months=settings.REQUEST_MONTHS, policy=policy, at=at)


@app.task
def forget_notices() -> None:
    policy, at = PolicyVersion.objects.in_force(), two_clocks.agreed(timezone.now)
    if policy and at:
        forgetting.forget_notices(months=settings.REQUEST_MONTHS, policy=policy, at=at)


@app.task
def forget_messages() -> None:
    policy, at = PolicyVersion.objects.in_force(), two_clocks.agreed(timezone.now)
    if policy and at:
        forgetting.forget_messages(months=settings.MESSAGE_MONTHS, policy=policy, at=at)


@app.task
def forget_audiences() -> None:
    policy, at = PolicyVersion.objects.in_force(), two_clocks.agreed(timezone.now)
    if policy and at:
        forgetting.forget_audiences(months=settings.REQUEST_MONTHS, policy=policy, at=at)


@app.task
def search_after_deletion() -> None:
    asked_once.heard(searching.TASK)
    searching.carry_out(is_over=budgets.of_a_task(timezone.now(), timezone.now))
