"""How long statements, waits for a lock and idle transactions may last, where it is not as everywhere (ADR 0048)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from django.db import Error, OperationalError, connection, transaction
from psycopg2.errors import QueryCanceled

NONE = "0"  # as PostgreSQL writes it
OF_A_PAGE = "20s"  # beyond, nobody waits for a page any more, and there are few threads

_NOW = "SELECT name, current_setting(name) FROM unnest(%(names)s::text[]) AS setting (name)"
_SET = """
    SELECT set_config(name, value, %(local)s)
    FROM unnest(%(names)s::text[], %(values)s::text[]) AS setting (name, value)"""


class TooLongError(Exception):
    """A page would have to wait too long for what it asks of the database."""


@contextmanager
def of_a_page() -> Iterator[None]:
    """Let what a page asks about everybody last as long as somebody waits for it. Raises TooLongError beyond."""
    try:
        with transaction.atomic(), limits(statement=OF_A_PAGE):
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooLongError from error
        raise


@contextmanager
def limits(*, statement: str = "", lock: str = "", idle: str = "") -> Iterator[None]:
    """Let each statement, each wait for a lock, and each pause in a transaction last so long meanwhile.

    They are durations as PostgreSQL writes them, such as "15min"; what is left out stays as it is. Within a transaction
    they end with it at the latest.
    """
    given = {"statement_timeout": statement, "lock_timeout": lock, "idle_in_transaction_session_timeout": idle}
    wanted = {name: value for name, value in given.items() if value}
    with connection.cursor() as cursor:
        cursor.execute(_NOW, {"names": list(wanted)})
        before = dict(cursor.fetchall())
    _set(wanted)
    try:
        yield
    finally:
        # A connection that is lost has lost them, and a transaction that failed takes them back itself.
        with suppress(Error):
            _set(before)


def _set(wanted: Mapping[str, str]) -> None:
    with connection.cursor() as cursor:
        local = connection.in_atomic_block
        cursor.execute(_SET, {"names": list(wanted), "values": list(wanted.values()), "local": local})
