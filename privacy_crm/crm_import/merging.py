"""How rows become records: those of one key are merged with each other and with what is stored, then written at once.

A record that comes out as it is stored is not written at all, so that reading an export again rewrites no row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from privacy_crm.crm_import.columns import File
from privacy_crm.crm_import.staging import Import

CREATED, UPDATED, UNCHANGED = 1, 2, 3

# What every query for `Target.given` says of the rows behind a key, so that they can be counted.
LINES = "array_agg(line) AS lines, min(line) AS first_line"


def last(*columns: str) -> str:
    """Return the aggregates that take each column's last non-empty value in the order of the file."""
    return ", ".join(
        f"(array_agg({name} ORDER BY line DESC) FILTER (WHERE {name} IS NOT NULL))[1] AS {name}" for name in columns
    )


def kept(*columns: str) -> dict[str, str]:
    """Return what texts become: what is given, else what is stored, since an empty cell never erases."""
    return {name: f"COALESCE(given.{name}, stored.{name}, '')" for name in columns}


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
    given: str
    becomes: Mapping[str, str] = field(default_factory=dict)
    fresh: Mapping[str, str] = field(default_factory=dict)
    found_by: str = ""

    @property
    def match(self) -> str:
        """The condition under which `stored` is the record of `given`."""
        return self.found_by or " AND ".join(f"stored.{key} = given.{key}" for key in self.keys)

    @property
    def merged(self) -> str:
        """The temporary table with the outcome for each key."""
        return f"merged_{self.name}"

    def moved(self, column: str) -> str:
        """Return the condition that a column of a stored record changes."""
        return f"moved[{list(self.becomes).index(column) + 1}]"


_MERGE = """
    SELECT {keys}, {columns} lines, first_line, stored.id AS stored_id, moved,
        CASE WHEN stored.id IS NULL THEN 1 WHEN TRUE = ANY(moved) THEN 2 ELSE 3 END AS status
    FROM ({given}) given
    LEFT JOIN {table} stored ON {match}
    CROSS JOIN LATERAL (SELECT {becomes}) fresh
    CROSS JOIN LATERAL (SELECT ARRAY[{moves}]::boolean[] AS moved) compared"""

_INSERT = "INSERT INTO {table} ({columns}) SELECT {values} FROM {merged} given WHERE given.status = 1"

_UPDATE = """
    UPDATE {table} stored SET {changes} FROM {merged} given
    WHERE stored.id = given.stored_id AND given.status = 2"""


def merge(work: Import, target: Target) -> None:
    """Work out what becomes of each key."""
    becomes = target.becomes
    work.keep(
        target.merged,
        _MERGE.format(
            table=target.table,
            given=target.given,
            keys=", ".join(f"given.{key}" for key in target.keys),
            columns="".join(f"fresh.{name}, " for name in becomes),
            match=target.match,
            becomes=", ".join(f"{value} AS {name}" for name, value in becomes.items()),
            moves=", ".join(f"stored.{name} IS DISTINCT FROM fresh.{name}" for name in becomes),
        ),
    )


def write(work: Import, target: Target) -> None:
    """Insert the new records and update the changed ones."""
    values = {name: f"given.{name}" for name in (*target.keys, *target.becomes)} | dict(target.fresh)
    work.do(
        _INSERT.format(
            table=target.table, merged=target.merged, columns=", ".join(values), values=", ".join(values.values())
        )
    )
    if target.becomes:
        changes = ", ".join(f"{name} = given.{name}" for name in target.becomes)
        work.do(_UPDATE.format(table=target.table, merged=target.merged, changes=changes))


def apply(work: Import, target: Target) -> None:
    """Merge and write."""
    merge(work, target)
    write(work, target)


# The first row of a new key creates the record; a further one updates it, unless it says the same. Of the rows of a
# record that changes, those update it that say what it has become.
_OUTCOMES = """
    SELECT further.line,
        CASE WHEN status = 1 AND further.line = first_line THEN 1
             WHEN status = 1 AND ({further}) IS DISTINCT FROM ({first}) THEN 2
             WHEN status = 2 AND ({says}) THEN 2
             ELSE 3 END AS status
    FROM {merged} merged CROSS JOIN LATERAL unnest(lines) AS mentioned(line)
    JOIN {rows} first ON first.line = first_line
    JOIN {rows} further ON further.line = mentioned.line
    WHERE status < 3"""


def outcomes(file: File, target: Target) -> str:
    """Return the query for what became of the rows of a file, without those of records that stayed as they were."""
    return _OUTCOMES.format(
        merged=target.merged,
        rows=file.table,
        first=", ".join(f"first.{name}" for name in file.columns),
        further=", ".join(f"further.{name}" for name in file.columns),
        says=" OR ".join(f"{target.moved(name)} AND {_said(file, name)}" for name in target.becomes) or "TRUE",
    )


def _said(file: File, column: str) -> str:
    return f"further.{column}::text = merged.{column}::text" if column in file.columns else "TRUE"


def changes(target: Target) -> str:
    """Return the query for the rows that changed a record besides their own: they count as updates."""
    return f"SELECT unnest(lines) AS line, 2 AS status FROM {target.merged} WHERE status < 3"
