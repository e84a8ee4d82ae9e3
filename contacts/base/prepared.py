"""Ask PostgreSQL one question many times: it reads and plans the statement once, and then gets the values alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

from django.db import Error, connection
from django.db.models import Expression, Field
from psycopg2 import sql

_PREPARE = sql.SQL("PREPARE {name} AS {statement}")
_EXECUTE = sql.SQL("EXECUTE {name} ({values})")
_DEALLOCATE = sql.SQL("DEALLOCATE {name}")

_numbers = count()


class Given(Expression):
    """In a query of the ORM, the value of this number among those that come with each question."""

    def __init__(self, number: int, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.number = number

    def as_sql(self, *_compiler: Any, **_context: Any) -> tuple[str, tuple[()]]:
        return f"${self.number}", ()


class Prepared:
    """Statements that this connection knows by names. Who has one prepared again gets the one that is there."""

    def __init__(self) -> None:
        self._names: dict[bytes, sql.Identifier] = {}

    def statement(self, composed: sql.Composable, values: dict[str, Any], *, given: int) -> str:
        """Return how a statement is asked for. `values` never change; so many others are $1, $2 and so on in it."""
        with connection.cursor() as cursor:
            text = cursor.mogrify(composed, values)
            name = self._names.get(text)
            if name is None:
                name = sql.Identifier(f"prepared_{next(_numbers)}")
                cursor.execute(_PREPARE.format(name=name, statement=composed), values)
                self._names[text] = name
            asked = _EXECUTE.format(name=name, values=sql.SQL(", ").join([sql.Placeholder()] * given))
            return str(asked.as_string(cursor.cursor))

    def together(self, *statements: str) -> str:
        """Return how to ask for several, one after the other in one transaction; the last one answers."""
        return "; ".join(statements)

    def one(self, statement: str, given: Sequence[Any]) -> tuple[Any, ...] | None:
        """Return the row that a statement answers these values with, if there is one."""
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            row: tuple[Any, ...] | None = cursor.fetchone()
        return row

    def run(self, statement: str, given: Sequence[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, given)

    def forget(self) -> None:
        with suppress(Error), connection.cursor() as cursor:  # a connection that is lost has forgotten them
            for name in self._names.values():
                cursor.execute(_DEALLOCATE.format(name=name))


@contextmanager
def prepared() -> Iterator[Prepared]:
    """Have statements prepared meanwhile, on the connection of this thread."""
    statements = Prepared()
    try:
        yield statements
    finally:
        statements.forget()
