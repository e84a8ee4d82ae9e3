"""When each basis lapses and when each person goes, as things stand: what explain, the forecast and the pages show.

The same rule as in `retention.due.due_bases`, read the other way round: from the anchor forward to the day.
"""

import datetime as dt
from typing import Any

from django.db import connection
from psycopg2 import sql

from contacts.base.days import NIGHTLY_RUN
from contacts.models import PolicyVersion
from contacts.words.vocabulary import Scenario
from retention.due.due_bases import Sql, freed_at

# The database can count beyond the year 9999 and Python cannot.
_FOREVER = sql.SQL("DATE '9999-12-31'")

# The first day whose run comes at or after the moment from which an objection lets the basis lapse.
_FREED_ON = sql.SQL("""
    SELECT CASE WHEN freed.at <= (wall.day + {nightly_run}) AT TIME ZONE %(zone)s THEN wall.day ELSE wall.day + 1 END
        AS day
    FROM ({freed}) freed CROSS JOIN LATERAL (SELECT (freed.at AT TIME ZONE %(zone)s)::date AS day) wall""").format(
    nightly_run=sql.Literal(NIGHTLY_RUN), freed=freed_at(sql.Placeholder("zone"))
)

_LAPSES = sql.SQL("""
    SELECT basis.contact_id, basis.scenario, basis.legal_basis, clock.name AS clock, clock.anchor,
        LEAST(clock.ends_on, freed.day) AS lapses_on,
        freed.day IS NOT NULL AND freed.day <= clock.ends_on AS by_objection
    FROM contacts_basis basis
    JOIN contacts_contact contact ON contact.id = basis.contact_id
    JOIN contacts_scenariorule rule ON rule.scenario = basis.scenario AND rule.version_id = %(policy)s
    LEFT JOIN {organisations} organisation ON organisation.id = contact.organisation_id
    CROSS JOIN LATERAL (
        SELECT rule.clock = 'agreement_end' AND basis.clock_from IS NOT NULL AS unverified
    ) state
    CROSS JOIN LATERAL (
        SELECT CASE WHEN state.unverified THEN 'collection' ELSE rule.clock END AS name,
            CASE WHEN state.unverified THEN %(unverified_months)s ELSE rule.months END AS months,
            COALESCE(basis.clock_from, organisation.agreements_ended_on) AS anchor
    ) running
    CROSS JOIN LATERAL (
        SELECT running.name, running.anchor,
            -- LEAST passes over NULL, and an open agreement must stay open.
            CASE WHEN running.anchor IS NOT NULL
                 THEN LEAST((running.anchor + make_interval(months => running.months))::date, {forever})
            END AS ends_on
    ) clock
    LEFT JOIN LATERAL ({freed_on}) freed ON TRUE
    WHERE basis.contact_id {among}""")

_DEPARTURES = sql.SQL("""
    WITH lapse AS ({lapses}),
    reason AS (
        SELECT contact_id, bool_or(lapses_on IS NULL) AS open, max(lapses_on) AS last FROM lapse GROUP BY contact_id
    ),
    guard AS (
        SELECT contact_id,
            bool_or(until IS NULL OR (kind = 'freeze' AND until >= %(day)s)) AS open,
            max(LEAST(until, {forever} - 1) + 1) AS last
        FROM retention_hold WHERE contact_id {among} GROUP BY contact_id
    )
    SELECT contact.id,
        CASE WHEN reason.open OR guard.open THEN NULL
             ELSE GREATEST(reason.last, guard.last) END AS leaves_on
    FROM contacts_contact contact
    LEFT JOIN reason ON reason.contact_id = contact.id
    LEFT JOIN guard ON guard.contact_id = contact.id
    WHERE contact.id {among}""")

_EVERYONE = sql.SQL("IS NOT NULL")
_THESE = sql.SQL("= ANY(%(people)s)")
_ORGANISATIONS = sql.Identifier("contacts_organisation")


def of(policy: PolicyVersion, contact_ids: list[int]) -> Sql:
    """Return these people's bases with clock, anchor and the day each lapses; both are empty while one is open.

    The last column tells whether that day is due to an objection to all marketing rather than to the clock.
    """
    return _lapses(_THESE), _values(policy) | {"people": contact_ids}


def of_each(policy: PolicyVersion, people: sql.Composable, organisations: sql.Composable = _ORGANISATIONS) -> Sql:
    """Return the same for the contacts that a query names.

    `organisations` names the relation that says when their agreements have ended, as it is or as one supposes.
    """
    return _lapses(_those(people), organisations), _values(policy)


def of_everyone(policy: PolicyVersion) -> Sql:
    """Return the same for everyone held."""
    return _lapses(_EVERYONE), _values(policy)


def departures(lapses: sql.Composable, people: sql.Composable) -> sql.Composed:
    """Return the query for the day whose run deletes each of the contacts that a query names: `id` and `leaves_on`.

    `lapses` is the query for their bases. It needs one more value, `day`: the day that it is.
    """
    return _departures(lapses, _those(people))


def kept_until(policy: PolicyVersion, contact_ids: list[int], day: dt.date) -> dict[int, dt.date | None]:
    """Return for each person the day whose run deletes them, or None where nothing sets one.

    None while an agreement is open, a freeze stands on `day`, or a hold has no end.
    """
    query, values = of(policy, contact_ids)
    with connection.cursor() as cursor:
        cursor.execute(_departures(query, _THESE), values | {"day": day})
        return dict(cursor.fetchall())


def _lapses(among: sql.Composable, organisations: sql.Composable = _ORGANISATIONS) -> sql.Composed:
    return _LAPSES.format(organisations=organisations, forever=_FOREVER, freed_on=_FREED_ON, among=among)


def _departures(lapses: sql.Composable, among: sql.Composable) -> sql.Composed:
    return _DEPARTURES.format(lapses=lapses, forever=_FOREVER, among=among)


def _those(people: sql.Composable) -> sql.Composed:
    return sql.SQL("IN ({})").format(people)


def _values(policy: PolicyVersion) -> dict[str, Any]:
    unverified = policy.rule(Scenario.PROSPECT).months
    return {"policy": policy.pk, "unverified_months": unverified, "zone": policy.time_zone}
