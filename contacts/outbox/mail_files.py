"""Mails written into files instead of being sent, for development: stored copies, which go by themselves.

Each mail has a file of its own, named after a keyed hash of whom it is to, so that a person's are found without being
read. A file is deleted after 24 hours, and at once where the person is.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends import filebased

from contacts.words.addresses import MalformedAddressError, every_hash, keyed_hash, normalise

KEPT_FOR = dt.timedelta(hours=24)

_ENDING = ".log"
_SHORT = 32  # characters of a hash: a name of a file holds several


class EmailBackend(filebased.EmailBackend):
    """`file_path` is the directory, as for Django's own."""

    def open(self) -> bool:
        return False  # there is nothing to keep open from one mail to the next

    def close(self) -> None:
        pass

    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            self._write(message)
        return len(email_messages)

    def _write(self, message: Any) -> None:
        moment = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S-%f")
        whose = "+".join(sorted({_hash(address) for address in message.recipients()}))
        path = Path(self.file_path) / f"{moment}-{whose}-{uuid.uuid4().hex[:8]}{_ENDING}"
        path.touch(mode=0o600)
        try:
            path.write_bytes(message.message().as_bytes() + b"\n")
        except OSError:  # such as a full disk: the mail is written again, and half of it would be a second one
            path.unlink(missing_ok=True)
            raise


def forget(addresses: Iterable[str]) -> int:
    """Delete the mails to any of these normalised addresses, and return how many there were."""
    hashes = {each[:_SHORT] for address in addresses for each in every_hash(address)}
    return _unlink(path for path in _files() if any(each in path.name for each in hashes))


def sweep(at: dt.datetime) -> int:
    """Delete the mails that are older than KEPT_FOR at `at`, and return how many there were."""
    oldest = (at - KEPT_FOR).timestamp()
    return _unlink(path for path in _files() if _written(path) <= oldest)


def _files() -> Iterable[Path]:
    """The mails of every mailer that writes files; none where mail is sent."""
    directories = {mailer.get("OPTIONS", {}).get("file_path") for mailer in settings.MAILERS.values()}
    for directory in filter(None, directories):
        yield from Path(directory).glob(f"*{_ENDING}")


def _unlink(paths: Iterable[Path]) -> int:
    number = 0
    for path in list(paths):
        path.unlink(missing_ok=True)
        number += 1
    return number


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # somebody was faster
        return float("inf")


def _hash(address: str) -> str:
    """Return the keyed hash of an address, shortened."""
    try:
        return keyed_hash(normalise(parseaddr(address)[1]))[:_SHORT]
    except MalformedAddressError:
        return "unknown"
