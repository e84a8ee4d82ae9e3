"""Whose period a version of the policy makes longer than they were promised: their due days are compared (L13)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from psycopg2 import sql

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.policy import promised
from contacts.policy.promised import Promised
from contacts.words.vocabulary import Scenario
from retention.due import retention_schedule
from retention.due.due_bases import Sql, union


@dataclass(frozen=True)
class Growing:
    """How many people, how many of their bases by scenario, and the keys of the contacts, the longest held first."""

    people: int
    bases: dict[str, int]
    ids: list[int]


def whose_period_grows(draft: PolicyVersion, *, at: dt.datetime, most: int | None = None) -> Growing:
    """Return who would be kept longer by a version than they were promised, were it in force: of a draft as well as of
    the version in force. `most` limits the ids that are returned, never the counts.

    The draft is stored with its rules (`policies.draft`). Whoever is due at `at` by what they were promised is not
    among them: nothing would keep them.
    """
    query, values = growing(draft, at=at)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT scenario, count(*) FROM ({}) growing GROUP BY scenario").format(query), values)
        bases = dict(cursor.fetchall())
        ids = sql.SQL("SELECT DISTINCT contact_id FROM ({}) growing ORDER BY contact_id").format(query)
        cursor.execute(ids, values)
        people = [contact_id for (contact_id,) in cursor.fetchall()]
    return Growing(len(people), dict.fromkeys(Scenario.values, 0) | bases, people[:most])


# While an agreement is open, no day is set: then the period grows that begins with its end.
_GROWING = sql.SQL("""
    SELECT contact_id, scenario FROM ({lapses}) lapse
    WHERE (by_promise AND lapses_on > %(grows_after)s)
        OR (lapses_on IS NULL AND (scenario, promised) IN (
            SELECT * FROM unnest(%(grows_as)s::text[], %(grows_from)s::bigint[])))""")


def growing(policy: PolicyVersion, *, at: dt.datetime) -> Sql:
    """Return the bases that lapse earlier than by this version, since their people were promised a shorter period.

    Only people whose promise may be the shorter one are looked at, day by day.
    """
    shorter = list(_shorter(policy))
    named = [promise.held(f"{scenario}_{number}_grows") for number, (scenario, promise) in enumerate(shorter)]
    candidates, values = union([*map(_of_these, shorter, named), _NOBODY])
    lapses, lapse_values = retention_schedule.of_each(policy, candidates)
    pairs = [
        (scenario, version)
        for scenario, promise in shorter
        for version in promise.versions
        if promise.key[1] < policy.rule(scenario).months
    ]
    asked = {
        "grows_after": day_of(at, policy.zone),
        "grows_as": [scenario for scenario, _version in pairs],
        "grows_from": [version for _scenario, version in pairs],
    }
    return _GROWING.format(lapses=lapses), values | lapse_values | asked


_NOBODY: Sql = sql.SQL("SELECT NULL::bigint WHERE FALSE"), {}
_PEOPLE = sql.SQL("SELECT basis.contact_id FROM contacts_basis basis WHERE basis.scenario = {} AND {}")


def _of_these(shorter: tuple[str, Promised], held: Sql) -> Sql:
    theirs, values = held
    return _PEOPLE.format(sql.Literal(shorter[0]), theirs), values


def _shorter(policy: PolicyVersion) -> Iterator[tuple[str, Promised]]:
    """Yield each promise, with its scenario, that is another than this version's and may be shorter."""
    spans = promised.spans()
    for scenario in Scenario.values:
        now = promised.key(policy.rule(scenario), policy)
        for promise in promised.each(scenario, spans):
            if promised.may_lengthen(promise.key, now):
                yield scenario, promise
