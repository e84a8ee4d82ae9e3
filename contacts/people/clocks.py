"""Keep the day from which each basis's own clock runs.

That day is derived, never typed: from the person's last activity, from the collection, or (for customers and partners)
it is empty, because the clock stands on the organisation. Acts that move one of these facts call this in the same
transaction, while they hold the lock on the contact or the organisation.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from psycopg2 import sql

# The clock of the policy in force decides. An unverified customer has nothing but the collection to go by.
_CLOCK_FROM = sql.SQL("""
    CASE rule.clock
        WHEN 'last_activity' THEN GREATEST(contact.last_activity_on, {basis}.collected_on)
        WHEN 'collection' THEN {basis}.collected_on
        ELSE CASE WHEN COALESCE(organisation.agreement_state, 'none') = 'none' THEN {basis}.collected_on END
    END""")

_IN_FORCE = sql.SQL("SELECT id FROM contacts_policyversion WHERE published_at IS NOT NULL ORDER BY number DESC LIMIT 1")

_REFRESH = sql.SQL("""
    UPDATE contacts_basis target SET clock_from = fresh.clock_from
    FROM (
        SELECT basis.id, {clock} AS clock_from
        FROM contacts_basis basis
        JOIN contacts_contact contact ON contact.id = basis.contact_id
        JOIN contacts_scenariorule rule ON rule.scenario = basis.scenario AND rule.version_id = ({in_force})
        LEFT JOIN contacts_organisation organisation ON organisation.id = contact.organisation_id
        WHERE {scope}
    ) fresh
    WHERE target.id = fresh.id AND target.clock_from IS DISTINCT FROM fresh.clock_from""")

_NEW = sql.SQL("""(
    SELECT {clock} FROM contacts_contact contact
    JOIN contacts_scenariorule rule ON rule.scenario = {basis}.scenario AND rule.version_id = ({in_force})
    LEFT JOIN contacts_organisation organisation ON organisation.id = contact.organisation_id
    WHERE contact.id = {basis}.contact_id
)""")


# With the columns that tell when a basis lapses.
_SUPPOSED = sql.SQL("""
    SELECT basis.id, basis.contact_id, basis.scenario, basis.legal_basis, basis.collected_on, basis.policy_shown_id,
        {clock} AS clock_from
    FROM contacts_basis basis
    JOIN contacts_contact contact ON contact.id = basis.contact_id
    JOIN contacts_scenariorule rule ON rule.scenario = basis.scenario AND rule.version_id = %(policy)s
    LEFT JOIN contacts_organisation organisation ON organisation.id = contact.organisation_id""")

_OF_CONTACTS = sql.SQL("contact.id IN (SELECT unnest(%(changed)s))")
_OF_ORGANISATIONS = sql.SQL("contact.organisation_id = ANY(%(changed)s) AND rule.clock = 'agreement_end'")
_OF_SCENARIOS = sql.SQL("basis.scenario = ANY(%(changed)s)")


def refresh_contacts(contact_ids: Iterable[int]) -> None:
    """Set the clocks of all bases of these contacts."""
    _refresh(_OF_CONTACTS, list(contact_ids))


def refresh_organisations(organisation_ids: Iterable[int]) -> None:
    """Set the clocks that stand on these organisations: when their contacts become verified, or cease to be.

    The end of an agreement needs no call: the clock of its contacts stands on the organisation.
    """
    _refresh(_OF_ORGANISATIONS, list(organisation_ids))


def refresh_scenarios(scenarios: Iterable[str]) -> None:
    """Set the clocks of everyone held under these scenarios: when a new policy changes the kind of their clock."""
    _refresh(_OF_SCENARIOS, list(scenarios))


def of_new_basis(row: str) -> sql.Composed:
    """Return the SQL expression for the clock of a basis that is about to be inserted.

    `row` names the source of its contact_id, scenario and collected_on; what the contact says must be written already.
    """
    basis = sql.Identifier(row)
    return _NEW.format(clock=_CLOCK_FROM.format(basis=basis), basis=basis, in_force=_IN_FORCE)


def supposed() -> sql.Composed:
    """Return the query for all bases with the clocks that they would have under the version `policy`, a value."""
    return _SUPPOSED.format(clock=_CLOCK_FROM.format(basis=sql.Identifier("basis")))


def _refresh(scope: sql.SQL, changed: list[Any]) -> None:
    if changed:
        clock = _CLOCK_FROM.format(basis=sql.Identifier("basis"))
        with connection.cursor() as cursor:
            cursor.execute(_REFRESH.format(clock=clock, in_force=_IN_FORCE, scope=scope), {"changed": changed})
