"""What the runs of the coming days would do, as things stand and if nothing new happens."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg2 import sql

from contacts.base.days import run_of
from contacts.models import PolicyVersion
from contacts.words.vocabulary import Scenario
from retention.due import retention_schedule
from retention.due.due_bases import RetentionDate


@dataclass
class Day:
    """How many bases lapse, and how many people are deleted, in the run of one day."""

    day: dt.date
    bases: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Scenario.values, 0))
    contacts: int = 0


# Only people of whom something lapses by the last day, or who are held, can go by then: nobody else is looked at.
# A freeze delays a person's bases until the run on the day after its end, a duty only the person. What is overdue falls
# on the first day.
_PLAN = sql.SQL("""
    WITH person AS MATERIALIZED (
        SELECT contact_id FROM ({due}) due UNION SELECT contact_id FROM retention_hold
    ),
    lapse AS MATERIALIZED ({lapses}),
    guard AS (
        SELECT contact_id,
            bool_or(until IS NULL) AS endless, bool_or(until IS NULL AND kind = 'freeze') AS frozen,
            max(LEAST(until, DATE '9999-12-30') + 1) AS last,
            max(LEAST(until, DATE '9999-12-30') + 1) FILTER (WHERE kind = 'freeze') AS thaw
        FROM retention_hold GROUP BY contact_id
    ),
    planned AS (
        SELECT lapse.contact_id, lapse.scenario, GREATEST(lapse.lapses_on, guard.thaw, %(first)s) AS day
        FROM lapse LEFT JOIN guard USING (contact_id)
        WHERE lapse.lapses_on IS NOT NULL AND NOT COALESCE(guard.frozen, FALSE)
    ),
    open_ended AS (SELECT DISTINCT contact_id FROM lapse WHERE lapses_on IS NULL),
    departure AS (
        SELECT contact_id, GREATEST(max(planned.day), guard.last, %(first)s) AS day
        FROM person
        LEFT JOIN planned USING (contact_id)
        LEFT JOIN guard USING (contact_id)
        LEFT JOIN open_ended USING (contact_id)
        WHERE NOT COALESCE(guard.endless, FALSE) AND open_ended.contact_id IS NULL
        GROUP BY contact_id, guard.last
    )
    SELECT day, scenario, count(*) FROM planned WHERE day < %(end)s GROUP BY day, scenario
    UNION ALL
    SELECT day, NULL, count(*) FROM departure WHERE day < %(end)s GROUP BY day""")


def days(*, policy: PolicyVersion, first: dt.date, number: int) -> Iterator[Day]:
    """Yield one entry for each of `number` days from `first` on, also for the days on which nothing happens."""
    due, due_values = RetentionDate(policy, run_of(first + dt.timedelta(days=number - 1), policy.zone)).all_due()
    bases, values = retention_schedule.of_each(policy, sql.SQL("SELECT contact_id FROM person"))
    yield from _days(_PLAN.format(due=due, lapses=bases), due_values | values, first, number)


def days_of(lapses: sql.Composable, *, first: dt.date, number: int) -> Iterator[Day]:
    """Yield the same of a table that has the schedule of everyone (`retention_schedule.of_everyone`)."""
    due = sql.SQL("SELECT contact_id FROM {}").format(lapses)
    yield from _days(_PLAN.format(due=due, lapses=sql.SQL("SELECT * FROM {}").format(lapses)), {}, first, number)


def _days(query: sql.Composed, values: dict[str, Any], first: dt.date, number: int) -> Iterator[Day]:
    found: dict[dt.date, Day] = {}
    with connection.cursor() as cursor:
        cursor.execute(query, values | {"first": first, "end": first + dt.timedelta(days=number)})
        for day, scenario, count in cursor:
            entry = found.setdefault(day, Day(day))
            if scenario is None:
                entry.contacts = count
            else:
                entry.bases[scenario] = count
    for offset in range(number):
        day = first + dt.timedelta(days=offset)
        yield found.get(day, Day(day))
