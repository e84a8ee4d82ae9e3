"""Bring people in from elsewhere: who they are, why each is held, and what they did and said.

The rows come from sources: the files of a CRM export, or a list that somebody uploaded.

One transaction takes all of it or nothing. The rows wait in temporary tables until every file has been read and found
to be whole; what cannot come in is refused row by row, with its reason; the rest is written set by set, and only where
it changes something.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, Protocol

from django.db import DatabaseError, connection, transaction

from contacts.base import audit, retry
from contacts.base.limits import limits
from contacts.models import PolicyVersion
from privacy_crm.crm_import import (
    activities,
    agreements,
    bases,
    events,
    holds,
    locking,
    organisations,
    people,
    permissions,
    registrations,
    rekeyed,
    staging,
    stored_only,
)
from privacy_crm.crm_import.columns import File
from privacy_crm.crm_import.existing import Existing, Mode
from privacy_crm.crm_import.rejects import Reject
from privacy_crm.crm_import.report import Counts, Report
from privacy_crm.crm_import.staging import Import

# What is under way, how many of its rows or steps are done, and which share of it.
type Progress = Callable[[str, int, float], None]
# Takes the refused rows, while nothing is final yet: if it raises, nothing was written.
type Sink = Callable[[Iterable[Reject]], None]
# Told when all is written, in the same transaction: if it raises, nothing was.
type Last = Callable[[Import], None]

# Besides, somebody else wrote the same new record first: reading again sees it.
_LOST = retry.LOST | {"23505"}

WRITING = "writing"


class ImportFailedError(Exception):
    """The database refused what was to be written. Says which kind of error alone: its own message quotes rows."""


_COUNTS: dict[str, Callable[[Import], Counts]] = {
    "organisations": organisations.counts,
    "agreements": agreements.counts,
    "contacts": bases.counts,
    "events": events.counts,
    "registrations": registrations.counts,
    "activities": activities.counts,
    "holds": holds.counts,
    "objections": permissions.counts_of_objections,
    "consents": permissions.counts_of_consents,
}


class Source(Protocol):
    """What brings the rows of one file of the contract, checked (`reading.Source` reads them out of the file)."""

    @property
    def file(self) -> File: ...

    @property
    def unsays(self) -> bool:
        """Whether it may take back where people's details came from, before they have been told (L5)."""

    def packed(self) -> Iterator[tuple[int, IO[str]]]:
        """Yield the rows, pack by pack, each behind how many there are so far. May raise UnreadableError."""

    def share(self) -> float:
        """Return how much of them was taken."""


# In the order in which each needs what the ones before it have written.
_JUDGING: tuple[Callable[[Import], None], ...] = (
    locking.lock,
    rekeyed.named,
    stored_only.find,
    organisations.write,
    agreements.write,
    permissions.suppress,
    events.write,
    people.judge,
    registrations.judge,
    activities.judge,
    holds.judge,
    permissions.judge,
)
_WRITING: tuple[Callable[[Import], None], ...] = (
    bases.fill,
    registrations.fill,
    people.write,
    rekeyed.created,
    registrations.write,
    bases.write,
    activities.write,
    permissions.write,
    holds.write,
    permissions.part,
)


@limits(statement="1h", lock="5min", idle="30min")
def run(
    sources: Sequence[Source],
    *,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
    mode: Mode,
    progress: Progress = lambda _what, _done, _share: None,
    rejects: Sink = lambda _rejects: None,
    last: Last = lambda _work: None,
) -> Report:
    """Import what these sources bring, waiting for another import under way. A dry run does it and takes it back.

    Raises UnreadableError where a file is not what it should be, ImportFailedError where the database refuses: with
    nothing written.
    """

    def attempt() -> Report:
        with transaction.atomic(), connection.cursor() as cursor:
            unsays = mode.existing == Existing.UPDATE and all(source.unsays for source in sources)
            work = Import(cursor, policy, at, by, untold_stays=not unsays, mode=mode)
            _stage(work, sources, progress)
            _settle(work, progress)
            audit.record("import.done", at=at, by=by)
            counts = {source.file.filename: _COUNTS[source.file.name](work) for source in sources}
            rejects(staging.rejects())
            last(work)
            transaction.set_rollback(mode.dry_run)
        return Report(mode.dry_run, at, counts, work.food_preferences_dropped)

    return _persist(attempt)


def _stage(work: Import, sources: Sequence[Source], progress: Progress) -> None:
    """Read all files, before anything is looked up or locked."""
    staging.create(work)
    for source in sources:
        for done in staging.load(work, source.file, source.packed()):
            progress(source.file.filename, done, source.share())


def _settle(work: Import, progress: Progress) -> None:
    """Refuse what cannot come in, and write the rest."""
    steps = (*_JUDGING, *_WRITING)
    progress(WRITING, 0, 0.0)
    for done, step in enumerate(steps, 1):
        step(work)
        progress(WRITING, done, done / len(steps))


def _persist(attempt: Callable[[], Report]) -> Report:
    """Read again from the start where another transaction got in the way."""
    try:
        return retry.persist(attempt, lost=_LOST)
    except DatabaseError as error:
        code = getattr(error.__cause__, "pgcode", None) or "unknown"
        kind = f"{type(error).__name__}, SQLSTATE {code}"
        raise ImportFailedError(f"The database refused the import ({kind}).") from None
