"""Look through the whole database for what names a person, after they have been deleted.

Every column of every table is searched that can hold a word or a number of a record: texts, JSON, lists, UUIDs. What is
searched for is never stored, nor are the rows that were found: the answer is a number for each table.

It takes no lock, and sees what was deleted as gone, in the same transaction or a later one. A table is read once from
end to end, whatever is searched for: docs/performance.md has its time.
"""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.db import connection
from psycopg2 import sql

from contacts.base.limits import limits
from contacts.words.addresses import known

# Whoever stands here stands with an address of their own: a name or a phone may well be a namesake's or a colleague's.
_PEOPLE = ("contacts_contact", "contacts_signup")

# These hold addresses for another reason than that a person is in our records.
_OTHER_REASON = (
    *("auth_user", "privacy_crm_accountmail"),
    *("contacts_recipient", "contacts_system", "contacts_policyversion"),
)

# What is still to be searched for names people until it has been (`dsr.traces.searching`).
_TO_BE_SEARCHED = "dsr_pendingsearch"

# Whoever writes to the same mailbox under another tag has its hash.
_MAILBOXES = ("contacts_contact", "contacts_mergedaddress", "contacts_earlierhash")

# Where a person's number or coded address may stay: as an objection, against their being brought back, and as proof.
_PROOF = (
    *("contacts_suppression", "contacts_tombstone", "contacts_auditevent", "contacts_recipientnotice"),
    *("contacts_strike", "contacts_journalline", "dsr_request", "dsr_certificate", "dsr_evidence"),
)

_SHORTEST = 5  # characters: less would be found anywhere


@dataclass(frozen=True)
class Identifiers:
    """What a person is found by: `own` is nobody else's, an address; `shared` may be, a name, a phone or a street.

    `numbers` are the random numbers of their records, and `coded` their addresses and mailboxes as keyed hashes.
    """

    own: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    coded: frozenset[str] = frozenset()

    def counts(self) -> dict[str, int]:
        """Return how many of each were sought."""
        return {each.name: len(getattr(self, each.name)) for each in fields(self)}


@dataclass
class Scan:
    """What was searched, and in how many rows of a table something was found: `found` alarms, `others` need not.

    `places` are the tables, each with how many columns were searched, and `sought` says how many of which texts were.
    `coded` is where their number or their coded address stays, as it may.
    """

    tables: int = 0
    columns: int = 0
    found: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    coded: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    sought: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Hits:
    """In how many rows of a table each kind of text was found; `traces` are those with a number or a coded address."""

    own: int = 0
    shared: int = 0
    numbers: int = 0
    coded: int = 0
    traces: int = 0


def identifiers(people: Iterable[Mapping[str, Any]], addresses: Collection[str]) -> Identifiers:
    """Gather what names these people, from their records' fields, before they are deleted."""
    shared: set[str] = set()
    numbers: set[str] = set()
    coded = {each for address in addresses for pair in known(address).items() for each in pair}
    for person in people:
        shared.add(f"{person['first_name']} {person['last_name']}" if person["first_name"] else "")
        shared |= {person["phone"], re.sub(r"[\s()/.-]", "", person["phone"]), person["address"]}
        numbers.add(str(person["public_id"]))
        coded |= {person["address_hash"] or "", person["mailbox_hash"] or ""}
    return Identifiers(*(frozenset(_long_enough(texts)) for texts in (addresses, shared, numbers, coded)))


@limits(statement="15min")
def scan(sought: Identifiers, *, apart_from: Mapping[str, Iterable[int]], residue: Collection[uuid.UUID] = ()) -> Scan:
    """Search for them. `apart_from` names rows, by table and key, that may stand: the letter that tells the person.

    `residue` are the numbers under which a duty has us keep a part of them.
    """
    result = Scan(sought=sought.counts())
    kept = replace(sought, numbers=sought.numbers - {str(each) for each in residue})
    for table, columns in _searchable():
        result.places[table] = len(columns)
        by = kept if table in _PEOPLE else sought
        _note(result, table, _look(table, columns, by, list(apart_from.get(table, []))))
    result.tables, result.columns = len(result.places), sum(result.places.values())
    return result


def _note(result: Scan, table: str, hits: _Hits) -> None:
    """Sort what was found in a table: what alarms, what others have, too, and what stays in coded form, as it may."""
    alarming = hits.own if table not in _OTHER_REASON else 0
    if table in _PROOF:
        _add(result.coded, table, hits.traces)
    else:
        alarming += hits.numbers if table in _MAILBOXES else hits.traces
    _add(result.found, table, alarming)
    if not alarming:
        _add(result.others, table, _elsewhere(table, hits))


def _elsewhere(table: str, hits: _Hits) -> int:
    """Return in how many rows somebody else's may stand: a namesake, a colleague, whoever shares the mailbox."""
    shared = 0 if table in _PEOPLE else hits.shared
    return (hits.own if table in _OTHER_REASON else shared) + (hits.coded if table in _MAILBOXES else 0)


def _add(rows: dict[str, int], table: str, number: int) -> None:
    if number:
        rows[table] = number


_COLUMNS = """
    SELECT class.relname, array_agg(attribute.attname::text ORDER BY attribute.attnum),
        bool_or(attribute.attname = 'id')
    FROM pg_class class
    JOIN pg_attribute attribute ON attribute.attrelid = class.oid AND attribute.attnum > 0 AND NOT attisdropped
    JOIN pg_type type ON type.oid = attribute.atttypid
    WHERE class.relkind IN ('r', 'm', 'f', 'p') AND NOT class.relispartition
        AND class.relnamespace = current_schema()::regnamespace
        AND (type.typcategory IN ('S', 'A') OR type.typname IN ('json', 'jsonb', 'xml', 'bytea', 'hstore', 'uuid'))
    GROUP BY class.relname ORDER BY class.relname"""


def _searchable() -> list[tuple[str, list[str]]]:
    """Return every table of the database, ours or not, with its columns that can hold a word."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return [(table, columns) for table, columns, _ in cursor.fetchall() if table != _TO_BE_SEARCHED]


# The cheap search comes first. What it finds is held to whole words: ann@x.example is a part of joann@x.example.
# OFFSET 0 has the words of a row put together once, not anew for each of the texts: three times as fast.
_LOOK = sql.SQL("""
    SELECT count(*) FILTER (WHERE said.words ~ %(own)s), count(*) FILTER (WHERE said.words ~ %(shared)s),
        count(*) FILTER (WHERE said.words ~ %(numbers)s), count(*) FILTER (WHERE said.words ~ %(coded)s),
        count(*) FILTER (WHERE said.words ~ %(numbers)s OR said.words ~ %(coded)s)
    FROM (
        SELECT {key} AS key, lower(concat_ws(chr(1), {columns}) COLLATE "pg_c_utf8") AS words FROM {table} OFFSET 0
    ) said
    WHERE ({any_of}) AND NOT coalesce(said.key = ANY(%(apart)s), FALSE)""")


def _look(table: str, columns: list[str], sought: Identifiers, apart: list[int]) -> _Hits:
    texts = {each.name: getattr(sought, each.name) for each in fields(sought)}
    needles = sorted({text.lower() for kind in texts.values() for text in kind})
    if not needles:
        return _Hits()
    values: dict[str, Any] = {
        **{kind: _whole_words(each) for kind, each in texts.items()},
        "apart": apart,
        **{f"needle{number}": needle for number, needle in enumerate(needles)},
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(table, columns, len(needles), with_key=bool(apart)), values)
        return _Hits(*cursor.fetchone())


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
