"""Read a CRM export: which people there are, why each is held, and what they did and said.

One transaction takes all of it or nothing. The rows wait in temporary tables until every file has been read and found
to be whole; what cannot come in is refused row by row, with its reason; the rest is written set by set, and only where
it changes something.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from contacts import audit, races
from contacts.days import day_of
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
    reading,
    registrations,
    staging,
    stored_only,
)
from privacy_crm.crm_import.cells import When
from privacy_crm.crm_import.reading import Source
from privacy_crm.crm_import.rejects import Reject
from privacy_crm.crm_import.report import Counts, Report
from privacy_crm.crm_import.staging import Import

# What is under way, how many of its rows or steps are done, and which share of it.
type Progress = Callable[[str, int, float], None]
# Takes the refused rows, while nothing is final yet: if it raises, nothing was written.
type Sink = Callable[[Iterable[Reject]], None]

_MANY = 10_000
# Besides, somebody else wrote the same new record first: reading again sees it.
_LOST = races.LOST | {"23505"}

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


# In the order in which each needs what the ones before it have written.
_JUDGING: tuple[Callable[[Import], None], ...] = (
    locking.lock,
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
    registrations.write,
    bases.write,
    activities.write,
    permissions.write,
    holds.write,
)


def run(
    directory: Path,
    *,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
    dry_run: bool,
    progress: Progress = lambda _what, _done, _share: None,
    rejects: Sink = lambda _rejects: None,
) -> Report:
    """Import a directory, waiting for another import that is under way. A dry run does the same and takes it back.

    Raises UnreadableError where a file is not what it should be, ImportFailedError where the database refuses: with
    nothing written.
    """
    files = reading.found(directory)
    when = When(at, day_of(at, policy.zone), policy.zone)
    sources = [Source(file, directory / file.filename, when) for file in files]

    def attempt() -> Report:
        with transaction.atomic(), connection.cursor() as cursor:
            work = Import(cursor, policy, at, by)
            _stage(work, sources, progress)
            _settle(work, progress)
            audit.record("import.done", at=at, by=by)
            counts = {file.filename: _COUNTS[file.name](work) for file in files}
            rejects(staging.rejects())
            transaction.set_rollback(dry_run)
        return Report(dry_run, at, counts, work.food_preferences_dropped)

    report = _persist(attempt)
    _tell_the_planner(report)
    return report


def _stage(work: Import, sources: list[Source], progress: Progress) -> None:
    """Read all files, before anything is looked up or locked."""
    staging.create(work)
    for source in sources:
        for done in staging.load(work, source.file, source.rows()):
            progress(source.file.filename, done, source.share())


def _settle(work: Import, progress: Progress) -> None:
    """Refuse what cannot come in, and write the rest."""
    steps = (*_JUDGING, *_WRITING)
    for done, step in enumerate(steps, 1):
        step(work)
        progress(WRITING, done, done / len(steps))


def _tell_the_planner(report: Report) -> None:
    """Have PostgreSQL look at what has grown: until it does, a purge would be planned for the few who were there."""
    if not report.dry_run and sum(counts.created for counts in report.files.values()) >= _MANY:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE contacts_contact, contacts_basis, contacts_activity, contacts_registration")


def _persist(attempt: Callable[[], Report]) -> Report:
    """Read again from the start where another transaction got in the way."""
    try:
        return races.persist(attempt, lost=_LOST)
    except DatabaseError as error:
        code = getattr(error.__cause__, "pgcode", None) or "unknown"
        kind = f"{type(error).__name__}, SQLSTATE {code}"
        raise ImportFailedError(f"The database refused the import ({kind}).") from None
