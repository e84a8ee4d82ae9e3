from django.conf import settings
from django.utils import timezone

from contacts.base.background import app
from contacts.models import PolicyVersion
from contacts.outbox import wake_worker
from dsr.answers import forgetting, restricting
from dsr.clock import reminding, unanswered
from dsr.freeze import freezes
from dsr.intake import intake, proving


@app.task
def sweep_unproven() -> None:
    now = timezone.now()
    proving.sweep(now)
    if policy := PolicyVersion.objects.in_force():
        intake.sweep(policy=policy, at=now)


@app.task
def remind_officers() -> None:
    if policy := PolicyVersion.objects.in_force():
        reminding.tick(policy=policy, at=timezone.now())


@app.task
def follow_up_questions() -> None:
    policy = PolicyVersion.objects.in_force()
    if policy and unanswered.follow_up(policy=policy, at=timezone.now(), by="follow_up"):
        wake_worker.nudge()


@app.task
def release_answered() -> None:
    if policy := PolicyVersion.objects.in_force():
        freezes.release_answered(policy=policy, at=timezone.now(), by="release_answered")


@app.task
def lift_restrictions() -> None:
    if policy := PolicyVersion.objects.in_force():
        restricting.lift_due(policy=policy, at=timezone.now(), by="lift_restrictions")


@app.task
def forget_requests() -> None:
    if policy := PolicyVersion.objects.in_force():
        forgetting.forget(months=settings.REQUEST_MONTHS, policy=policy, at=timezone.now())


@app.task
def forget_notices() -> None:
    if policy := PolicyVersion.objects.in_force():
        forgetting.forget_notices(months=settings.REQUEST_MONTHS, policy=policy, at=timezone.now())


@app.task
def forget_messages() -> None:
    if policy := PolicyVersion.objects.in_force():
        forgetting.forget_messages(months=settings.MESSAGE_MONTHS, policy=policy, at=timezone.now())


@app.task
def forget_audiences() -> None:
    if policy := PolicyVersion.objects.in_force():
        forgetting.forget_audiences(months=settings.REQUEST_MONTHS, policy=policy, at=timezone.now())
