"""Look through the whole database for what names a person, after they have been deleted.

Every column of every table is searched that can hold a word: texts, JSON and lists. What is searched for is never
stored, nor are the rows that were found: the answer is a number for each table.

It runs inside the transaction that deleted, so that no certificate stands without it: nothing is locked by it but what
is being deleted anyway, and it sees that as gone. A table is read once from end to end, whatever is searched for.
docs/performance.md has its time.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg2 import sql

# Whoever stands here stands with an address of their own: a name or a phone may well be a namesake's or a colleague's.
_PEOPLE = ("contacts_contact", "contacts_signup")

# These hold addresses for another reason than that a person is in our records.
_OTHER_REASON = ("auth_user", "contacts_recipient", "contacts_policyversion")

_SHORTEST = 5  # characters: less would be found anywhere


@dataclass(frozen=True)
class Identifiers:
    """What a person is found by: `own` is nobody else's, an address; `shared` may be, a name, a phone or a street."""

    own: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()


@dataclass
class Scan:
    """What was searched, and in how many rows of a table something was found: `found` alarms, `others` need not."""

    tables: int = 0
    columns: int = 0
    found: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)


def identifiers(people: Iterable[Mapping[str, Any]], addresses: Iterable[str]) -> Identifiers:
    """Gather what names these people, from their records' fields, before they are deleted."""
    shared: set[str] = set()
    for person in people:
        shared.add(f"{person['first_name']} {person['last_name']}" if person["first_name"] else "")
        shared |= {person["phone"], re.sub(r"[\s()/.-]", "", person["phone"]), person["address"]}
    return Identifiers(frozenset(_long_enough(addresses)), frozenset(_long_enough(shared)))


def scan(sought: Identifiers, *, apart_from: Mapping[str, Iterable[int]]) -> Scan:
    """Search for them. `apart_from` names rows, by table and key, that may stand: the letter that tells the person."""
    result = Scan()
    for table, columns in _searchable():
        own, shared = _look(table, columns, sought, list(apart_from.get(table, [])))
        result.tables += 1
        result.columns += len(columns)
        if own:
            (result.others if table in _OTHER_REASON else result.found)[table] = own
        elif shared and table not in _PEOPLE:
            result.others[table] = shared
    return result


_COLUMNS = """
    SELECT class.relname, array_agg(attribute.attname::text ORDER BY attribute.attnum),
        bool_or(attribute.attname = 'id')
    FROM pg_class class
    JOIN pg_attribute attribute ON attribute.attrelid = class.oid AND attribute.attnum > 0 AND NOT attisdropped
    JOIN pg_type type ON type.oid = attribute.atttypid
    WHERE class.relkind IN ('r', 'm', 'f') AND class.relnamespace = current_schema()::regnamespace
        AND (type.typcategory IN ('S', 'A') OR type.typname IN ('json', 'jsonb', 'xml', 'bytea', 'hstore'))
    GROUP BY class.relname ORDER BY class.relname"""


def _searchable() -> list[tuple[str, list[str]]]:
    """Return every table of the database, ours or not, with its columns that can hold a word."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return [(table, columns) for table, columns, _ in cursor.fetchall()]


# The cheap search comes first. What it finds is held to whole words: ann@x.example is a part of joann@x.example.
# OFFSET 0 has the words of a row put together once, not anew for each of the texts: three times as fast.
_LOOK = sql.SQL("""
    SELECT count(*) FILTER (WHERE said.words ~ %(own)s), count(*) FILTER (WHERE said.words ~ %(shared)s)
    FROM (
        SELECT {key} AS key, lower(concat_ws(chr(1), {columns}) COLLATE "pg_c_utf8") AS words FROM {table} OFFSET 0
    ) said
    WHERE ({any_of}) AND NOT coalesce(said.key = ANY(%(apart)s), FALSE)""")


def _look(table: str, columns: list[str], sought: Identifiers, apart: list[int]) -> tuple[int, int]:
    needles = sorted({text.lower() for text in sought.own | sought.shared})
    if not needles:
        return 0, 0
    values: dict[str, Any] = {
        "own": _whole_words(sought.own),
        "shared": _whole_words(sought.shared),
        "apart": apart,
        **{f"needle{number}": needle for number, needle in enumerate(needles)},
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(table, columns, len(needles), with_key=bool(apart)), values)
        own, shared = cursor.fetchone()
    return own, shared


def _statement(table: str, columns: list[str], needles: int, *, with_key: bool) -> sql.Composed:
    return _LOOK.format(
        key=sql.Identifier("id") if with_key else sql.SQL("NULL::bigint"),
        columns=sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns),
        table=sql.Identifier(table),
        any_of=sql.SQL(" OR ").join(
            sql.SQL("strpos(said.words, {}) > 0").format(sql.Placeholder(f"needle{number}"))
            for number in range(needles)
        ),
    )


def _whole_words(texts: Iterable[str]) -> str:
    """Return a regular expression of PostgreSQL that finds each text where no word goes on before or after it."""
    escaped = "|".join(re.sub(r"([^\w\s@])", r"\\\1", text.lower()) for text in sorted(texts))
    return rf"(?<![\w.+-])({escaped})(?![\w-]|\.\w)" if escaped else "(?!)"


def _long_enough(texts: Iterable[str]) -> set[str]:
    return {text.strip() for text in texts if len(text.strip()) >= _SHORTEST}
