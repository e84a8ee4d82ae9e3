"""Where the servers of one VAR_DIR keep what is theirs, and who may own it."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path


class EmbeddedError(Exception):
    """The servers cannot be had. The message is one line that says why."""


@dataclass(frozen=True)
class Places:
    """The files under one VAR_DIR, given by its real path."""

    var: Path

    @property
    def servers(self) -> Path:
        return self.var / "servers"

    @property
    def users_lock(self) -> Path:
        return self.servers / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.servers / "keeper.lock"

    @property
    def state(self) -> Path:
        return self.servers / "state.json"

    @property
    def address(self) -> Path:
        """A link to the directory of the sockets: its name is known before anything of a VAR_DIR is there."""
        return _temporary() / short_name(self.var)

    def log(self, name: str) -> Path:
        return self.servers / f"{name}.log"


def places_of(var_dir: Path) -> Places:
    return Places(Path(os.path.realpath(var_dir)))


def prepare(var_dir: Path) -> Places:
    """The places of a VAR_DIR that exists and is the caller's own; EmbeddedError otherwise."""
    places = places_of(var_dir)
    try:
        if not places.var.is_dir():
            places.var.mkdir(parents=True, exist_ok=True)
        _refuse_foreign(places.var)
        private_directory(places.servers)
    except OSError as error:
        raise EmbeddedError(f"VAR_DIR {str(places.var)!r} cannot be used: {error.strerror}") from error
    return places


def _refuse_foreign(var: Path) -> None:
    owner = var.stat().st_uid
    if owner != os.geteuid():
        raise EmbeddedError(f"VAR_DIR {str(var)!r} belongs to another account (uid {owner})")
    if not os.access(var, os.R_OK | os.W_OK | os.X_OK):
        raise EmbeddedError(f"VAR_DIR {str(var)!r} is not writable")


def private_directory(path: Path) -> Path:
    """Make a directory that nobody else can list or write to, or refuse one that is not the caller's own."""
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EmbeddedError(f"{str(path)!r} is not a directory of this account: remove it")
    # Root's PostgreSQL runs as another account, which has to pass through to its own directories below.
    path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return path


def run_directory(places: Places) -> Path:
    """The directory of the sockets, whose paths must stay below 104 bytes however long VAR_DIR is.

    The lock file's inode is part of the name: where VAR_DIR was deleted and made anew, the servers of the old one
    are still there for a moment and must not meet those of the new one.
    """
    lock = places.users_lock.stat()
    return private_directory(_temporary() / short_name(places.var, lock.st_dev, lock.st_ino))


def _temporary() -> Path:
    """TMPDIR may be as long as VAR_DIR, so it only serves where /tmp does not."""
    return Path(next((b for b in ("/tmp", tempfile.gettempdir()) if os.access(b, os.W_OK)), "/tmp"))  # noqa: S108


def short_name(*parts: object) -> str:
    key = "\0".join(str(part) for part in parts)
    return f"privacy-crm-{hashlib.sha256(os.fsencode(key)).hexdigest()[:16]}"
