"""Take a query of the ORM into a statement of our own, which names its values where the ORM counts them."""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from psycopg2 import sql


def composed(found: QuerySet[Any, Any], prefix: str = "found") -> tuple[sql.SQL, dict[str, Any]]:
    """Return the SQL of a query, and its values by the names that they have in it, each of which begins so."""
    text, values = found.query.sql_with_params()
    named = {f"{prefix}{number}": value for number, value in enumerate(values)}
    names = iter(named)
    # The ORM doubles each percent sign of its own.
    return sql.SQL(re.sub("%%|%s", lambda sign: _named(names) if sign[0] == "%s" else sign[0], text)), named


def _named(names: Iterator[str]) -> str:
    return f"%({next(names)})s"
