"""Who waits for a lock: asked of PostgreSQL, since several runs and workers may share it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


def somebody_waits_for_us() -> bool:
    """Also within a transaction, during which `pg_stat_activity` stands still."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None


@contextmanager
def locked(table: str, condition: str, *values: Any) -> Iterator[None]:
    """Hold rows, as a transaction of somebody else does."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE {condition} FOR UPDATE", values)  # noqa: S608  the test's own
            assert cursor.fetchall(), "nothing to hold on to"
        yield
    finally:
        other.rollback()
        other.close()
