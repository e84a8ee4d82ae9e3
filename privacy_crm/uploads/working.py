"""Work on an upload: by one worker at a time, who says how far it is on a connection of its own.

What the import's transaction writes is seen by nobody before it commits, so progress takes another way. That connection
holds a lock that PostgreSQL frees when the worker dies: no clock has to guess whether it still lives.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

from contacts.models import Upload
from contacts.words.vocabulary import UploadState

type Clock = Callable[[], dt.datetime]

UNPACKING, READING, WRITING, REMOVING = "unpacking", "reading", "writing", "removing"
# Its time was over, and it goes on in the next task.
WAITING = "waiting"

# Any number will do, as long as it is ours alone: the second half of the lock is the upload's key.
_LOCK = 471_167
_EVERY = dt.timedelta(seconds=0.5)
_SAY = "UPDATE contacts_upload SET step = %(step)s, share = %(share)s, beat_at = %(at)s WHERE id = %(upload)s"
_PAUSE = "UPDATE contacts_upload SET step = %(step)s, asked_by = %(by)s, beat_at = %(at)s WHERE id = %(upload)s"


@dataclass
class Work:
    """One upload in the hands of one worker."""

    upload: Upload
    now: Clock
    own: Any  # a connection
    said_at: dt.datetime | None = None
    step: str = ""

    def say(self, step: str, share: float) -> None:
        """Note how far it is: at each new step, and now and then between."""
        at = self.now()
        if step == self.step and self.said_at and at - self.said_at < _EVERY and share < 1:
            return
        self.step, self.said_at = step, at
        with self.own.cursor() as cursor:
            cursor.execute(_SAY, {"step": step, "share": min(share, 1.0), "at": at, "upload": self.upload.pk})

    def pause(self, by: str) -> None:
        """Note that somebody has to go on, in the name of who asked for it. How far it is stays as it was said."""
        with self.own.cursor() as cursor:
            cursor.execute(_PAUSE, {"step": WAITING, "by": by, "at": self.now(), "upload": self.upload.pk})


@contextmanager
def on(upload_id: int, state: UploadState, *, now: Clock) -> Iterator[Work | None]:
    """Work on an upload in this state; None where it is in another, or somebody works on it already."""
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%(lock)s, %(upload)s)", {"lock": _LOCK, "upload": upload_id})
            (locked,) = cursor.fetchone()
        upload = Upload.objects.filter(pk=upload_id, state=state).first() if locked else None
        yield Work(upload, now, own) if upload else None
        # The server frees the lock of a closed connection a while later, and a second task would find it taken.
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        own.close()


_UNDER_WAY = """
    SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %(lock)s AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def under_way() -> set[int]:
    """Return the keys of the uploads that a worker works on at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_WAY, {"lock": _LOCK})
        return {int(key) for (key,) in cursor.fetchall()}
