"""Try again what lost a race against another transaction, as PostgreSQL asks for."""

from collections.abc import Callable, Collection

from django.db import DatabaseError

# Deadlock detected, serialization failure.
LOST = frozenset({"40P01", "40001"})
_TRIES = 3


def persist[Result](act: Callable[[], Result], *, lost: Collection[str] = LOST, tries: int = _TRIES) -> Result:
    """Do a whole transaction, and again where it fails with one of the SQLSTATEs `lost`. The last error is raised."""
    try:
        return act()
    except DatabaseError as error:
        if tries == 1 or getattr(error.__cause__, "pgcode", None) not in lost:
            raise
    return persist(act, lost=lost, tries=tries - 1)
