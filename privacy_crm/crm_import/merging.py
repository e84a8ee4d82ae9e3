"""How rows become records: those of one key are merged with each other and with what is stored, then written at once.

A record that comes out as it is stored is not written at all, so that reading an export again rewrites no row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from psycopg2 import sql

from privacy_crm.crm_import.columns import File
from privacy_crm.crm_import.staging import Import

# What every query for `Target.given` says of the rows behind a key, so that they can be counted.
LINES = sql.SQL("array_agg(line) AS lines, min(line) AS first_line")

# From so many new records on, the planner looks at the table again: it may know it as empty, however much was written.
_MANY = 10_000

_COMMA = sql.SQL(", ")
_LAST = sql.SQL("(array_agg({name} ORDER BY line DESC) FILTER (WHERE {name} IS NOT NULL))[1] AS {name}")
_GIVEN_OR_STORED = sql.SQL("COALESCE(given.{name}, stored.{name})")
_KEPT = sql.SQL("COALESCE(given.{name}, stored.{name}, '')")


def last(*columns: str) -> sql.Composed:
    """Return the aggregates that take each column's last non-empty value in the order of the file."""
    return _listed(_LAST, columns)


def kept(*columns: str) -> dict[str, sql.Composable]:
    """Return what texts become: what is given, else what is stored, since an empty cell never erases."""
    return {name: named(_KEPT, name) for name in columns}


def given_or_stored(column: str) -> sql.Composed:
    """Return what another value becomes: what is given, else what is stored."""
    return named(_GIVEN_OR_STORED, column)


def named(text: sql.SQL, name: str) -> sql.Composed:
    """Return a text with the name of a column at each of its places."""
    return text.format(name=sql.Identifier(name))


def _listed(text: sql.SQL, columns: Iterable[str], joiner: sql.SQL = _COMMA) -> sql.Composed:
    return joiner.join(named(text, name) for name in columns)


@dataclass(frozen=True)
class Target:
    """One kind of record.

    `given` selects one row for each key from the rows accepted. `becomes` says of each column what it becomes, in terms
    of `given` and `stored`; `fresh` what else a new record has, in terms of `given`. `found_by` is
    another way than the keys to find the stored one.
    """

    name: str
    table: str
    keys: Sequence[str]
    given: sql.Composable
    becomes: Mapping[str, sql.Composable] = field(default_factory=dict)
    fresh: Mapping[str, sql.Composable] = field(default_factory=dict)
    found_by: sql.Composable | None = None

    @property
    def match(self) -> sql.Composable:
        """The condition under which `stored` is the record of `given`."""
        return self.found_by or _listed(_SAME, self.keys, sql.SQL(" AND "))

    @property
    def merged(self) -> sql.Identifier:
        """The temporary table with the outcome for each key."""
        return sql.Identifier(f"merged_{self.name}")

    def moved(self, column: str) -> sql.Composed:
        """Return the condition that a column of a stored record changes."""
        return sql.SQL("moved[{}]").format(sql.Literal(list(self.becomes).index(column) + 1))


_SAME = sql.SQL("stored.{name} = given.{name}")


_MERGE = sql.SQL("""
    SELECT {keys}, {columns}, stored.id AS stored_id, moved,
        CASE WHEN stored.id IS NULL THEN 1 WHEN TRUE = ANY(moved) THEN 2 ELSE 3 END AS status
    FROM ({given}) given
    LEFT JOIN {table} stored ON {match}
    CROSS JOIN LATERAL (SELECT {becomes}) fresh
    CROSS JOIN LATERAL (SELECT ARRAY[{moves}]::boolean[] AS moved) compared""")

_INSERT = sql.SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM {merged} given WHERE given.status = 1")

_UPDATE = sql.SQL("""
    UPDATE {table} stored SET {changes} FROM {merged} given
    WHERE stored.id = given.stored_id AND given.status = 2""")

_GIVEN = sql.SQL("given.{name}")
_FRESH = sql.SQL("fresh.{name}")
_MOVES = sql.SQL("stored.{name} IS DISTINCT FROM fresh.{name}")
_CHANGE = sql.SQL("{name} = given.{name}")


def merge(work: Import, target: Target) -> None:
    """Work out what becomes of each key."""
    becomes = target.becomes
    fresh = [named(_FRESH, name) for name in becomes]
    work.keep(
        target.merged,
        _MERGE.format(
            table=sql.Identifier(target.table),
            given=target.given,
            keys=_listed(_GIVEN, target.keys),
            columns=_COMMA.join([*fresh, sql.SQL("lines, first_line")]),
            match=target.match,
            becomes=_COMMA.join(
                sql.SQL("{} AS {}").format(value, sql.Identifier(name)) for name, value in becomes.items()
            ),
            moves=_listed(_MOVES, becomes),
        ),
    )


def write(work: Import, target: Target) -> None:
    """Insert the new records and update the changed ones."""
    table, merged = sql.Identifier(target.table), target.merged
    values = {name: named(_GIVEN, name) for name in (*target.keys, *target.becomes)} | dict(target.fresh)
    columns = _COMMA.join(map(sql.Identifier, values))
    created = work.do(_INSERT.format(table=table, merged=merged, columns=columns, values=_COMMA.join(values.values())))
    if created >= _MANY:
        work.analyze(table)
    if target.becomes:
        work.do(_UPDATE.format(table=table, merged=merged, changes=_listed(_CHANGE, target.becomes)))


def apply(work: Import, target: Target) -> None:
    """Merge and write."""
    merge(work, target)
    write(work, target)


# The first row of a new key creates the record; a further one updates it, unless it says the same. Of the rows of a
# record that changes, those update it that say what it has become.
_OUTCOMES = sql.SQL("""
    SELECT further.line,
        CASE WHEN status = 1 AND further.line = first_line THEN 1
             WHEN status = 1 AND ({further}) IS DISTINCT FROM ({first}) THEN 2
             WHEN status = 2 AND ({says}) THEN 2
             ELSE 3 END AS status
    FROM {merged} merged CROSS JOIN LATERAL unnest(lines) AS mentioned(line)
    JOIN {rows} first ON first.line = first_line
    JOIN {rows} further ON further.line = mentioned.line
    WHERE status < 3""")

_SAID = sql.SQL("further.{name}::text = merged.{name}::text")


def outcomes(file: File, target: Target) -> sql.Composed:
    """Return the query for what became of the rows of a file, without those of records that stayed as they were."""
    return _OUTCOMES.format(
        merged=target.merged,
        rows=file.table,
        first=_listed(sql.SQL("first.{name}"), file.columns),
        further=_listed(sql.SQL("further.{name}"), file.columns),
        says=sql.SQL(" OR ").join([_says(file, target, name) for name in target.becomes] or [sql.SQL("TRUE")]),
    )


def _says(file: File, target: Target, column: str) -> sql.Composed:
    said = named(_SAID, column) if column in file.columns else sql.SQL("TRUE")
    return sql.SQL("{} AND {}").format(target.moved(column), said)


_CHANGED_TOO = sql.SQL("SELECT unnest(lines) AS line, 2 AS status FROM {} WHERE status < 3")


def changes(target: Target) -> sql.Composed:
    """Return the query for the rows that changed a record besides their own: they count as updates."""
    return _CHANGED_TOO.format(target.merged)
