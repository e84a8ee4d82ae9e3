"""Where backups lie: a directory, or a bucket that speaks S3 (BACKUP_URL, or what a command names)."""

import datetime as dt
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings

from contacts.journal import stores

_NAME = re.compile(r"privacy-crm-(\d{8}T\d{6})Z\.tar")


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message says why and what to do."""


class Place(Protocol):
    def names(self) -> list[str]: ...
    def save(self, file: Path, name: str) -> None: ...
    def fetch(self, name: str, into: Path) -> None: ...
    def remove(self, name: str) -> None: ...


def name_of(at: dt.datetime) -> str:
    """Return what a backup of a moment is called."""
    return f"privacy-crm-{at.astimezone(dt.UTC):%Y%m%dT%H%M%S}Z.tar"


def made_at(name: str) -> dt.datetime | None:
    """Return when a backup was made, by its name; None for any other file."""
    found = _NAME.fullmatch(name)
    return dt.datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC) if found else None


def of(where: str) -> Place:
    """Return the place of a directory or a URL. Raises BackupError for a URL of another kind."""
    parts = urlsplit(where)
    if parts.scheme == "s3" and parts.netloc:
        return Bucket(parts.netloc, parts.path.strip("/"))
    if parts.scheme in {"", "file"}:
        return Directory(Path(unquote(parts.path)))
    raise BackupError("A backup is kept in a directory, or at s3://bucket/prefix.")


def roomy() -> Path:
    """Return where a whole dump has room: where TMPDIR says, or beside our own files, since /tmp may be memory."""
    if os.environ.get("TMPDIR"):
        return Path(tempfile.gettempdir())
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.VAR_DIR)


def split(where: str) -> tuple[Place, str]:
    """Return the place of one backup, and its name there."""
    place, _, name = where.rpartition("/")
    return of(place or "."), name


class Directory:
    """A directory, in which a file appears when it is whole and on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        return sorted(each.name for each in self.path.glob("privacy-crm-*.tar"))

    def save(self, file: Path, name: str) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.path / f".{name}.part"
        with file.open("rb") as source, os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        beside.replace(self.path / name)

    def fetch(self, name: str, into: Path) -> None:
        if not (self.path / name).is_file():
            raise BackupError(f"There is no backup {self.path / name}.")
        shutil.copyfile(self.path / name, into)

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)


class Bucket:
    """A bucket, in which an object appears when it is whole."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket, self.prefix = bucket, f"{prefix}/" if prefix else ""

    def names(self) -> list[str]:
        pages = stores.s3_client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        keys = [found["Key"].removeprefix(self.prefix) for page in pages for found in page.get("Contents", [])]
        return sorted(key for key in keys if made_at(key))

    def save(self, file: Path, name: str) -> None:
        stores.s3_client().upload_file(str(file), self.bucket, self.prefix + name)

    def fetch(self, name: str, into: Path) -> None:
        if name not in self.names():
            raise BackupError(f"There is no backup s3://{self.bucket}/{self.prefix}{name}.")
        stores.s3_client().download_file(self.bucket, self.prefix + name, str(into))

    def remove(self, name: str) -> None:
        stores.s3_client().delete_object(Bucket=self.bucket, Key=self.prefix + name)
