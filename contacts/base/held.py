"""Do work on many rows, and leave out those that somebody else holds (ADR 0049).

A batch that waits too long for a lock is halved until the row stands alone. That finds a row that hangs on it as well.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from contacts.base import retry
from contacts.base.limits import limits

BATCH = 1000

_LOCK_NOT_AVAILABLE = "55P03"
# Whoever holds a row for the first wait holds on to it; the halves only have to find which one that is.
BRIEF = "200ms"
# So many brief waits for one piece of work: where a whole table is held, the rest is left out unseen.
_MOST_WAITS = 500

log = structlog.get_logger(__name__)


def is_why(error: DatabaseError) -> bool:
    """Tell whether an error says that somebody else holds a row for longer than we wait."""
    return getattr(error.__cause__, "pgcode", None) == _LOCK_NOT_AVAILABLE


@dataclass
class _Search[Key]:
    """The work, and how often it may still wait to find the rows that are held."""

    act: Callable[[list[Key]], object]
    waits: int

    def work(self, keys: list[Key]) -> list[Key]:
        if self._done(keys):
            return []
        with limits(lock=BRIEF):
            return self._halved(keys)

    def _halved(self, keys: list[Key]) -> list[Key]:
        if len(keys) == 1 or self.waits <= 0:
            return keys
        middle = len(keys) // 2
        halves = (keys[:middle], keys[middle:])
        return [key for half in halves if not self._done(half) for key in self._halved(half)]

    def _done(self, keys: list[Key]) -> bool:
        try:
            retry.persist(partial(self.act, keys))
        except DatabaseError as error:
            if not is_why(error):
                raise
            self.waits -= 1
            return False
        return True


def left_out[Key](batches: Iterable[list[Key]], act: Callable[[list[Key]], object]) -> list[Key]:
    """Do `act`, a whole transaction, for the keys of each batch, and return those of rows that somebody else holds.

    The caller limits how long a batch waits for a lock.
    """
    search = _Search(act, _MOST_WAITS)
    return [key for batch in batches for key in search.work(batch)]


def sweep[Key](what: str, batches: Iterable[list[Key]], act: Callable[[list[Key]], object]) -> None:
    """Do the same, and leave what is held for the next time: the log says how many those were."""
    with limits(lock=settings.SWEEP_LOCK_TIMEOUT):
        left = left_out(batches, act)
    if left:
        log.warning("sweep.skipped", what=what, number=len(left))


def passed_over[Result](what: str, act: Callable[[], Result]) -> Result | None:
    """Do one piece of work, and leave it for the next time where somebody holds something of it: then it is None."""
    try:
        return act()
    except DatabaseError as error:
        if not is_why(error):
            raise
    log.warning("sweep.skipped", what=what, number=1)
    return None


def by_key(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield the primary keys of rows in batches, in their order; each batch is looked up when it is asked for."""
    keys = rows.order_by("pk").values_list("pk", flat=True)
    batch = list(keys[:BATCH])
    while batch:
        yield batch
        batch = list(keys.filter(pk__gt=batch[-1])[:BATCH])


def delete(old: QuerySet[Any]) -> int:
    """Delete the rows of a query in batches, a transaction each, and return how many went, without what hung on them.

    What somebody else holds is left for the next time.
    """
    gone: list[int] = []

    def act(keys: list[Any]) -> None:
        with transaction.atomic():
            still = old.filter(pk__in=keys).values("pk")
            _, deleted = old.model._base_manager.filter(pk__in=still).delete()
        gone.append(deleted.get(old.model._meta.label, 0))

    sweep(old.model._meta.label_lower, by_key(old), act)
    return sum(gone)
