"""Ask a worker to send what is owed now, rather than at the next sweep. Who hears it changes only the minute.

One worker that was asked, and has not begun, will see whatever has been committed by then: nobody asks a second one. So
a rush of sign-ups is not also a rush of tasks.
"""

from functools import cache

import redis
import structlog
from django.conf import settings
from django.db import transaction
from kombu.exceptions import KombuError

from contacts.base import background

log = structlog.get_logger(__name__)

TASK = "contacts.tasks.send_messages"

_ASKED = "wake_worker.asked"
_A_MINUTE = 60  # then the sweep has looked, should the worker that was asked have died before it began


def nudge() -> None:
    """Ask for the owed mails to be sent, once what is being written has committed. It never fails and never waits."""
    transaction.on_commit(_ask, robust=True)


def heard() -> None:
    """Say, before looking at what is owed, that whatever is committed from now on has to be asked for again."""
    try:
        _valkey(settings.REDIS_URL).delete(_ASKED)
    except redis.RedisError as error:
        log.warning("mail.no_valkey", code=type(error).__name__)


def _ask() -> None:
    try:
        if _valkey(settings.REDIS_URL).set(_ASKED, 1, nx=True, ex=_A_MINUTE):
            _send()
    except (redis.RedisError, KombuError, OSError) as error:
        log.warning("mail.no_broker", code=type(error).__name__)


@cache
def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)


def _send() -> None:
    try:
        background.ask(TASK)
    except (KombuError, OSError):
        heard()  # nobody did, so the next one asks
        raise
