"""A sign of life to a watcher outside: given only once a nightly deletion has finished.

Whoever watches alarms when it stays away, whatever has stopped: the deletion, the worker, beat, the machine, or this.
"""

import urllib3
from django.conf import settings

from contacts.base import job_runs
from contacts.models import JobRun
from retention.models import PurgeRun, RunStatus

TOLD = "heartbeat"
_PATIENCE = urllib3.Timeout(connect=5, read=10)  # seconds


class UnheardError(Exception):
    """The watcher did not say that it heard; the next tick calls again."""


def give() -> bool:
    """Call HEARTBEAT_URL where a nightly deletion has finished since it was last called. Returns whether it was.

    Raises UnheardError where nobody answers, or not with success.
    """
    finished = PurgeRun.objects.filter(status=RunStatus.FINISHED).order_by("-finished_at").first()
    if not settings.HEARTBEAT_URL or finished is None or finished.finished_at is None:
        return False
    if JobRun.objects.filter(task=TOLD, succeeded_at__gte=finished.finished_at).exists():
        return False
    _call(settings.HEARTBEAT_URL)
    job_runs.succeeded(TOLD, at=finished.finished_at)
    return True


def _call(url: str) -> None:
    try:
        answer = urllib3.request("GET", url, timeout=_PATIENCE, retries=False)
    except urllib3.exceptions.HTTPError as error:
        raise UnheardError(type(error).__name__) from None
    if answer.status >= 300:
        raise UnheardError(str(answer.status))
