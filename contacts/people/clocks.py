"""Keep the day from which each basis's own clock runs.

That day is derived, never typed: from the person's last activity, from the collection, or (for customers and partners)
it is empty, because the clock stands on the organisation. Acts that move one of these facts call this in the same
transaction, while they hold the lock on the contact or the organisation.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection

# The clock of the policy in force decides. An unverified customer has nothing but the collection to go by.
_CLOCK_FROM = """
    CASE rule.clock
        WHEN 'last_activity' THEN GREATEST(contact.last_activity_on, {basis}.collected_on)
        WHEN 'collection' THEN {basis}.collected_on
        ELSE CASE WHEN COALESCE(organisation.agreement_state, 'none') = 'none' THEN {basis}.collected_on END
    END"""

_IN_FORCE = "SELECT id FROM contacts_policyversion WHERE published_at IS NOT NULL ORDER BY number DESC LIMIT 1"

_REFRESH = f"""
    UPDATE contacts_basis target SET clock_from = fresh.clock_from
    FROM (
        SELECT basis.id, {_CLOCK_FROM.format(basis="basis")} AS clock_from
        FROM contacts_basis basis
        JOIN contacts_contact contact ON contact.id = basis.contact_id
        JOIN contacts_scenariorule rule ON rule.scenario = basis.scenario AND rule.version_id = ({_IN_FORCE})
        LEFT JOIN contacts_organisation organisation ON organisation.id = contact.organisation_id
        WHERE {{scope}}
    ) fresh
    WHERE target.id = fresh.id AND target.clock_from IS DISTINCT FROM fresh.clock_from"""

_NEW = f"""(
    SELECT {{clock}} FROM contacts_contact contact
    JOIN contacts_scenariorule rule ON rule.scenario = {{basis}}.scenario AND rule.version_id = ({_IN_FORCE})
    LEFT JOIN contacts_organisation organisation ON organisation.id = contact.organisation_id
    WHERE contact.id = {{basis}}.contact_id
)"""


def refresh_contacts(contact_ids: Iterable[int]) -> None:
    """Set the clocks of all bases of these contacts."""
    _refresh("contact.id IN (SELECT unnest(%s))", list(contact_ids))


def refresh_organisations(organisation_ids: Iterable[int]) -> None:
    """Set the clocks that stand on these organisations: when their contacts become verified, or cease to be.

    The end of an agreement needs no call: the clock of its contacts stands on the organisation.
    """
    _refresh(
        "contact.organisation_id = ANY(%s) AND rule.clock = 'agreement_end'",
        list(organisation_ids),
    )


def refresh_scenarios(scenarios: Iterable[str]) -> None:
    """Set the clocks of everyone held under these scenarios: when a new policy changes the kind of their clock."""
    _refresh("basis.scenario = ANY(%s)", list(scenarios))


def of_new_basis(row: str) -> str:
    """Return the SQL expression for the clock of a basis that is about to be inserted.

    `row` names the source of its contact_id, scenario and collected_on; what the contact says must be written already.
    """
    return _NEW.format(clock=_CLOCK_FROM.format(basis=row), basis=row)


def _refresh(scope: str, values: list[Any]) -> None:
    if values:
        with connection.cursor() as cursor:
            cursor.execute(_REFRESH.format(scope=scope), [values])
