"""What takes long to count is counted by a worker, and remembered. Only numbers and ids are, never a name."""

import contextlib
import datetime as dt
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

# Numbers are shown until newer ones are there, for as long as this.
KEPT = 26 * 3600  # seconds
# So long nobody asks a second time for what a worker was asked to count.
_ASKED = 60  # seconds

# What was counted, and when.
type Counted = tuple[Any, dt.datetime]


def recalled(key: str) -> Counted | None:
    """Return what was last counted under this key. Raises RedisError where nobody can be asked."""
    known: Counted | None = cache.get(key)
    return known


def remember(key: str, counted: Counted) -> None:
    with contextlib.suppress(RedisError):
        cache.set(key, counted, timeout=KEPT)
        cache.delete(_asked(key))


def is_first_to_ask(key: str) -> bool:
    """Tell whether nobody has asked for this within the minute. Raises RedisError where nobody can be asked."""
    return bool(cache.add(_asked(key), 1, timeout=_ASKED))


def _asked(key: str) -> str:
    return f"{key}:asked"
