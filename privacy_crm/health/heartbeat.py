"""A sign of life to a watcher outside: given only once a nightly deletion has finished.

Whoever watches alarms when it stays away, whatever has stopped: the deletion, the worker, beat, the machine, or this.
"""

import urllib3
from django.conf import settings

from contacts.models import JobRun
from retention.watch import monitoring

TOLD = "heartbeat"
_PATIENCE = urllib3.Timeout(connect=5, read=10)  # seconds


class UnheardError(Exception):
    """The watcher did not say that it heard; the next tick calls again."""


def give() -> bool:
    """Call HEARTBEAT_URL where the last nightly deletion that finished is not the one it was called for last.

    Returns whether it was called. A run is known by its end: of two moments, a clock that was ahead makes no order.

    Raises UnheardError where nobody answers, or not with success.
    """
    night = monitoring.last_finished_night() if settings.HEARTBEAT_URL else None
    if night is None or JobRun.objects.filter(task=TOLD, succeeded_at=night.finished_at).exists():
        return False
    _call(settings.HEARTBEAT_URL)
    JobRun.objects.update_or_create(task=TOLD, defaults={"succeeded_at": night.finished_at})
    return True


def _call(url: str) -> None:
    """Ask for nothing but the status: what follows may take its watcher as long as it likes."""
    try:
        with urllib3.request("GET", url, timeout=_PATIENCE, retries=False, preload_content=False) as answer:
            status = answer.status
    except urllib3.exceptions.HTTPError as error:
        raise UnheardError(type(error).__name__) from None
    if status >= 300:
        raise UnheardError(str(status))
