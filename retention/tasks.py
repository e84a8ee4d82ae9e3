from django.utils import timezone

from contacts.base.background import app
from contacts.models import PolicyVersion
from retention import nights, warning, watch


@app.task
def nightly() -> None:
    nights.tick(at=timezone.now(), now=timezone.now)


@app.task
def warn_officers() -> None:
    at = timezone.now()
    if policy := PolicyVersion.objects.in_force():
        watch.note_missed(policy, at)
        warning.warn(policy=policy, at=at)
