"""Restore a backup: the database whole or not at all, then the media. What the journal knows is replayed at the start.

Nobody gets in before. Whoever restores says so, since only an empty database is written to without a word.
"""

import datetime as dt
import json
import tarfile
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection

from contacts.journal import numbers, segments, stores
from contacts.journal.stores import JournalError
from privacy_crm.backups import places, postgres
from privacy_crm.backups.making import DATABASE, MANIFEST, MEDIA, digest, fingerprints
from privacy_crm.backups.places import BackupError
from privacy_crm.restoring import replay


@dataclass(frozen=True)
class Restored:
    """What was restored: of when it is, and how far it is behind the journal; None where that cannot be read."""

    made_at: str
    database_number: int
    journal_number: int | None
    notes: tuple[str, ...]


def restore(where: str, *, replace: bool, at: dt.datetime) -> Restored:
    """Restore one backup, over what is there only where `replace` says so. Raises BackupError; then nothing is changed
    but what `replace` has emptied.
    """
    place, name = places.split(where)
    with tempfile.TemporaryDirectory(dir=places.roomy()) as directory:
        fetched = Path(directory) / "fetched.tar"
        place.fetch(name, fetched)
        manifest = _read(fetched, Path(directory))
        notes = _check_keys(manifest)
        _make_room(replace=replace)
        postgres.restore(Path(directory) / DATABASE)
        connection.close()
        call_command("migrate", verbosity=0, interactive=False)
        _bring_media(fetched)
    return Restored(manifest["made_at"], numbers.in_database(), _begin(at), (*notes, *_torn()))


def _read(fetched: Path, directory: Path) -> dict[str, Any]:
    """Return what a backup says of itself, once its database is whole beside it."""
    try:
        with tarfile.open(fetched) as tar:
            tar.extract(MANIFEST, directory, filter="data")
            tar.extract(DATABASE, directory, filter="data")
        manifest: dict[str, Any] = json.loads((directory / MANIFEST).read_text())
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise BackupError("This file is not one of our backups, or it is incomplete.") from error
    if digest(directory / DATABASE) != manifest["sha256"][DATABASE]:
        raise BackupError("The backup is damaged: its database is not what was written.")
    return manifest


def _check_keys(manifest: dict[str, Any]) -> tuple[str, ...]:
    """Raise BackupError where objections and deletions could not be recognised; tell of what else is lost."""
    ours = fingerprints()
    differing = [name for name, known in manifest["keys"].items() if known not in ours.get(name, ())]
    if "SUPPRESSION_KEY" in differing:
        raise BackupError(
            "SUPPRESSION_KEY has changed since the backup: no objection would be recognised. Set the key of then."
        )
    return tuple(f"{name} has changed since the backup: links in earlier mails no longer open." for name in differing)


def _make_room(*, replace: bool) -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if tables and not replace:
            raise BackupError("The database is not empty. Name an empty one, or say --replace to delete what it has.")
        if tables:
            _end_others(cursor)
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()


_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"""


def _end_others(cursor: Any) -> None:
    """End the connections of whatever was not stopped: over a new one, each finds the doors closed."""
    cursor.execute(_OTHERS)


def _bring_media(fetched: Path) -> None:
    with tarfile.open(fetched) as tar:
        for entry in tar:
            opened = tar.extractfile(entry) if entry.name.startswith(MEDIA) else None
            if opened:
                name = entry.name.removeprefix(MEDIA)
                default_storage.delete(name)
                default_storage.save(name, File(opened))


def _torn() -> tuple[str, ...]:
    """Tell of a journal whose end is torn: what stood there is nowhere else any more."""
    with suppress(JournalError):
        if (torn := segments.torn_after(stores.configured())) is not None:
            return (f"The journal is torn after line {torn}. If you have a copy of its last file, put it back now.",)
    return ()


def _begin(at: dt.datetime) -> int | None:
    """Have mails wait and sessions end, also where nothing of the journal is to be replayed."""
    try:
        journal = numbers.in_journal()
    except JournalError:
        replay.begin(journal_number=numbers.in_database(), at=at)
        return None
    replay.begin(journal_number=journal, at=at)
    return journal
