"""What was done, by whom and to which record: ids and codes, never a value."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection

from contacts.base.rows import insert
from contacts.models import AuditEvent


def record(code: str, *, at: dt.datetime, by: str, public_id: uuid.UUID | None = None, rule: str = "") -> None:
    """Write one event."""
    insert(AuditEvent(at=at, by=by, code=code, public_id=public_id, rule=rule))


def record_found(
    code: str, query: str, *, values: Iterable[Any] = (), at: dt.datetime, by: str, rule: str = ""
) -> None:
    """Write one event for each record whose public_id a query with these values finds, however many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_auditevent (at, by, code, public_id, rule)"  # noqa: S608
            f" SELECT %s, %s, %s, found.public_id, %s FROM ({query}) found",
            [at, by, code, rule, *values],
        )


def record_each(code: str, public_ids: Iterable[uuid.UUID], *, at: dt.datetime, by: str, rule: str) -> None:
    """Write one event for each record, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_auditevent (at, by, code, public_id, rule) SELECT %s, %s, %s, unnest(%s::uuid[]), %s",
            [at, by, code, [str(public_id) for public_id in public_ids], rule],
        )
