"""Insert one row by a statement that is written once for each model.

Django composes the same INSERT anew for each row, which cost a sign-up, with its three, a quarter of its time
(docs/performance.md).
"""

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def insert[M: Model](record: M) -> M:
    """Insert a new record, give it its key, and return it. The model has a key that the database counts up."""
    statement, fields = _statement(type(record))
    values = [field.get_db_prep_save(getattr(record, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (record.pk,) = cursor.fetchone()
    record._state.adding, record._state.db = False, connection.alias
    return record


@cache
def _statement(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    meta, quoted = model._meta, connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if not (field.primary_key or field.generated)]
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    into = f"{quoted(meta.db_table)} ({columns})"
    return f"INSERT INTO {into} VALUES ({places}) RETURNING {quoted(str(meta.pk.column))}", fields  # noqa: S608
