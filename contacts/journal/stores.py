"""Where the segments of the journal are: a directory on another volume, or a bucket that speaks S3 (JOURNAL_URL).

Both do four things. A file is written beside the old one, flushed to the disk, and takes its place at once; a bucket
does as much for each object.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings

_NAME = re.compile(r"\d{20}\.jsonl")  # of ours: what somebody else put beside them is none


class JournalError(Exception):
    """The journal cannot be read or written; the message says why, without a line of it."""


class Store(Protocol):
    """Texts by name. What `write` returned from is durable, and whole or not there."""

    url: str

    def names(self) -> list[str]:
        """Return the names of all texts, in their order."""

    def read(self, name: str) -> bytes: ...

    def write(self, name: str, text: bytes) -> None: ...

    def remove(self, name: str) -> None: ...


def configured() -> Store:
    return of(settings.JOURNAL_URL)


@cache
def of(url: str) -> Store:
    """Return the store of a URL: file:///directory, or s3://bucket/prefix. Raises JournalError for any other."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return Directory(url, Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        return Bucket(url, parts.netloc, parts.path.strip("/"))
    raise JournalError("JOURNAL_URL is file:///directory or s3://bucket/prefix.")


class Directory:
    """A directory of files, which nobody but the product's account reads."""

    def __init__(self, url: str, path: Path) -> None:
        self.url, self.path = url, path

    def names(self) -> list[str]:
        with _told():
            return sorted(each.name for each in self.path.glob("*.jsonl") if _NAME.fullmatch(each.name))

    def read(self, name: str) -> bytes:
        with _told():
            return (self.path / name).read_bytes()

    def write(self, name: str, text: bytes) -> None:
        with _told():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = self.path / f".{name}.part"
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path / name)
            self._flush()

    def remove(self, name: str) -> None:
        with _told():
            (self.path / name).unlink(missing_ok=True)
            self._flush()

    def _flush(self) -> None:
        """Have the directory itself on the disk: it knows the name."""
        directory = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


class Bucket:
    """Objects in a bucket, which S3 keeps whole and replaces at once.

    Keys, region and endpoint are those that boto3 finds in the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3 …).
    """

    def __init__(self, url: str, bucket: str, prefix: str) -> None:
        self.url, self.bucket, self.prefix = url, bucket, f"{prefix}/" if prefix else ""

    @property
    def client(self) -> Any:
        return s3_client()

    def names(self) -> list[str]:
        with _told():
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
            keys = [found["Key"].removeprefix(self.prefix) for page in pages for found in page.get("Contents", [])]
            return sorted(key for key in keys if _NAME.fullmatch(key))

    def read(self, name: str) -> bytes:
        with _told():
            return bytes(self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read())

    def write(self, name: str, text: bytes) -> None:
        with _told():
            self.client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=text, ChecksumAlgorithm="SHA256")

    def remove(self, name: str) -> None:
        with _told():
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)


@cache
def s3_client() -> Any:
    import boto3  # noqa: PLC0415 - a second to load, for those alone who use it (ADR 0032)
    from botocore.config import Config  # noqa: PLC0415

    quick = Config(connect_timeout=5, read_timeout=20, retries={"max_attempts": 2, "mode": "standard"})
    return boto3.client("s3", config=quick)


@contextmanager
def _told() -> Iterator[None]:
    """Tell what goes wrong with a disk or a bucket in one word, whichever it is."""
    try:
        yield
    except OSError as error:
        raise JournalError(f"{type(error).__name__}: {error.strerror or error}") from error
    except Exception as error:
        if is_of_a_bucket(error):
            raise JournalError(type(error).__name__) from error
        raise


def is_of_a_bucket(error: Exception) -> bool:
    """Tell whether it is what boto3 says of a bucket, without loading it."""
    return type(error).__module__.split(".")[0] in {"boto3", "botocore"}
