"""Restore a backup: the database whole or not at all, then the media. What the journal knows is replayed at the start.

Nobody gets in before. Broken off, wherever it is, the database opens to nobody: its number comes last. Whoever restores
says so, since only an empty database is written to without a word.
"""

import datetime as dt
import json
import tarfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction

from contacts.journal import numbers, segments, stores
from contacts.journal.stores import JournalError
from contacts.models import JournalNumber
from contacts.people import rekeying
from contacts.words import keys
from privacy_crm.backups import places, postgres
from privacy_crm.backups.making import DATABASE, FORMAT, MANIFEST, MEDIA, digest, sealed_by
from privacy_crm.backups.places import BackupError
from privacy_crm.postgresql import owner, rights
from privacy_crm.restoring import replay


@dataclass(frozen=True)
class Restored:
    """What was restored: of when it is, and how far it is behind the journal; None where that cannot be read."""

    made_at: str
    database_number: int
    journal_number: int | None
    notes: tuple[str, ...]


def restore(where: str, *, replace: bool, journal_lost: bool = False, at: dt.datetime) -> Restored:
    """Restore one backup, over what is there only where `replace` says so, and without a whole journal only where it is
    said to be lost. Raises BackupError; what has to be there is looked for before anything is changed.
    """
    place, name = places.split(where)
    with places.desk(at=at) as directory:
        fetched = directory / "fetched.tar"
        place.fetch(name, fetched)
        manifest = _read(fetched, directory)
        notes = _check_keys(manifest["keys"])
        if not journal_lost:
            _check_journal(manifest["journal_left"])
        postgres.find("pg_restore")
        with owner.connected():
            _make_room(replace=replace)
            postgres.restore(directory / DATABASE)
            connection.close()
            call_command("migrate", verbosity=0, interactive=False)
        rekeying.rekey()  # it may be from before a rotation
        journal_number = _begin(manifest["journal_number"], at)
        _bring_media(fetched)
    return Restored(manifest["made_at"], manifest["journal_number"], journal_number, (*notes, *_torn()))


def _read(fetched: Path, directory: Path) -> dict[str, Any]:
    """Return what a backup says of itself, once its database is whole beside it."""
    try:
        with tarfile.open(fetched) as tar:
            tar.getmembers()  # to its end
            tar.extract(MANIFEST, directory, filter="data")
            tar.extract(DATABASE, directory, filter="data")
        manifest: dict[str, Any] = json.loads((directory / MANIFEST).read_text())
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise BackupError("This file is not one of our backups, or it is incomplete.") from error
    if manifest["format"] != FORMAT:
        raise BackupError("This backup was made by another version, which this one cannot read.")
    if digest(directory / DATABASE) != manifest["sha256"][DATABASE]:
        raise BackupError("The backup is damaged: its database is not what was written.")
    return manifest


def _check_keys(needed: dict[str, Any]) -> tuple[str, ...]:
    """Raise BackupError where objections and deletions could not be recognised; tell of what else is lost."""
    missing = set(needed["SUPPRESSION_KEYS"]) - {keys.fingerprint(key) for key in keys.known()}
    if missing:
        raise BackupError(
            f"SUPPRESSION_KEYS lacks the key {', '.join(sorted(missing))} of the backup: objections would not be"
            " recognised. Set it, after the key that comes first."
        )
    if needed["SECRET_KEY"] in map(sealed_by, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]):
        return ()
    return ("SECRET_KEY has changed since the backup: links in earlier mails no longer open.",)


def _check_journal(had_left: int) -> None:
    """Raise BackupError where the journal lacks what it had when the backup was made. One that cannot be read keeps
    the doors closed until it can.
    """
    try:
        last = segments.tail(stores.configured()).last
    except JournalError:
        return
    if last < had_left:
        raise BackupError(
            f"The journal ends at line {last}, and had line {had_left} when the backup was made. Is JOURNAL_URL right,"
            " and its volume there? If it is lost for good, say --journal-lost: what people asked for since is undone."
        )


def _make_room(*, replace: bool) -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if tables and not replace:
            raise BackupError("The database is not empty. Name an empty one, or say --replace to delete what it has.")
        if not rights.is_owner():
            raise BackupError("This role does not own the tables: name the one that does in OWNER_DATABASE_URL.")
        if tables:
            owner.end_others()
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()


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


@transaction.atomic
def _begin(number: int, at: dt.datetime) -> int | None:
    """Enter the number, and have mails wait and sessions end, also where nothing of the journal is to be replayed."""
    JournalNumber.objects.update_or_create(pk=1, defaults={"last": number})
    try:
        journal = numbers.in_journal()
    except JournalError:
        replay.begin(journal_number=number, at=at)
        return None
    replay.begin(journal_number=journal, at=at)
    return journal
