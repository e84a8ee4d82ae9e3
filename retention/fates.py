"""What a run would do with everyone who is due: the dry run's counts, the cap's measure and an approval's set.

The run itself decides batch by batch under locks (`retention.batches`); a test holds the two against each other.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from contacts.words.vocabulary import Scenario
from retention.due import Night, Sql

STANDING = "hold.contact_id = {contact} AND (hold.until IS NULL OR hold.until >= %s)"
FROZEN = f"EXISTS (SELECT 1 FROM retention_hold hold WHERE hold.kind = 'freeze' AND {STANDING})"
UNDER_DUTY = f"EXISTS (SELECT 1 FROM retention_hold hold WHERE hold.kind = 'duty' AND {STANDING})"
UNDER_HOLD = f"EXISTS (SELECT 1 FROM retention_hold hold WHERE {STANDING})"

# People whose hold ended since a run last looked: the cap never delays them.
HOLD_ENDED = "SELECT hold.contact_id FROM retention_hold hold WHERE hold.until < %s AND hold.closed_on IS NULL"

_FATES = """
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
    )"""


@dataclass(frozen=True)
class Fates:
    """How many bases lapse and how many people are deleted or reduced in one run."""

    bases: dict[str, int] = field(default_factory=dict)
    to_delete: int = 0
    to_minimise: int = 0


def with_fates(night: Night) -> Sql:
    """Return the start of a query in which `due` and `fate` can be read."""
    due, values = night.all_due()
    text = _FATES.format(
        due=due,
        frozen=FROZEN.format(contact="due.contact_id"),
        under_duty=UNDER_DUTY.format(contact="person.contact_id"),
    )
    return text, [*values, night.day, night.day]


def foresee(night: Night) -> Fates:
    """Count what a run with nobody spared by the cap would do to people who have a basis that is due."""
    text, values = with_fates(night)
    with connection.cursor() as cursor:
        cursor.execute(f"{text} SELECT scenario, count(*) FROM due JOIN fate USING (contact_id) GROUP BY 1", values)
        bases = dict.fromkeys(Scenario.values, 0) | dict(cursor.fetchall())
    to_delete, to_minimise = _leaving(night, "leaves")
    return Fates(bases, to_delete, to_minimise)


def beyond_the_cap(night: Night) -> tuple[int, int]:
    """Count those whom a run would delete and reduce, without the people whose hold has just ended."""
    return _leaving(night, f"leaves AND contact_id NOT IN ({HOLD_ENDED})", night.day)


def _leaving(night: Night, condition: str, *more: Any) -> tuple[int, int]:
    text, values = with_fates(night)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{text} SELECT count(*) FILTER (WHERE NOT under_duty), count(*) FILTER (WHERE under_duty)"
            f" FROM fate WHERE {condition}",
            [*values, *more],
        )
        to_delete, to_minimise = cursor.fetchone()
    return to_delete, to_minimise


def remember(night: Night, run_id: int) -> None:
    """Write down everyone whom a waiting run would touch: what an approval covers."""
    text, values = with_fates(night)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO retention_purgecandidate (run_id, contact_id) {text} SELECT %s, contact_id FROM fate",
            [*values, run_id],
        )


_HELD = """
    SELECT count(DISTINCT held.contact_id) FROM retention_hold held
    WHERE (held.until IS NULL OR held.until >= %s)
        AND NOT EXISTS (
            SELECT 1 FROM contacts_basis basis
            WHERE basis.contact_id = held.contact_id
                AND (basis.contact_id, basis.scenario) NOT IN (SELECT contact_id, scenario FROM ({due}) due)
        )"""


def held_alone(night: Night) -> int:
    """Count the people who exist by a hold alone: reduced ones, and frozen ones whose bases are all over."""
    due, values = night.all_due()
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(due=due), [night.day, *values])
        (number,) = cursor.fetchone()
    return int(number)


_SPARED = f"""
    WITH due AS MATERIALIZED ({{due}})
    SELECT count(*) FROM (
        SELECT contact_id, count(*) AS lapsing FROM due
        WHERE {FROZEN.format(contact="due.contact_id")}
        GROUP BY contact_id
    ) frozen
    WHERE lapsing = (SELECT count(*) FROM contacts_basis basis WHERE basis.contact_id = frozen.contact_id)"""


def spared(night: Night) -> int:
    """Count the people who would be gone, or reduced, if no freeze stood on them."""
    due, values = night.all_due()
    with connection.cursor() as cursor:
        cursor.execute(_SPARED.format(due=due), [*values, night.day])
        (number,) = cursor.fetchone()
    return int(number)


_HOLD_ENDS = f"""
    SELECT count(DISTINCT contact_id) FROM ({HOLD_ENDED}) ended
    WHERE NOT EXISTS (SELECT 1 FROM contacts_basis basis WHERE basis.contact_id = ended.contact_id)
        AND NOT {UNDER_HOLD.format(contact="ended.contact_id")}"""


def hold_ends(night: Night) -> int:
    """Count the reduced people who go because the last of their holds has ended."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_ENDS, [night.day, night.day])
        (number,) = cursor.fetchone()
    return int(number)
