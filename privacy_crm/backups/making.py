"""Make a backup: the database at one moment, the media, and what a restore has to know, in one file.

Left out are dietary needs, which no hold and no backup may keep (P8), and lists on their way in, which go after a day.
"""

import datetime as dt
import hashlib
import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction

from contacts.journal import numbers
from contacts.models import FoodPreference
from contacts.words import keys
from privacy_crm.backups import places, postgres

DATABASE, MANIFEST, MEDIA = "database.dump", "manifest.json", "media/"

_LEFT_OUT = "uploads"  # of the media


def make(where: str, *, at: dt.datetime) -> str:
    """Make a backup in a place, delete those whose days are over, and return its name. Raises BackupError."""
    place, name = places.of(where), places.name_of(at)
    with tempfile.TemporaryDirectory(dir=places.roomy()) as directory:
        made = _write(Path(directory), at)
        place.save(made, name)
    for old in place.names():
        if expired(old, at=at):
            place.remove(old)
    return name


def expired(name: str, *, at: dt.datetime) -> bool:
    """Tell whether a backup has to be gone: people were told the day."""
    made = places.made_at(name)
    return made is not None and made <= at - dt.timedelta(days=settings.BACKUP_DAYS)


def fingerprints() -> dict[str, list[str]]:
    """Return by what a restore knows the keys again, without which coded addresses say nothing.

    Of each, the one that is in use comes first; the others are of before it was changed.
    """
    known = {"SUPPRESSION_KEY": keys.known(), "SECRET_KEY": [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]}
    return {name: [_fingerprint(name, key) for key in each] for name, each in known.items()}


def _fingerprint(name: str, key: str) -> str:
    return hashlib.sha256(f"fingerprint:{name}:{key}".encode()).hexdigest()[:16]


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write(directory: Path, at: dt.datetime) -> Path:
    dumped, made = directory / DATABASE, directory / "made.tar"
    with _snapshot() as (snapshot, number):
        postgres.dump(dumped, snapshot=snapshot, without=[FoodPreference._meta.db_table])
    manifest: dict[str, Any] = {
        "format": 1,
        "made_at": at.isoformat(),
        "journal_number": number,
        "keys": {name: in_use for name, (in_use, *_earlier) in fingerprints().items()},
        "sha256": {DATABASE: digest(dumped)},
    }
    (directory / MANIFEST).write_text(json.dumps(manifest, indent=1))
    with tarfile.open(made, "w") as tar:
        tar.add(directory / MANIFEST, MANIFEST)
        tar.add(dumped, DATABASE)
        for name in _media(""):
            _add(tar, name)
    return made


@contextmanager
def _snapshot() -> Iterator[tuple[str, int]]:
    """Hold one moment of the database, and tell its name and the journal's number then."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        yield snapshot, numbers.in_database()


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
