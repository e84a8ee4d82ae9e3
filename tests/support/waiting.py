"""Who waits for a lock: asked of PostgreSQL, since several runs and workers may share it."""

from django.db import connection


def somebody_waits_for_us() -> bool:
    """Also within a transaction, during which `pg_stat_activity` stands still."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None
