"""Insert or read one row by a statement that is composed once for each model.

Django composes the same statement anew for each row, which cost a sign-up, with its three inserts and two look-ups, a
third of its time (docs/performance.md).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from psycopg2 import sql

type Read = Callable[[Any], Any]


def insert[M: Model](record: M) -> M:
    """Insert a new record, give it its key, and return it. The model has a key that the database counts up."""
    statement, fields = _insertion(type(record))
    values = {str(field.column): field.get_db_prep_save(getattr(record, field.attname), connection) for field in fields}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (record.pk,) = cursor.fetchone()
    record._state.adding, record._state.db = False, connection.alias
    return record


def one[M: Model](model: type[M], column: str, value: str) -> M | None:
    """Return the record that alone has this value in a column of text, or None where none has."""
    statement, reads = _selection(model, column)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"value": value})
        row = cursor.fetchone()
    if row is None:
        return None
    values = [read(value) if read else value for read, value in zip(reads, row, strict=True)]
    return model.from_db(connection.alias, (), values)


def columns(table: str, names: Iterable[str]) -> sql.Composed:
    """Return columns of a table as a statement selects them."""
    return sql.SQL(", ").join(sql.Identifier(table, name) for name in names)


def made[M: Model](model: type[M], names: Sequence[str], row: Sequence[Any]) -> M:
    """Return the record that a row of these columns is, which are named in the model's order.

    What is not among them is read when it is asked for. Those that the driver alone cannot read, such as JSON, are not.
    """
    return model.from_db(connection.alias, names, row)


@cache
def _insertion(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if not (field.primary_key or field.generated)]
    statement = sql.SQL("INSERT INTO {table} ({columns}) VALUES ({values}) RETURNING {key}").format(
        table=sql.Identifier(meta.db_table),
        columns=_columns(fields),
        values=sql.SQL(", ").join(sql.Placeholder(str(field.column)) for field in fields),
        key=sql.Identifier(str(meta.pk.column)),
    )
    return _text(statement), fields


@cache
def _selection(model: type[Model], column: str) -> tuple[str, list[Read | None]]:
    meta = model._meta
    statement = sql.SQL("SELECT {columns} FROM {table} WHERE {column} = %(value)s").format(
        columns=_columns(meta.concrete_fields), table=sql.Identifier(meta.db_table), column=sql.Identifier(column)
    )
    return _text(statement), [_read(field) for field in meta.concrete_fields]


def _columns(fields: Iterable["Field[Any, Any]"]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)


def _text(statement: sql.Composed) -> str:
    """Return a statement as it is sent, so that it is not put together anew for each row."""
    connection.ensure_connection()
    return statement.as_string(connection.connection)


def _read(field: "Field[Any, Any]") -> Read | None:
    """Return what makes a field's value of what the driver returns, where that is another thing."""
    convert = getattr(field, "from_db_value", None)
    return (lambda value: convert(value, None, connection)) if convert else None
