"""Make a backup: the database at one moment, the media, and what a restore has to know, in one file.

Left out are dietary needs, which no hold and no backup may keep (P8), and lists on their way in, which go after a day.
So is the journal's number: a restore enters it at its end, and a database that has none opens to nobody.
"""

import datetime as dt
import hashlib
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction

from contacts.base.limits import NONE, limits
from contacts.journal import numbers
from contacts.journal.numbers import UnfinishedError
from contacts.models import FoodPreference, JournalNumber
from contacts.people import rekeying
from contacts.words import keys
from privacy_crm.backups import places, postgres
from privacy_crm.backups.places import BackupError

FORMAT = 2
DATABASE, MANIFEST, MEDIA = "database.dump", "manifest.json", "media/"

_LEFT_OUT = "uploads"  # of the media
_WITHOUT = [FoodPreference._meta.db_table, JournalNumber._meta.db_table]


def make(where: str, *, at: dt.datetime) -> str:
    """Make a backup in a place, and return its name. Raises BackupError."""
    place, name = places.of(where), places.name_of(at)
    with places.desk(at=at) as directory:
        made = _write(directory, at)
        place.save(made, name)
    return name


def expire(where: str, *, at: dt.datetime) -> None:
    """Delete the backups in a place whose days are over."""
    place = places.of(where)
    for name in place.names():
        if expired(name, at=at):
            place.remove(name)


def expired(name: str, *, at: dt.datetime) -> bool:
    """Tell whether a backup has to be gone: people were told the day."""
    made = places.made_at(name)
    return made is not None and made <= at - dt.timedelta(days=settings.BACKUP_DAYS)


def needed_keys() -> list[str]:
    """Return the fingerprints of the keys without which coded addresses say nothing: all that something is under, and
    the one that the next is hashed under.
    """
    return sorted({keys.fingerprint(keys.first()), *rekeying.named()})


def sealed_by(key: str) -> str:
    """Return by what a restore knows a SECRET_KEY again."""
    return hashlib.sha256(f"fingerprint:SECRET_KEY:{key}".encode()).hexdigest()[:16]


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write(directory: Path, at: dt.datetime) -> Path:
    dumped, made = directory / DATABASE, directory / "made.tar"
    with _snapshot() as snapshot:
        manifest = _said(at)
        postgres.dump(dumped, snapshot=snapshot, without=_WITHOUT)
    manifest["sha256"] = {DATABASE: digest(dumped)}
    (directory / MANIFEST).write_text(json.dumps(manifest, indent=1))
    with tarfile.open(made, "w") as tar:
        tar.add(directory / MANIFEST, MANIFEST)
        tar.add(dumped, DATABASE)
        for name in _media(""):
            _add(tar, name)
    return made


def _said(at: dt.datetime) -> dict[str, Any]:
    """Return what a backup says of itself. Raises BackupError where the database is itself half a restore."""
    try:
        journal = {"journal_number": numbers.in_database(), "journal_left": numbers.left()}
    except UnfinishedError as error:
        raise BackupError(str(error)) from error
    known = {"SUPPRESSION_KEYS": needed_keys(), "SECRET_KEY": sealed_by(settings.SECRET_KEY)}
    return {"format": FORMAT, "made_at": at.isoformat(), **journal, "keys": known}


@contextmanager
def _snapshot() -> Iterator[str]:
    """Hold one moment of the database, for as long as a dump takes, and tell its name."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        with limits(idle=NONE):
            yield snapshot


def _media(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        if f"{folder}{name}" != _LEFT_OUT:
            yield from _media(f"{folder}{name}/")


def _add(tar: tarfile.TarFile, name: str) -> None:
    with default_storage.open(name) as opened:
        entry = tarfile.TarInfo(MEDIA + name)
        entry.size, entry.mode = default_storage.size(name), 0o640
        tar.addfile(entry, opened.file)
