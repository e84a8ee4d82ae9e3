"""What one process does at a time: a lock of PostgreSQL's own, which dies with the connection of who holds it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from contacts.base.limits import NONE, limits


@contextmanager
def if_nobody_else(lock: int) -> Iterator[bool]:
    """Hold a lock where it is free, and yield whether it was, at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%(lock)s)", {"lock": lock})
        (ours,) = cursor.fetchone()
    try:
        yield bool(ours)
    finally:
        if ours:
            _give_back(lock)


@contextmanager
def after_the_others(lock: int) -> Iterator[None]:
    """Hold a lock; wait, for however long, while another process holds it."""
    with limits(statement=NONE, lock=NONE), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%(lock)s)", {"lock": lock})
    try:
        yield
    finally:
        _give_back(lock)


def _give_back(lock: int) -> None:
    """A connection that is lost has given it back; one that looks whole and is not may not be used again."""
    if connection.connection is None or not connection.is_usable():
        connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%(lock)s)", {"lock": lock})
