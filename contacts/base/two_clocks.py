"""The machine's clock beside the database's: what deletes by time does nothing while they differ (ADR 0054)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

import structlog
from django.db import connection

from contacts.base.job_runs import DROPPED

log = structlog.get_logger(__name__)

type Clock = Callable[[], dt.datetime]

MOST = dt.timedelta(minutes=1)
QUESTION = "SELECT clock_timestamp()"


@dataclass(frozen=True)
class Clocks:
    """What both clocks said at one moment."""

    machine: dt.datetime
    database: dt.datetime

    @property
    def apart(self) -> dt.timedelta:
        """How far the machine's clock is ahead of the database's; negative where it is behind."""
        return self.machine - self.database

    @property
    def agree(self) -> bool:
        return abs(self.apart) <= MOST


def of_database() -> dt.datetime:
    """Return what the database's clock says, whenever its transaction began."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        (said,) = cursor.fetchone()
    moment: dt.datetime = said
    return moment


def read(now: Clock, database: Clock = of_database) -> Clocks:
    """Read both clocks. A slow answer does not count: of the time that it took, the nearest moment is compared."""
    before, said, after = now(), database(), now()
    return Clocks(min(max(said, before), max(before, after)), said)


def _leave(_clocks: Clocks) -> None:
    """Leave it to others to write down that clocks differ."""


def agreed(
    now: Clock, database: Clock = of_database, *, differing: Callable[[Clocks], object] = _leave
) -> dt.datetime | None:
    """Return now, for what deletes by time; None where the clocks differ by more than MOST: then nothing is deleted.

    Every door of such a sweep asks here. `differing` is given clocks that differ: `retention.watch.clock_watch` writes
    them down, and tells somebody.
    """
    clocks = read(now, database)
    if clocks.agree:
        return clocks.machine
    log.error("clocks.differ", seconds=round(clocks.apart.total_seconds()))
    differing(clocks)
    return None


def by_both(
    now: Clock, *, differing: Callable[[Clocks], object] = _leave
) -> Callable[[Callable[[dt.datetime], None]], Callable[[], str | None]]:
    """Have a task do its work at the moment that `agreed` returns, and drop it where the clocks differ."""

    def of(act: Callable[[dt.datetime], None]) -> Callable[[], str | None]:
        @wraps(act)
        def task() -> str | None:
            at = agreed(now, differing=differing)
            if at is None:
                return DROPPED
            act(at)
            return None

        return task

    return of
