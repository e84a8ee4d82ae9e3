"""Start the servers with the first connection to the database, rather than because settings were imported."""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection

from .places import EmbeddedError
from .starting import start


def connecting(var_dir: Path) -> Callable[..., connection]:
    """Return a `connection_factory` of psycopg2 that finds the servers of a VAR_DIR running.

    Valkey starts with PostgreSQL. Whatever uses it beside the broker, such as a limit of a form, has asked the
    database before.
    """

    def connect(dsn: str, **options: Any) -> connection:
        ensure(var_dir)
        return connection(dsn, **options)

    return connect


@cache
def ensure(var_dir: Path) -> None:
    """Start the servers once in a process. Without them it ends with one line, since a traceback would bury it."""
    try:
        start(var_dir)
    except EmbeddedError as problem:
        sys.stderr.write(f"privacy_crm: {problem}\n")
        raise SystemExit(2) from None
