"""Each process of the product looks at its start whether the database was restored; one of them replays the journal.

So does it again whenever it finds the doors closed later on: after a failover, the database may have lost its tail.
"""

import threading
import time
from contextlib import suppress

import structlog
from django.db import DatabaseError, connections
from django.utils import timezone

from contacts.journal.stores import JournalError
from privacy_crm.restoring import replay
from privacy_crm.restoring.replay import ReplayError

log = structlog.get_logger(__name__)

PAUSE = 5.0  # seconds between two attempts
_thread: threading.Thread | None = None
_starting = threading.Lock()


def attempt() -> bool:
    """Replay what is pending, unless another process does, and tell whether the doors are open. It never raises."""
    try:
        return not replay.pending() or (replay.run(now=timezone.now) and not replay.pending())
    except (DatabaseError, JournalError, ReplayError) as error:
        log.critical("journal.not_replayed", code=type(error).__name__, why=_why(error))
        return False


def begin() -> None:
    """Do so beside the requests of a web server, until the doors are open. At most one thread is at it."""
    global _thread  # noqa: PLW0603
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_until_open, name="replay", daemon=True)
            _thread.start()


def _until_open() -> None:
    while not attempt():
        connections.close_all()
        time.sleep(PAUSE)
    with suppress(DatabaseError):
        connections.close_all()


def _why(error: Exception) -> str:
    """Return what is wrong in words: of the database, only the kind, since its messages may quote a row."""
    return "" if isinstance(error, DatabaseError) else str(error)
