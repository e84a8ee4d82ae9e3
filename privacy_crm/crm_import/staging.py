"""The rows of an export wait in temporary tables, faults and all, until everything about them is known.

They never reach the write-ahead log, and are gone with the transaction.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.words.vocabulary import ACTIVITY_SCENARIOS, SCENARIO_OF_EVENT
from privacy_crm.crm_import.columns import FILES, File
from privacy_crm.crm_import.reading import Row
from privacy_crm.crm_import.rejects import Reject
from retention.models import default_keeps

CHUNK = 5_000  # rows
_LONGEST_CHUNK = 4 * 1024 * 1024  # characters

# The rows of a file that nothing was found wrong with.
ACCEPTED = "fault IS NULL"


@dataclass
class Import:
    """What all steps of one import share: the cursor, and the facts that their statements name."""

    cursor: CursorWrapper
    policy: PolicyVersion
    at: dt.datetime
    by: str
    untold_stays: bool = False
    facts: dict[str, Any] = field(init=False)
    food_preferences_dropped: int = 0
    deleted: int = 0  # prospects who said no to everything, and are gone
    stored_only: int = 0  # people among those known whose details are only stored

    def __post_init__(self) -> None:
        self.facts = {
            "at": self.at,
            "untold_stays": self.untold_stays,
            "day": day_of(self.at, self.policy.zone),
            "zone": self.policy.time_zone,
            "policy": self.policy.pk,
            "legal_basis": json.dumps({rule.scenario: rule.legal_basis for rule in self.policy.rules.all()}),
            "scenario_of_event": json.dumps(SCENARIO_OF_EVENT),
            "activity_scenarios": [scenario.value for scenario in ACTIVITY_SCENARIOS],
            "keeps": [str(category) for category in default_keeps()],
        }

    def do(self, statement: str, **more: Any) -> int:
        """Execute a statement and return the number of its rows."""
        self.cursor.execute(statement, self.facts | more)
        return int(self.cursor.rowcount)

    def keep(self, table: str, query: str) -> None:
        """Put the rows of a query into a temporary table, with statistics: joins are not planned for a handful."""
        self.do(f"DROP TABLE IF EXISTS {table}")
        self.do(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {query}")
        self.do(f"ANALYZE {table}")

    def chunks(self, query: str) -> Iterator[list[Any]]:
        """Yield the first column of a query in bounded lists, for the acts that take ids."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(query, self.facts)
            while rows := cursor.fetchmany(CHUNK):
                yield [row[0] for row in rows]

    def refuse(self, file: File, column: str, reason: str, where: str) -> None:
        """Refuse the rows of a file for which `where` is true, unless an earlier column has a fault already."""
        self.do(
            f"UPDATE {file.table} entry SET fault = %(fault)s, why = %(why)s"
            f" WHERE (fault IS NULL OR fault > %(fault)s) AND ({where})",
            fault=file.position(column),
            why=reason,
        )


def create(work: Import) -> None:
    """Make an empty table for each file of the contract, whether the export has it or not."""
    for file in FILES:
        columns = [f"{name} {cell.sql}" for name, cell in file.columns.items()]
        work.do(f"DROP TABLE IF EXISTS {file.table}")
        work.do(
            f"CREATE TEMPORARY TABLE {file.table}"
            f" (line integer, {', '.join(columns)}, address_hash text, fault smallint, why text) ON COMMIT DROP"
        )


def load(work: Import, file: File, rows: Iterator[Row]) -> Iterator[int]:
    """Copy the rows of a file into its table, a bounded chunk at a time, and yield how many there are so far."""
    buffer, done = io.StringIO(), 0
    # As PostgreSQL reads CSV: what is quoted is a text, what is empty and is not is NULL.
    writer = csv.writer(buffer, quoting=csv.QUOTE_NOTNULL, lineterminator="\n")
    for done, row in enumerate(rows, 1):
        writer.writerow((row.line, *row.values, row.address_hash, row.fault, row.reason))
        if done % CHUNK == 0 or buffer.tell() > _LONGEST_CHUNK:
            _copy(work, file, buffer)
            yield done
    _copy(work, file, buffer)
    work.do(f"ANALYZE {file.table}")
    yield done


def rejects() -> Iterator[Reject]:
    """Yield the refused rows, file by file in the order of the contract."""
    return chain.from_iterable(map(_rejects, FILES))


def _copy(work: Import, file: File, buffer: io.StringIO) -> None:
    buffer.seek(0)
    work.cursor.copy_expert(f"COPY {file.table} FROM STDIN (FORMAT csv)", buffer)
    buffer.seek(0)
    buffer.truncate()


def _rejects(file: File) -> Iterator[Reject]:
    columns = list(file.columns)
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT line, fault, why FROM {file.table} WHERE fault IS NOT NULL ORDER BY line")
        for line, fault, why in cursor:
            yield Reject(file.filename, line, columns[fault - 1], why)
