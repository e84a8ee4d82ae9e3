from django.conf import settings
from django.utils import timezone

from contacts.base.background import app
from contacts.models import PolicyVersion
from retention import monitoring, scheduler, statements, trail, warning


@app.task
def nightly() -> None:
    scheduler.tick(at=timezone.now(), now=timezone.now)


@app.task
def warn_officers() -> None:
    at = timezone.now()
    if policy := PolicyVersion.objects.in_force():
        monitoring.note_missed(policy, at)
        warning.warn(policy=policy, at=at)


@app.task
def check_statements() -> None:
    if policy := PolicyVersion.objects.in_force():
        statements.keep(policy=policy, at=timezone.now(), now=timezone.now)


@app.task
def shorten_trail() -> None:
    if policy := PolicyVersion.objects.in_force():
        kept = {"months": settings.AUDIT_MONTHS, "policy": policy, "at": timezone.now()}
        trail.shorten(**kept)
        trail.shorten_ledgers(**kept)
