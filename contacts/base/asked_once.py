"""Ask a worker to do a task soon, once: one that was asked and has not begun sees what has been committed by then.

So a rush of acts is no rush of messages. It never fails, and never keeps anybody waiting: a tick asks as well.
"""

from functools import cache

import redis
import structlog
from django.conf import settings
from kombu.exceptions import KombuError

from contacts.base import background

log = structlog.get_logger(__name__)

# Seconds until nobody need hear it any more: by then, the tick of the next minute has looked.
LASTS = 60


def ask(task: str, *, lasts: int = LASTS) -> None:
    """Ask for a task, unless that was said within `lasts` seconds and nobody has heard it yet."""
    try:
        if _valkey(settings.REDIS_URL).set(_asked(task), 1, nx=True, ex=lasts):
            _send(task, lasts)
    except (redis.RedisError, KombuError, OSError) as error:
        log.warning("worker.not_asked", task=task, code=type(error).__name__)


def heard(task: str) -> None:
    """Say, before looking at what is owed, that whatever is committed from now on has to be asked for again."""
    try:
        _valkey(settings.REDIS_URL).delete(_asked(task))
    except redis.RedisError as error:
        log.warning("worker.no_valkey", task=task, code=type(error).__name__)


def _asked(task: str) -> str:
    return f"asked:{task}"


@cache
def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, **settings.VALKEY_PATIENCE)


def _send(task: str, lasts: int) -> None:
    try:
        background.ask(task, expires=lasts)
    except (KombuError, OSError):
        heard(task)  # nobody did, so the next one asks
        raise
