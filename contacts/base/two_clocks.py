"""The machine's clock beside the database's: what deletes by time does nothing while they differ (ADR 0054)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import connection

from contacts.base import job_runs

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


def agreed(now: Clock, database: Clock = of_database) -> dt.datetime | None:
    """Return now, for what deletes by time; None where the clocks differ by more than MOST: then nothing is deleted.

    Every door of such a sweep asks here; a job that then does nothing has not succeeded. `retention.watch.clock_watch`
    tells somebody.
    """
    clocks = read(now, database)
    if clocks.agree:
        return clocks.machine
    log.error("clocks.differ", seconds=round(clocks.apart.total_seconds()))
    job_runs.give_up()
    return None
