"""Whose period a version of the policy makes longer than they were promised: their due days are compared (L13)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from psycopg2 import sql

from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.policy import promised
from contacts.policy.promised import Promised, Span
from contacts.words.vocabulary import Scenario
from retention.due import periods, retention_schedule
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


_ON_ONE_CLOCK = sql.SQL("""
    SELECT basis.contact_id, basis.scenario FROM contacts_basis basis
    JOIN contacts_contact contact ON contact.id = basis.contact_id
    LEFT JOIN contacts_organisation organisation ON organisation.id = contact.organisation_id
    WHERE basis.scenario = {scenario} AND {theirs} AND {not_yet}""")

_ON_ANOTHER = sql.SQL("""
    SELECT contact_id, scenario FROM ({lapses}) lapse
    WHERE scenario = {scenario} AND promised = ANY({versions}) AND by_promise AND lapses_on > {day}""")

_NOBODY: Sql = sql.SQL("SELECT NULL::bigint AS contact_id, NULL::varchar AS scenario WHERE FALSE"), {}
_PEOPLE = sql.SQL("SELECT basis.contact_id FROM contacts_basis basis WHERE basis.scenario = {scenario} AND {theirs}")


def growing(policy: PolicyVersion, *, at: dt.datetime) -> Sql:
    """Return the bases that lapse earlier than by this version, since their people were promised a shorter period.

    On one clock the months tell, and while an agreement is open, the period grows that begins with its end. On two
    clocks the days are compared, person by person, of those alone who were promised the other one.
    """
    spans, day = promised.spans(), day_of(at, policy.zone)
    parts = (
        part
        for scenario in Scenario.values
        for number, promise in enumerate(promised.each(scenario, spans))
        for part in _grown(scenario, promise, policy, spans, day, f"{scenario}_{number}_grows")
    )
    return union([*parts, _NOBODY])


def _grown(
    scenario: str, promise: Promised, policy: PolicyVersion, spans: list[Span], day: dt.date, name: str
) -> Iterator[Sql]:
    now = promised.key(policy.rule(scenario), policy)
    theirs, values = promise.held(name)
    who: dict[str, sql.Composable] = {"scenario": sql.Literal(scenario), "theirs": theirs}
    if promise.key[0] != now[0]:
        lapses, lapse_values = retention_schedule.of_each(policy, _PEOPLE.format(**who))
        asked = {"scenario": who["scenario"], "versions": sql.Literal(promise.versions), "day": sql.Literal(day)}
        yield _ON_ANOTHER.format(lapses=lapses, **asked), values | lapse_values
        return
    running = periods.runs(scenario, spans)
    old, new = (periods.terms(key, running, day) for key in (promise.key, now))
    for before, after in zip(old, new, strict=True):
        if before.latest > after.latest:
            yield _ON_ONE_CLOCK.format(not_yet=before.not_yet(), **who), values
