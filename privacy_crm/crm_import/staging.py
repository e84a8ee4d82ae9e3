"""The rows of an export wait in temporary tables, faults and all, until everything about them is known.

They never reach the write-ahead log, and are gone with the transaction.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.people import consent_records
from contacts.words.vocabulary import ACTIVITY_SCENARIOS, AGREEMENT_SCENARIOS, SCENARIO_OF_EVENT
from privacy_crm.crm_import.columns import FILES, File
from privacy_crm.crm_import.existing import Mode, facts
from privacy_crm.crm_import.packing import CHUNK
from privacy_crm.crm_import.rejects import Reject
from retention.models import default_keeps


@dataclass
class Import:
    """What all steps of one import share: the cursor, and the facts that their statements name."""

    cursor: CursorWrapper
    policy: PolicyVersion
    at: dt.datetime
    by: str
    untold_stays: bool = False
    mode: Mode = field(default_factory=Mode)
    facts: dict[str, Any] = field(init=False)
    food_preferences_dropped: int = 0
    told_days_dropped: int = 0
    legal_forms_unknown: int = 0
    not_moved: list[int] = field(default_factory=list)  # lines of people under an agreement who stay where they are
    unconfirmed: list[int] = field(default_factory=list)  # lines of people whom a move would open a channel to
    deleted: int = 0  # prospects who said no to everything, and are gone
    stored_only: int = 0  # people among those known whose details are only stored

    def __post_init__(self) -> None:
        self.facts = {
            "at": self.at,
            "untold_stays": self.untold_stays,
            "day": day_of(self.at, self.policy.zone),
            "zone": self.policy.time_zone,
            "legal_basis": json.dumps({rule.scenario: rule.legal_basis for rule in self.policy.each_rule}),
            "scenario_of_event": json.dumps(SCENARIO_OF_EVENT),
            "activity_scenarios": [scenario.value for scenario in ACTIVITY_SCENARIOS],
            "agreement_scenarios": [scenario.value for scenario in AGREEMENT_SCENARIOS],
            "withdraw_at": consent_records.withdraw_at(),
            "keeps": [str(category) for category in default_keeps()],
            **facts(self.mode),
        }

    def do(self, statement: str | sql.Composable, **more: Any) -> int:
        """Execute a statement and return the number of its rows."""
        self.cursor.execute(statement, self.facts | more)
        return int(self.cursor.rowcount)

    def keep(self, table: sql.Identifier, query: sql.Composable, **more: Any) -> None:
        """Put the rows of a query into a temporary table, with statistics: joins are not planned for a handful."""
        self.do(_DROP.format(table))
        self.do(sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS {}").format(table, query), **more)
        self.analyze(table)

    def analyze(self, table: sql.Identifier) -> None:
        """Have PostgreSQL look at a table that has grown: until it does, it plans for the few rows that were there."""
        self.do(_ANALYZE.format(table))

    def chunks(self, query: str | sql.Composable, **more: Any) -> Iterator[list[Any]]:
        """Yield the first column of a query in bounded lists, for the acts that take ids."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(query, self.facts | more)
            while rows := cursor.fetchmany(CHUNK):
                yield [row[0] for row in rows]

    def refuse(self, file: File, column: str, reason: str | sql.Composable, where: sql.Composable) -> None:
        """Refuse the rows of a file for which `where` is true, unless an earlier column has a fault already.

        `reason` may be an expression, in terms of the row as `entry`.
        """
        why = sql.Literal(reason) if isinstance(reason, str) else reason
        self.do(_REFUSE.format(rows=file.table, why=why, where=where), fault=file.position(column))


_DROP = sql.SQL("DROP TABLE IF EXISTS {}")
_ANALYZE = sql.SQL("ANALYZE {}")

# Those that nothing was found wrong with have no fault.
_REFUSE = sql.SQL("""
    UPDATE {rows} entry SET fault = %(fault)s, why = {why}
    WHERE (fault IS NULL OR fault > %(fault)s) AND ({where})""")

_CREATE = sql.SQL("""
    CREATE TEMPORARY TABLE {rows}
        (line integer, {columns}, address_hash text, mailbox_hash text, fault smallint, why text)
    ON COMMIT DROP""")


def create(work: Import) -> None:
    """Make an empty table for each file of the contract, whether the export has it or not."""
    for file in FILES:
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.Identifier(cell.type))
            for name, cell in file.columns.items()
        )
        work.do(_DROP.format(file.table))
        work.do(_CREATE.format(rows=file.table, columns=columns))


def load(work: Import, file: File, packed: Iterable[tuple[int, IO[str]]]) -> Iterator[int]:
    """Copy the rows of a file into its table, pack by pack, and yield how many there are so far."""
    copy = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(file.table)
    for done, pack in packed:
        work.cursor.copy_expert(copy, pack)
        yield done
    work.analyze(file.table)


def rejects() -> Iterator[Reject]:
    """Yield the refused rows, file by file in the order of the contract."""
    return chain.from_iterable(map(_rejects, FILES))


def _rejects(file: File) -> Iterator[Reject]:
    columns = list(file.columns)
    query = sql.SQL("SELECT line, fault, why FROM {} WHERE fault IS NOT NULL ORDER BY line")
    with connection.chunked_cursor() as cursor:
        cursor.execute(query.format(file.table))
        for line, fault, why in cursor:
            yield Reject(file.filename, line, columns[fault - 1], why)
