"""Ask a worker to send what is owed now, rather than at the next tick. Who hears it changes only the minute.

One worker that was asked, and has not begun, will see whatever has been committed by then: nobody asks a second one. So
a rush of sign-ups is not also a rush of tasks.
"""

from functools import cache, partial

import redis
import structlog
from django.conf import settings
from django.db import transaction
from kombu.exceptions import KombuError

from contacts.base import background

log = structlog.get_logger(__name__)

# Which mails are to be sent, by the task that does.
AWAITED, TO_MANY = "contacts.tasks.send_messages", "contacts.tasks.send_mailings"

# Seconds until nobody need hear it any more. By then, the tick of the next minute has looked for what people wait for.
# Who sends to many looks again, too, and what is said in vain must not stand before beat's next message on the queue.
_LASTS = {AWAITED: 60, TO_MANY: 9}


def nudge(task: str = AWAITED) -> None:
    """Ask for the owed mails to be sent, once what is being written has committed. It never fails and never waits."""
    transaction.on_commit(partial(_ask, task), robust=True)


def heard(task: str = AWAITED) -> None:
    """Say, before looking at what is owed, that whatever is committed from now on has to be asked for again."""
    try:
        _valkey(settings.REDIS_URL).delete(_asked(task))
    except redis.RedisError as error:
        log.warning("mail.no_valkey", code=type(error).__name__)


def _asked(task: str) -> str:
    return f"wake_worker.asked:{task}"


def _ask(task: str) -> None:
    try:
        if _valkey(settings.REDIS_URL).set(_asked(task), 1, nx=True, ex=_LASTS[task]):
            _send(task)
    except (redis.RedisError, KombuError, OSError) as error:
        log.warning("mail.no_broker", code=type(error).__name__)


@cache
def _valkey(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, **settings.VALKEY_PATIENCE)


def _send(task: str) -> None:
    try:
        background.ask(task, expires=_LASTS[task])
    except (KombuError, OSError):
        heard(task)  # nobody did, so the next one asks
        raise
