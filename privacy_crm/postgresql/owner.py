"""The owner of the tables, as whom migrations and restores connect; all else is done as the application (ADR 0065)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections


@contextmanager
def connected(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Have the connection of this thread be the owner's meanwhile; where one role is both, or it is already, nothing
    changes.
    """
    application = connections[alias]
    if application.settings_dict["USER"] == settings.OWNER_DATABASE["USER"]:
        yield
        return
    application.close()
    owner = connections.create_connection(alias)
    owner.settings_dict = application.settings_dict | settings.OWNER_DATABASE
    connections[alias] = owner
    try:
        yield
    finally:
        owner.close()
        connections[alias] = application


def end_others() -> None:
    """End the connections of whatever was not stopped before a restore: over a new one, each finds the doors closed."""
    with connection.cursor() as cursor:
        cursor.execute(_END, {"application": settings.APPLICATION_ROLE})


# Of others than these two nothing is ended, nor where the owner is no member of the application's role.
_END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND usename IN (current_user, %(application)s) AND pg_has_role(usesysid, 'USAGE')"""
