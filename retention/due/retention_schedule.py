"""When each basis lapses and when each person goes, as things stand: what explain, the forecast and the pages show.

The same rule as in `retention.due.periods`, read the other way round: from the anchor forward to the day.
"""

import datetime as dt
from typing import Any

from django.db import connection
from psycopg2 import sql

from contacts.base.days import NIGHTLY_RUN
from contacts.models import PolicyVersion
from contacts.policy import promised
from contacts.words.vocabulary import AgreementState, Clock, Scenario
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

# Of the period promised and the one in force the shorter; of two that end on one day, the one in force. A clock that
# runs no more is read from its facts, as `contacts.clocks` would.
_PERIOD = sql.SQL("""
    SELECT rule.version_id, clock.name, clock.anchor,
        -- LEAST passes over NULL, and an open agreement must stay open.
        CASE WHEN clock.anchor IS NOT NULL
             THEN LEAST((clock.anchor + make_interval(months => clock.months))::date, {forever})
        END AS ends_on
    FROM contacts_scenariorule rule
    JOIN contacts_scenariorule prospect ON prospect.version_id = rule.version_id AND prospect.scenario = {prospect}
    CROSS JOIN LATERAL (
        SELECT rule.clock = {agreement_end} AND CASE
            WHEN rule.clock = runs.clock THEN basis.clock_from IS NOT NULL
            ELSE COALESCE(organisation.agreement_state, {none}) = {none} END AS unverified
    ) state
    CROSS JOIN LATERAL (
        SELECT CASE WHEN state.unverified THEN 'collection' ELSE rule.clock END AS name,
            CASE WHEN state.unverified THEN prospect.months ELSE rule.months END AS months,
            CASE WHEN rule.clock = runs.clock THEN COALESCE(basis.clock_from, organisation.agreements_ended_on)
                 WHEN rule.clock = {collection} OR state.unverified THEN basis.collected_on
                 WHEN rule.clock = {last_activity} THEN GREATEST(contact.last_activity_on, basis.collected_on)
                 ELSE organisation.agreements_ended_on END AS anchor
    ) clock
    WHERE rule.scenario = basis.scenario AND rule.version_id IN (%(policy)s, promise.version_id)
    ORDER BY ends_on NULLS LAST, rule.version_id <> %(policy)s LIMIT 1""").format(
    forever=_FOREVER,
    prospect=sql.Literal(Scenario.PROSPECT),
    none=sql.Literal(AgreementState.NONE),
    agreement_end=sql.Literal(Clock.AGREEMENT_END),
    collection=sql.Literal(Clock.COLLECTION),
    last_activity=sql.Literal(Clock.LAST_ACTIVITY),
)

_LAPSES = sql.SQL("""
    SELECT basis.contact_id, basis.scenario, basis.legal_basis, period.name AS clock, period.anchor,
        LEAST(period.ends_on, freed.day) AS lapses_on,
        freed.day IS NOT NULL AND freed.day <= period.ends_on AS by_objection,
        promise.version_id AS promised, period.version_id <> %(policy)s AS by_promise
    FROM contacts_basis basis
    JOIN contacts_contact contact ON contact.id = basis.contact_id
    LEFT JOIN contacts_scenariorule runs ON runs.scenario = basis.scenario AND runs.version_id = %(in_force)s
    LEFT JOIN {organisations} organisation ON organisation.id = contact.organisation_id
    LEFT JOIN unnest(%(versions)s::bigint[], %(since)s::date[], %(until)s::date[]) span (version_id, since, until)
        ON basis.policy_shown_id IS NULL
        AND (span.since IS NULL OR basis.collected_on >= span.since)
        AND (span.until IS NULL OR basis.collected_on < span.until)
    CROSS JOIN LATERAL (SELECT COALESCE(basis.policy_shown_id, span.version_id) AS version_id) promise
    CROSS JOIN LATERAL ({period}) period
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

    The columns after it tell whether that day is due to an objection to all marketing rather than to the clock, by
    which version the person was promised a period, and whether that is the shorter one (L13).
    """
    return _lapses(_THESE), _values(policy) | {"people": contact_ids}


def of_each(policy: PolicyVersion, people: sql.Composable, organisations: sql.Composable = _ORGANISATIONS) -> Sql:
    """Return the same for the contacts that a query names.

    `organisations` names the relation that says whether they have agreements, and when these have ended, as it is or as
    one supposes.
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
    return _LAPSES.format(organisations=organisations, period=_PERIOD, freed_on=_FREED_ON, among=among)


def _departures(lapses: sql.Composable, among: sql.Composable) -> sql.Composed:
    return _DEPARTURES.format(lapses=lapses, forever=_FOREVER, among=among)


def _those(people: sql.Composable) -> sql.Composed:
    return sql.SQL("IN ({})").format(people)


def _values(policy: PolicyVersion) -> dict[str, Any]:
    spans = promised.spans()
    return {
        "policy": policy.pk,
        "zone": policy.time_zone,
        "in_force": spans[-1].version.pk if spans else None,
        "versions": [span.version.pk for span in spans],
        "since": [span.since for span in spans],
        "until": [span.until for span in spans],
    }
