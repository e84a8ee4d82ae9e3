"""What a version of the policy would do to those who are held now, beside the one in force (P24).

The same SQL as the night's answers for both. Where the draft starts a period from something else, a table that lies
before the bases on this connection alone holds them with the clocks that they would have.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

from contacts.base.days import day_of, next_run
from contacts.base.limits import limits
from contacts.models import PolicyVersion
from contacts.people import clocks
from contacts.policy import policies
from contacts.words.vocabulary import Scenario
from retention.due import growing, new_purposes, retention_schedule
from retention.due.due_bases import RetentionDate
from retention.forecasts import forecast
from retention.models import PolicyEffect

type Figures = dict[str, dict[str, Any]]

PEOPLE = ""  # beside the scenarios: each person once
HORIZONS = (0, 30, 365)  # days after the next night

_NOW, _THEN = sql.Identifier("policy_lapse_now"), sql.Identifier("policy_lapse_then")
_BASES = sql.Identifier("contacts_basis")

_KEEP = sql.SQL("CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}")
_DROP = sql.SQL("DROP TABLE pg_temp.{name}")
_MEASURE = sql.SQL("ANALYZE pg_temp.{name}")
_READY = sql.SQL("""
    CREATE INDEX ON pg_temp.{name} (contact_id);
    CREATE INDEX ON pg_temp.{name} (scenario, clock_from);
    ANALYZE pg_temp.{name}""")

# What has no day, ends on none: an open agreement outlasts every period.
_COMPARE = sql.SQL("""
    WITH leaving_now AS ({leaving_now}), leaving_then AS ({leaving_then}),
    moved AS (
        SELECT now.scenario, COALESCE(now.lapses_on, 'infinity') AS before,
            COALESCE(later.lapses_on, 'infinity') AS after
        FROM {now} now JOIN {then} later USING (contact_id, scenario)
        UNION ALL
        SELECT %(people)s, COALESCE(now.leaves_on, 'infinity'), COALESCE(later.leaves_on, 'infinity')
        FROM leaving_now now JOIN leaving_then later USING (id)
    )
    SELECT scenario, count(*) FILTER (WHERE after < before), count(*) FILTER (WHERE after > before)
    FROM moved GROUP BY scenario""")


def keep(version_id: int, *, at: dt.datetime) -> None:
    """Count what a draft would do and write it down, in the place of what was counted before."""
    draft = PolicyVersion.objects.filter(pk=version_id, published_at__isnull=True).first()
    in_force = PolicyVersion.objects.in_force()
    if draft and in_force:
        found = {"figures": count(in_force, draft, at=at), "night": _night(in_force, at), "counted_at": at}
        PolicyEffect.objects.update_or_create(version=draft, defaults={**found, "digest": draft.digest})


def current(version: PolicyVersion, day: dt.date) -> PolicyEffect | None:
    """Return what was counted of a draft as it reads now, unless the night it was counted for is over on `day`."""
    return PolicyEffect.objects.filter(version=version, digest=version.digest, night__gte=day).first()


@transaction.atomic
def rehearse(source: dict[str, Any], *, at: dt.datetime) -> Figures:
    """Count what a source would do, and leave nothing written. Raises PolicyError where it is not whole."""
    in_force = PolicyVersion.objects.in_force()
    try:
        return count(in_force, policies.draft(source), at=at) if in_force else {}
    finally:
        transaction.set_rollback(True)


@limits(statement="1h")
@transaction.atomic
def count(now: PolicyVersion, then: PolicyVersion, *, at: dt.datetime) -> Figures:
    """Count by scenario, and of people, who goes by the next night and after 30 and 365 days, under the version in
    force and under the other; for whom the day comes sooner or later; and who was promised a shorter period or
    fewer purposes.
    """
    night = _night(now, at)
    figures: Figures = {scenario: {} for scenario in (*Scenario.values, PEOPLE)}
    _look(figures, "now", now, night, _NOW)
    with _supposing(now, then):
        _look(figures, "then", then, night, _THEN)
    _compare(figures, night)
    _grow(figures, then, at)
    for name in (_NOW, _THEN):
        _execute(_DROP.format(name=name))
    return figures


def hit(now: PolicyVersion, then: PolicyVersion, most: int, *, at: dt.datetime) -> Iterator[tuple[int, str]]:
    """Yield some of those whose reason the next night would let lapse under a draft and not under the version in force.

    Of the scenarios whose clock stays, whose anchors an index finds.
    """
    at_night = next_run(at, now.zone)
    before, after = RetentionDate(now, at_night), RetentionDate(then, at_night)
    for scenario in Scenario.values:
        if now.rule(scenario).clock == then.rule(scenario).clock:
            found = _some(after.lapsed(scenario), most)
            stays = set(found) - set(_some(before.lapsed(scenario, found), most))
            yield from ((contact_id, scenario) for contact_id in sorted(stays))


def _night(policy: PolicyVersion, at: dt.datetime) -> dt.date:
    return day_of(next_run(at, policy.zone), policy.zone)


def _look(figures: Figures, name: str, policy: PolicyVersion, night: dt.date, lapses: sql.Identifier) -> None:
    """Keep when each basis lapses under a version, and add who goes by each horizon."""
    query, values = retention_schedule.of_everyone(policy)
    _execute(_KEEP.format(name=lapses, query=query), values)
    _execute(_MEASURE.format(name=lapses))
    days = list(forecast.days_of(lapses, first=night, number=HORIZONS[-1] + 1))
    for scenario, counted in figures.items():
        daily = [day.bases[scenario] if scenario else day.contacts for day in days]
        counted[name] = [sum(daily[: horizon + 1]) for horizon in HORIZONS]


@contextmanager
def _supposing(now: PolicyVersion, then: PolicyVersion) -> Iterator[None]:
    """Have all statements read the bases with the clocks of a version, where it has others than the one in force."""
    if all(now.rule(scenario).clock == then.rule(scenario).clock for scenario in Scenario.values):
        yield
        return
    _execute(_KEEP.format(name=_BASES, query=clocks.supposed()), {"policy": then.pk})
    _execute(_READY.format(name=_BASES))
    yield
    _execute(_DROP.format(name=_BASES))


def _compare(figures: Figures, night: dt.date) -> None:
    everybody = sql.SQL("SELECT id FROM contacts_contact")
    leaving = {
        f"leaving_{name}": retention_schedule.departures(sql.SQL("SELECT * FROM {}").format(lapses), everybody)
        for name, lapses in (("now", _NOW), ("then", _THEN))
    }
    for counted in figures.values():
        counted |= {"sooner": 0, "later": 0}
    with connection.cursor() as cursor:
        cursor.execute(_COMPARE.format(now=_NOW, then=_THEN, **leaving), {"day": night, "people": PEOPLE})
        for scenario, sooner, later in cursor:
            figures[scenario] |= {"sooner": sooner, "later": later}


def _grow(figures: Figures, then: PolicyVersion, at: dt.datetime) -> None:
    """Add who was promised a shorter period or fewer purposes: that applies until they are told of more (L13)."""
    promised, told = growing.whose_period_grows(then, at=at, most=0), new_purposes.told_of(then)
    for scenario, counted in figures.items():
        counted["grows"] = promised.bases[scenario] if scenario else promised.people
        counted["told"] = told[scenario]
    figures[PEOPLE]["waits"] = new_purposes.waits_for(then)


def _some(found: Any, most: int) -> list[int]:
    query, values = found
    limited = sql.SQL("SELECT contact_id FROM ({}) found LIMIT {}").format(query, sql.Literal(most))
    with connection.cursor() as cursor:
        cursor.execute(limited, values)
        return [contact_id for (contact_id,) in cursor]


def _execute(query: sql.Composable, values: dict[str, Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
