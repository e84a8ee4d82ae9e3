"""How long a task works: it leaves the rest to the next tick, so that its queue is free for others meanwhile."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

LONGEST = dt.timedelta(seconds=50)
# Its ticks are ten minutes apart, and dietary needs in the same queue go within 15 minutes.
NIGHT = dt.timedelta(minutes=4)

type IsOver = Callable[[], bool]


def of_a_task(began: dt.datetime, now: Callable[[], dt.datetime], longest: dt.timedelta = LONGEST) -> IsOver:
    """Return what tells, before each piece of work, whether the time of a task is over."""
    return lambda: now() >= began + longest


def endless() -> bool:
    """Say that nobody waits for what is done."""
    return False


@dataclass
class Budget:
    """The time for work that is done batch by batch, and whether it was spent before the work was done."""

    is_over: IsOver = endless
    spent: bool = False

    def portions[Batch](self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield batches as long as there is time; the rest is for the next tick."""
        for batch in batches:
            if self.is_over():
                self.spent = True
                return
            yield batch
