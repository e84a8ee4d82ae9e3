"""What was done, by whom and to which record: ids and codes, never a value."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.db import connection
from psycopg2 import sql

from contacts.base.rows import insert
from contacts.models import AuditEvent


def record(code: str, *, at: dt.datetime, by: str, public_id: uuid.UUID | None = None, rule: str = "") -> None:
    """Write one event."""
    insert(AuditEvent(at=at, by=by, code=code, public_id=public_id, rule=rule))


_RECORD_FOUND = sql.SQL("""
    INSERT INTO contacts_auditevent (at, by, code, public_id, rule)
    SELECT %(at)s, %(by)s, %(code)s, found.public_id, %(rule)s FROM ({}) found""")

_RECORD_EACH = """
    INSERT INTO contacts_auditevent (at, by, code, public_id, rule)
    SELECT %(at)s, %(by)s, %(code)s, unnest(%(numbers)s::uuid[]), %(rule)s"""


_RECORD_RULES = """
    INSERT INTO contacts_auditevent (at, by, code, rule) SELECT %(at)s, %(by)s, %(code)s, unnest(%(rules)s::text[])"""


def record_rules(code: str, rules: Iterable[str], *, at: dt.datetime, by: str) -> None:
    """Write one event for each rule, about no person, in one statement."""
    event: dict[str, Any] = {"at": at, "by": by, "code": code, "rules": list(rules)}
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_RULES, event)


def record_found(
    code: str,
    query: sql.Composable,
    *,
    values: Mapping[str, Any] = MappingProxyType({}),
    at: dt.datetime,
    by: str,
    rule: str = "",
) -> None:
    """Write one event for each record whose public_id a query with these values finds, however many there are."""
    event: dict[str, Any] = {"at": at, "by": by, "code": code, "rule": rule}
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_FOUND.format(query), {**values, **event})


def record_each(code: str, public_ids: Iterable[uuid.UUID], *, at: dt.datetime, by: str, rule: str) -> None:
    """Write one event for each record, in one statement."""
    event: dict[str, Any] = {"at": at, "by": by, "code": code, "rule": rule}
    event["numbers"] = [str(public_id) for public_id in public_ids]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_EACH, event)
