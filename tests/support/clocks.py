"""The database's clock in a test: its answer is exchanged on the way, as a server with another clock would give it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from contacts.base import two_clocks

_said: list[dt.datetime] = []


@contextmanager
def database_at(moment: dt.datetime) -> Iterator[None]:
    """Have the database's clock stand at a moment."""
    _said.append(moment)
    try:
        with connection.execute_wrapper(_answer):
            yield
    finally:
        _said.pop()


def _answer(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    if sql == two_clocks.QUESTION:
        return execute("SELECT %(moment)s::timestamptz", {"moment": _said[-1]}, many, context)
    return execute(sql, params, many, context)
