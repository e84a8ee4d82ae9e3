"""A pack that was asked for in the browser: a worker makes it, and Valkey keeps it for a day. It names nobody."""

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from contacts.base import audit, background
from contacts.models import PolicyVersion
from privacy_crm.authority import pack
from privacy_crm.authority.tables import as_of

TASK = "privacy_crm.tasks.make_authority_pack"
KEPT = 24 * 3600  # seconds
_WAITS = 600  # seconds, after which it may be asked for again
_KEY = "authority-pack"
_ASKED = f"{_KEY}:asked"


@dataclass(frozen=True)
class Ready:
    """The pack that was made last."""

    day: dt.date
    made_at: dt.datetime
    content: bytes


@dataclass(frozen=True)
class State:
    """`waits_for` is the day of a pack that is being made."""

    ready: Ready | None
    waits_for: dt.date | None


class AwayError(Exception):
    """Neither a pack nor a worker can be asked for at the moment."""


def state() -> State:
    """Return what is there. Raises AwayError."""
    try:
        found: Ready | None = cache.get(_KEY)
        return State(found, cache.get(_ASKED))
    except RedisError as error:
        raise AwayError from error


def ask(day: dt.date, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Have a worker make the pack of a day. Raises ValueError for a day to come, and AwayError."""
    as_of(day, policy=policy, at=at)
    try:
        cache.set(_ASKED, day, timeout=_WAITS)
        background.ask(TASK, (day.isoformat(),), expires=_WAITS)
    except (RedisError, KombuError, OSError) as error:
        raise AwayError from error
    audit.record("authority_pack.asked", at=at, by=by, rule=f"day:{day}")


def make(day: dt.date, *, policy: PolicyVersion, at: dt.datetime) -> None:
    """Make it, in place of the one before."""
    made = Ready(day, at, pack.made(as_of(day, policy=policy, at=at)))
    cache.set(_KEY, made, timeout=KEPT)
    cache.delete(_ASKED)


def fetched(ready: Ready, *, at: dt.datetime, by: str) -> bytes:
    """Return the pack, and put on record who took it."""
    audit.record("authority_pack.fetched", at=at, by=by, rule=f"day:{ready.day}")
    return ready.content
