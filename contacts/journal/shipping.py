"""One shipper writes what is owed to the journal outside: after the commit, and by a tick that misses nothing (L11).

It is told by numbers alone what is there and what is not. So it may be killed wherever it is: what it wrote is whole or
torn, a torn tail is written again, and what is written twice is written the same.
"""

import datetime as dt
from contextlib import suppress

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from contacts.base import alone
from contacts.journal import numbers, segments, stores
from contacts.journal.segments import Segment
from contacts.journal.stores import JournalError, Store
from contacts.models import JournalLine

TASK = "contacts.tasks.ship_journal"

_LOCK = 4_711_679_060  # any number that is ours alone
_FULL = 2_000  # numbers and lines a segment: it is written anew with each line that it gets
_A_DAY = dt.timedelta(days=1)
_OTHER = "The journal has other lines under our numbers: does another database write to it?"


class DivergedError(JournalError):
    """The journal has another line under a number of ours: another database writes to it, or did."""


def soon() -> None:
    """Ask a worker to ship once what is being written has committed. It never fails; a tick asks, too."""
    if not any(_ask in asked for asked in connection.run_on_commit):
        transaction.on_commit(_ask, robust=True)


def ship(*, at: dt.datetime) -> int:
    """Write what is owed, and return how many lines left. Raises JournalError; then they are owed still.

    Nothing is done where another shipper is at it.
    """
    store = stores.configured()
    with alone.if_nobody_else(_LOCK) as ours:
        return _ship(store, numbers.tail(store), at) if ours else 0


def renew(*, at: dt.datetime) -> int:
    """Begin the journal anew with all that the database knows, since the one outside is lost. Returns as `ship` does.

    Raises JournalError where something is left of it.
    """
    store = stores.configured()
    with alone.if_nobody_else(_LOCK) as ours:
        found = segments.tail(store)
        if found.read:
            raise JournalError(f"The journal is there, and ends at line {found.last}.")
        first = JournalLine.objects.aggregate(first=Min("number"))["first"]
        return _ship(store, Segment(first=first or numbers.in_database() + 1), at) if ours else 0


def _ship(store: Store, found: Segment, at: dt.datetime) -> int:
    _compare(found)
    # One that is sealed was the last before a crash: its successor was not begun.
    tail = found.next() if found.sealed else found
    for line in JournalLine.objects.filter(number__gt=tail.last).order_by("number").iterator():
        if tail.entries and (line.number != tail.last + 1 or tail.weight >= _FULL):
            tail = _seal(store, tail, at)
        if not tail.entries:
            tail.first = line.number or tail.first
        tail.entries.append(segments.entry(line))
    if tail.entries and tail.begun <= at - _A_DAY:
        tail = _seal(store, tail, at)
    if tail.text != found.read:
        store.write(tail.name, tail.text)
    return _mark(tail.last, at)


def _compare(tail: Segment) -> None:
    """Raise DivergedError where the last segment says something else than we do."""
    known = JournalLine.objects.filter(number__range=(tail.first, tail.last))
    ours = {line.number: segments.entry(line) for line in known}
    if any(ours.get(each["number"], each) != each for each in tail.entries):
        raise DivergedError(_OTHER)


def check_ours(number: int) -> None:
    """Raise DivergedError where the journal says something else under a number than this database does.

    Where one of them does not know that line any more, nobody can tell.
    """
    line = JournalLine.objects.filter(number=number).first()
    with suppress(segments.GoneError):
        theirs = next(segments.after(stores.configured(), number - 1), None)
        if line and theirs and theirs != segments.entry(line):
            raise DivergedError(_OTHER)


def _seal(store: Store, tail: Segment, at: dt.datetime) -> Segment:
    """Close a segment, and return the next: its name tells the number when all before it are gone."""
    tail.sealed = at
    store.write(tail.name, tail.text)
    return tail.next()


def _mark(last: int, at: dt.datetime) -> int:
    return JournalLine.objects.filter(number__lte=last, shipped_at__isnull=True).update(shipped_at=at)


def unshipped() -> dt.datetime | None:
    """Return since when the oldest line waits that has not left; None where all have."""
    waiting = JournalLine.objects.filter(number__isnull=False, shipped_at__isnull=True).order_by("number")
    return waiting.values_list("at", flat=True).first()


def expire(*, at: dt.datetime) -> int:
    """Delete whole segments once the last backup before them has expired, and return how many.

    A backup lasts BACKUP_DAYS, and needs every line that came after it. With a segment go its lines here. The last one
    stays: its name tells the number.
    """
    store, gone = stores.configured(), 0
    last_needed = at - dt.timedelta(days=settings.BACKUP_DAYS + 1)
    with alone.if_nobody_else(_LOCK) as ours:
        for name in store.names()[:-1] if ours else []:
            segment = segments.parse(name, store.read(name))
            if segment.sealed is None or segment.sealed > last_needed:
                break
            store.remove(name)
            JournalLine.objects.filter(number__lte=segment.last).delete()
            gone += 1
    return gone


def _ask() -> None:
    from contacts.base import asked_once  # noqa: PLC0415 - for those alone who write (ADR 0032)

    asked_once.ask(TASK)
