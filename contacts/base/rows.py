"""Insert or read one row by a statement that is written once for each model.

Django composes the same statement anew for each row, which cost a sign-up, with its three inserts and two look-ups, a
third of its time (docs/performance.md).
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

type Read = Callable[[Any], Any]


def insert[M: Model](record: M) -> M:
    """Insert a new record, give it its key, and return it. The model has a key that the database counts up."""
    statement, fields = _insertion(type(record))
    values = [field.get_db_prep_save(getattr(record, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (record.pk,) = cursor.fetchone()
    record._state.adding, record._state.db = False, connection.alias
    return record


def one[M: Model](model: type[M], column: str, value: str) -> M | None:
    """Return the record that alone has this value in a column of text, or None where none has."""
    statement, reads = _selection(model, column)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        row = cursor.fetchone()
    if row is None:
        return None
    values = [read(value) if read else value for read, value in zip(reads, row, strict=True)]
    return model.from_db(connection.alias, (), values)


@cache
def _insertion(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    meta, quoted = model._meta, connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if not (field.primary_key or field.generated)]
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    into = f"{quoted(meta.db_table)} ({columns})"
    return f"INSERT INTO {into} VALUES ({places}) RETURNING {quoted(str(meta.pk.column))}", fields  # noqa: S608


@cache
def _selection(model: type[Model], column: str) -> tuple[str, list[Read | None]]:
    meta, quoted = model._meta, connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in meta.concrete_fields)
    statement = f"SELECT {columns} FROM {quoted(meta.db_table)} WHERE {quoted(column)} = %s"  # noqa: S608
    return statement, [_read(field) for field in meta.concrete_fields]


def _read(field: "Field[Any, Any]") -> Read | None:
    """Return what makes a field's value of what the driver returns, where that is another thing."""
    convert = getattr(field, "from_db_value", None)
    return (lambda value: convert(value, None, connection)) if convert else None
