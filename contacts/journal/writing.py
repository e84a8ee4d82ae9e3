"""Owe the journal a line, in the transaction of the act that it is about. The database numbers it at the very end.

No line has a name, an address or a text that somebody typed: random numbers, keyed hashes, codes and days alone.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extras import Json

from contacts.base import merge_redirects
from contacts.base.rows import insert
from contacts.journal import numbers, shipping
from contacts.models import JournalLine
from contacts.words.journal import JournalAct

_NONE: Mapping[str, Any] = MappingProxyType({})

_replaying: ContextVar[bool] = ContextVar("replaying", default=False)


def write(
    act: JournalAct,
    public_ids: Collection[uuid.UUID] = (),
    *,
    hashes: Mapping[str, str] = _NONE,
    at: dt.datetime,
    **details: Any,
) -> None:
    """Write one line. It names each record also by the numbers of those that were merged into it.

    In a backup from before the merge, they are two. Raises BehindError where the database is older than the journal,
    and writes nothing while the journal is replayed: the line is there.
    """
    if _replaying.get():
        return
    numbers.check()
    known = merge_redirects.with_earlier(public_ids) if public_ids else []
    insert(JournalLine(at=at, act=act, public_ids=known, hashes=dict(hashes), details=details))
    shipping.soon()


_WRITE_FOUND = sql.SQL("""
    INSERT INTO contacts_journalline (at, act, public_ids, hashes, details)
    SELECT %(at)s, %(act)s, '{{}}', jsonb_build_object(found.address_hash, found.mailbox_hash),
        %(details)s::jsonb || found.details
    FROM ({}) found""")


def write_found(
    act: JournalAct,
    query: sql.Composable,
    *,
    values: Mapping[str, Any] = _NONE,
    at: dt.datetime,
    **details: Any,
) -> None:
    """Write a line for each address that a query finds (address_hash, mailbox_hash, details), in one statement."""
    if _replaying.get():
        return
    numbers.check()
    said: dict[str, Any] = {"at": at, "act": act.value, "details": Json(details)}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_FOUND.format(query), {**values, **said})
    shipping.soon()


@contextmanager
def replaying() -> Iterator[None]:
    """Let acts do what they do without owing the journal what it has said already."""
    token = _replaying.set(True)
    try:
        with transaction.atomic():
            yield
    finally:
        _replaying.reset(token)
