"""What tests ask of the database again and again, of a hundred tables at once: each connection plans it once.

To plan such a question takes several times what its answer does.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import Model
from psycopg2 import sql

# The rows of a table, and the column of theirs that is asked for; all of them where there is none.
type Parts = Mapping[str, tuple[type[Model], str]]

_planned: WeakKeyDictionary[Any, dict[Hashable, sql.Identifier]] = WeakKeyDictionary()

_ALL = sql.SQL(" UNION ALL ")
_ROWS = sql.SQL("(SELECT {name}, to_jsonb(entry) FROM {table} entry WHERE {where} ORDER BY {key})")


def ask(key: Hashable, question: Callable[[], sql.Composable], *values: int) -> list[tuple[Any, ...]]:
    """Return the answer to a question, in which $1 stands for the first value."""
    with connection.cursor() as cursor:
        names = _planned.setdefault(connection.connection, {})
        if key not in names:
            name = sql.Identifier(f"planned_{len(names)}")
            cursor.execute(sql.SQL("PREPARE {} AS {}").format(name, question()))
            names[key] = name
        given = sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, values))) if values else sql.SQL("")
        cursor.execute(sql.SQL("EXECUTE {}{}").format(names[key], given))
        return cursor.fetchall()


def each_table(key: str, tables: Iterable[str], question: sql.SQL) -> list[tuple[Any, ...]]:
    """Ask a question of each table, in which it stands for `table` and its name for `name`."""
    asked = tuple(sorted(tables))
    each = ({"table": sql.Identifier(table), "name": sql.Literal(table)} for table in asked)
    return ask((key, asked), lambda: _ALL.join(question.format(**names) for names in each))


def rows(key: str, parts: Parts, value: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that have a value in the column of their part, in the order of their keys."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in parts}
    for name, row in ask(key, lambda: _ALL.join(map(_part, parts.items())), value):
        found[name].append(json.loads(row))
    return found


def hanging_on(model: type[Model]) -> dict[str, tuple[type[Model], str]]:
    """Return the parts that point to a model, by the names of theirs."""
    return {
        each.related_model.__name__: (each.related_model, each.field.column) for each in model._meta.related_objects
    }


def _part(part: tuple[str, tuple[type[Model], str]]) -> sql.Composed:
    name, (model, column) = part
    where = sql.SQL("entry.{} = $1").format(sql.Identifier(column)) if column else sql.SQL("TRUE")
    table, key = sql.Identifier(model._meta.db_table), sql.Identifier(model._meta.pk.column)
    return _ROWS.format(name=sql.Literal(name), table=table, where=where, key=key)
