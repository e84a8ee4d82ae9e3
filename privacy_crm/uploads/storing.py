"""Where uploaded lists are kept: in a folder, or in a storage for objects that several machines share.

A list is read by its path. From a storage it is copied for that into a file without a name, which is gone with the
process that reads it, also where that is killed.
"""

from __future__ import annotations

import datetime as dt
import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.utils.translation import gettext as _

from contacts.models import Upload
from privacy_crm.crm_import.reading import UnreadableError

log = structlog.get_logger(__name__)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_FOLDER = "uploads"
UNPACKED = ".csv"


def storage() -> Storage:
    kept: Storage = Upload.file.field.storage
    return kept


def name_of(public_id: object) -> str:
    """Return the name that a new upload is kept under: it tells nothing."""
    return f"{_FOLDER}/{public_id}"


def files(name: str) -> tuple[str, str, str]:
    """Return the files that an upload may have: what was sent, the CSV that it is unpacked into, its first rows."""
    sent = name.removesuffix(UNPACKED)
    return sent, sent + UNPACKED, f"{sent}.first"


def part(upload: Upload, number: int) -> str:
    """Return the file of a part of its rows that are checked."""
    return f"{files(str(upload.file))[0]}.part{number}"


def of(upload: Upload) -> list[str]:
    """Return every file that an upload may have."""
    return [*files(str(upload.file)), *(part(upload, number) for number in range(len(upload.checked)))]


def put(name: str, content: File[bytes]) -> None:
    """Keep a file under this very name, in place of one that a worker may have left there when it died."""
    storage().delete(name)
    storage().save(name, content)


@contextmanager
def local(name: str) -> Iterator[Path]:
    """Have a kept file at a path of this machine. Raises OSError where it is gone."""
    try:
        path = storage().path(name)
    except NotImplementedError:
        with storage().open(name) as kept, scratch() as copy:
            shutil.copyfileobj(kept, copy)
            copy.flush()
            yield Path(f"/proc/self/fd/{copy.fileno()}")
    else:
        yield Path(path)


@contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """Have a file without a name, on the disk that uploads wait on."""
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as stream:
        yield stream


@contextmanager
def room() -> Iterator[None]:
    """Turn the error of a full disk into one that can be read: raises UnreadableError for it."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        log.warning("upload.no_room")
        raise UnreadableError(_("There is no room for the file. Ask those who operate the system.")) from error


def strays(named: set[str], *, before: dt.datetime) -> list[str]:
    """Return the files that are none of these, and were there before."""
    try:
        _folders, found = storage().listdir(_FOLDER)
    except FileNotFoundError:
        return []
    unknown = [f"{_FOLDER}/{file}" for file in found if f"{_FOLDER}/{file}" not in named]
    return [name for name in unknown if _was_there(name, before)]


def _was_there(name: str, before: dt.datetime) -> bool:
    with suppress(FileNotFoundError):  # somebody else deleted it
        return storage().get_modified_time(name) <= before
    return False
