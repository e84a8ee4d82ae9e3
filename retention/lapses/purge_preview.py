"""What a run would do with everyone who is due: the dry run's counts and the cap's measure.

The run itself decides batch by batch under locks (`retention.nights.batches`); a test holds the two against each other.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from psycopg2 import sql

from contacts.models import Basis
from contacts.words.vocabulary import Scenario
from retention.due.due_bases import RetentionDate, Sql
from retention.models import Hold

_STANDING = sql.SQL("""EXISTS (
            SELECT 1 FROM retention_hold hold WHERE {only} AND hold.contact_id = {row}.contact_id
                AND (hold.until IS NULL OR hold.until >= %(day)s))""")

# People whose hold ended since a run last looked: the cap never delays them.
HOLD_ENDED = sql.SQL(
    "SELECT hold.contact_id FROM retention_hold hold WHERE hold.until < %(day)s AND hold.closed_on IS NULL"
)

_FATES = sql.SQL("""
    WITH due AS MATERIALIZED ({due}),
    person AS (
        SELECT due.contact_id, count(*) AS lapsing FROM due
        WHERE NOT {frozen}
        GROUP BY due.contact_id
    ),
    fate AS (
        SELECT person.contact_id,
            person.lapsing = (SELECT count(*) FROM contacts_basis basis WHERE basis.contact_id = person.contact_id)
                AS leaves,
            {under_duty} AS under_duty
        FROM person
    )""")


def frozen(row: str) -> sql.Composed:
    """Tell of the rows with a `contact_id` that go by this name whether a freeze stands on `day`."""
    return _STANDING.format(only=sql.SQL("hold.kind = 'freeze'"), row=sql.Identifier(row))


def under_duty(row: str) -> sql.Composed:
    """Tell the same of a duty."""
    return _STANDING.format(only=sql.SQL("hold.kind = 'duty'"), row=sql.Identifier(row))


def under_hold(row: str) -> sql.Composed:
    """Tell the same of a hold of either kind."""
    return _STANDING.format(only=sql.SQL("TRUE"), row=sql.Identifier(row))


@dataclass(frozen=True)
class Fates:
    """How many bases lapse and how many people are deleted or reduced in one run."""

    bases: dict[str, int]
    to_delete: int
    to_minimise: int


def with_fates(night: RetentionDate) -> Sql:
    """Return the start of a query in which `due` and `fate` can be read."""
    due, values = night.all_due()
    start = _FATES.format(due=due, frozen=frozen("due"), under_duty=under_duty("person"))
    return start, values | {"day": night.day}


_FORESEEN = sql.SQL("""
    {start} SELECT
        (
            SELECT json_object_agg(scenario, number) FROM (
                SELECT scenario, count(*) AS number FROM due JOIN fate USING (contact_id) GROUP BY scenario
            ) lapsing
        ),
        count(*) FILTER (WHERE leaves AND NOT under_duty), count(*) FILTER (WHERE leaves AND under_duty)
    FROM fate""")


def foresee(night: RetentionDate) -> Fates:
    """Count what a run with nobody spared by the cap would do to people who have a basis that is due."""
    start, values = with_fates(night)
    with connection.cursor() as cursor:
        cursor.execute(_FORESEEN.format(start=start), values)
        bases, to_delete, to_minimise = cursor.fetchone()
    return Fates(dict.fromkeys(Scenario.values, 0) | (bases or {}), to_delete, to_minimise)


def beyond_the_cap(night: RetentionDate) -> tuple[int, int]:
    """Count those whom a run would delete and reduce, without the people whose hold has just ended."""
    return _leaving(night, sql.SQL("contact_id NOT IN ({})").format(HOLD_ENDED))


def all_leaving(night: RetentionDate) -> tuple[int, int]:
    """Count those whom a run would delete and reduce, with the people whose hold has just ended."""
    to_delete, to_minimise = _leaving(night, sql.SQL("TRUE"))
    return to_delete + hold_ends(night), to_minimise


_LEAVING = sql.SQL("""
    {start} SELECT count(*) FILTER (WHERE NOT under_duty), count(*) FILTER (WHERE under_duty)
    FROM fate WHERE leaves AND {others}""")


def _leaving(night: RetentionDate, others: sql.Composable) -> tuple[int, int]:
    start, values = with_fates(night)
    with connection.cursor() as cursor:
        cursor.execute(_LEAVING.format(start=start, others=others), values)
        to_delete, to_minimise = cursor.fetchone()
    return to_delete, to_minimise


_HELD = sql.SQL("""
    SELECT count(DISTINCT held.contact_id) FROM retention_hold held
    WHERE (held.until IS NULL OR held.until >= %(day)s)
        AND NOT EXISTS (
            SELECT 1 FROM contacts_basis basis
            WHERE basis.contact_id = held.contact_id
                AND (basis.contact_id, basis.scenario) NOT IN (SELECT contact_id, scenario FROM ({due}) due)
        )""")


def held_alone(night: RetentionDate) -> int:
    """Count the people who exist by a hold alone: reduced ones, and frozen ones whose bases are all over."""
    due, values = night.all_due()
    return _number(_HELD.format(due=due), values | {"day": night.day})


_SPARED = sql.SQL("""
    WITH due AS MATERIALIZED ({due})
    SELECT count(*) FROM (
        SELECT contact_id, count(*) AS lapsing FROM due WHERE {frozen} GROUP BY contact_id
    ) frozen
    WHERE lapsing = (SELECT count(*) FROM contacts_basis basis WHERE basis.contact_id = frozen.contact_id)""")


def spared(night: RetentionDate) -> int:
    """Count the people who would be gone, or reduced, if no freeze stood on them."""
    due, values = night.all_due()
    return _number(_SPARED.format(due=due, frozen=frozen("due")), values | {"day": night.day})


def _number(query: sql.Composed, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        (number,) = cursor.fetchone()
    return int(number)


def hold_ends(night: RetentionDate) -> int:
    """Count the reduced people who go because the last of their holds has ended."""
    return hold_ending(night).values("contact").distinct().count()


def hold_ending(night: RetentionDate) -> QuerySet[Hold]:
    """Return the ended holds of these people."""
    bases = Basis.objects.filter(contact=OuterRef("contact"))
    standing = Hold.objects.standing(night.day).filter(contact=OuterRef("contact"))
    return Hold.objects.ended(night.day).exclude(Exists(bases)).exclude(Exists(standing))
