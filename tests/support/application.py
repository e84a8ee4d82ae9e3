"""The application's role in a test whose own connection is the owner's."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg2 import sql

from privacy_crm.settings import APPLICATION_ROLE


@contextmanager
def as_application() -> Iterator[None]:
    """Be the application's role meanwhile, within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(APPLICATION_ROLE)))
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
