"""What takes long to count is counted once in a while. Only numbers and ids are remembered, never a name."""

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from redis.exceptions import RedisError

# Beyond, a worker of the website would be ended in the middle of its answer.
LONGEST = "20s"

# What was counted, and when.
type Counted = tuple[Any, dt.datetime]


def remembered(key: str, count: Callable[[], Any], *, for_seconds: int, now: dt.datetime) -> Counted:
    """Return what was counted under this key; count it anew where nobody remembers.

    Raises OperationalError where that takes longer than somebody can wait.
    """
    with contextlib.suppress(RedisError):
        known: Counted | None = cache.get(key)
        if known:
            return known
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %(longest)s, TRUE)", {"longest": LONGEST})
        counted = count(), now
    remember(key, counted, for_seconds=for_seconds)
    return counted


def remember(key: str, counted: Counted, *, for_seconds: int) -> None:
    with contextlib.suppress(RedisError):
        cache.set(key, counted, timeout=for_seconds)
