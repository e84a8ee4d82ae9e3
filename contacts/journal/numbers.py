"""How far the database is, how far the journal outside is, and whether the one is behind the other (L11).

A database that is behind was restored, or has lost its tail in a failover. Over each new connection both are asked;
over one that stays, the database alone, every few seconds: a number that went back tells of a restore beneath us.
"""

import time
from typing import Any, NamedTuple

from django.db import ProgrammingError, connection
from django.db.models import Min

from contacts.journal import segments, stores
from contacts.journal.segments import Segment
from contacts.journal.stores import JournalError, Store
from contacts.models import JournalLine

# The furthest that this process has seen, and what it goes by while the journal cannot be read.
_seen: dict[str, int] = {}
_ASKED = "_journal_asked"
_SECONDS = 5.0
_LAST = "SELECT last FROM contacts_journalnumber"
_THERE = "SELECT 1 FROM pg_class WHERE relname = 'contacts_journalnumber'"


class _Asked(NamedTuple):
    """What was asked last: over which connection, until when that counts, and what the database said."""

    connection: object
    until: float
    number: int


class BehindError(Exception):
    """The database is older than the journal: nothing is written that the journal would have to number."""

    def __init__(self) -> None:
        super().__init__("The database was restored and is being brought up to date. Try again in some minutes.")


class UnfinishedError(JournalError):
    """A restore was broken off: the number, which no backup has, is entered at its end, and rights are given before."""

    def __init__(self) -> None:
        super().__init__(
            "A restore was broken off before its end. Run `manage.py restore` again, with --replace; or, if you"
            " restored by other means, `manage.py migrate`."
        )


class LostError(JournalError):
    """The journal has nothing at all, and lines have left: its volume is not there, or it is lost."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"The journal has no line, and {number} have left the database. Is JOURNAL_URL right, and its volume there?"
            " If the journal is lost for good: `manage.py replay --journal-lost`."
        )


def in_database() -> int:
    """Return the number of the last line that the database knows of; 0 before its tables are there.

    Raises UnfinishedError where a restore was broken off. Asked of the driver, since this goes before each request:
    what counts or logs the queries of a page has not this.
    """
    connection.ensure_connection()
    try:
        found = _row(_LAST)
    except ProgrammingError as error:
        if _row(_THERE):  # and not ours to read: `migrate`, which comes after pg_restore, gives the rights
            raise UnfinishedError from error
        return 0  # not migrated yet, or restored from before there was a journal
    if found is None:
        raise UnfinishedError
    return int(found[0])


def _row(statement: str) -> tuple[Any, ...] | None:
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def left() -> int:
    """Return the number of the last line that has left the database, as far as it knows."""
    if not (last := in_database()):
        return 0
    owed = JournalLine.objects.filter(number__isnull=False, shipped_at__isnull=True).aggregate(first=Min("number"))
    return owed["first"] - 1 if owed["first"] else last


def tail(store: Store) -> Segment:
    """Return the segment that is written to. Raises JournalError where it cannot be read, or where nothing is left."""
    found = segments.tail(store)
    if found.read or not (number := left()):
        return found
    begun_meanwhile = segments.tail(store)
    if not begun_meanwhile.read:
        raise LostError(number)
    return begun_meanwhile


def in_journal() -> int:
    """Return the number of the last line outside the database. Raises JournalError where it cannot be read."""
    store = stores.configured()
    last = tail(store).last
    _seen[store.url] = max(last, _seen.get(store.url, 0))
    return last


def is_behind() -> bool:
    """Tell whether the database is older than the journal.

    While the journal cannot be read, by the furthest that this process has seen of it. Raises JournalError where it has
    seen nothing yet: then nobody can tell.
    """
    connection.close_if_health_check_failed()  # or the next query would quietly go to another server
    asked: _Asked | None = getattr(connection, _ASKED, None)
    if asked is None or connection.connection is None or asked.connection is not connection.connection:
        return _compare(in_database())
    if time.monotonic() < asked.until:
        return False
    database = in_database()
    return _compare(database) if database < asked.number else _remember(database)


def _compare(database: int) -> bool:
    try:
        journal = in_journal()
    except JournalError:
        url = stores.configured().url
        if url not in _seen:
            raise
        journal = _seen[url]
    return database < journal or _remember(database)


def _remember(database: int) -> bool:
    """Let the answer count for a while, and return it: the database is not behind."""
    setattr(connection, _ASKED, _Asked(connection.connection, time.monotonic() + _SECONDS, database))
    return False


def check() -> None:
    """Raise BehindError where the database is known to be behind. What cannot be told stops no act."""
    try:
        behind = is_behind()
    except UnfinishedError:
        behind = True
    except JournalError:
        return
    if behind:
        raise BehindError
