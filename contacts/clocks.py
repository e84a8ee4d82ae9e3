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
        WHEN 'last_activity' THEN GREATEST(contact.last_activity_on, basis.collected_on)
        WHEN 'collection' THEN basis.collected_on
        ELSE CASE WHEN COALESCE(organisation.agreement_state, 'none') = 'none' THEN basis.collected_on END
    END"""

_REFRESH = f"""
    UPDATE contacts_basis target SET clock_from = fresh.clock_from
    FROM (
        SELECT basis.id, {_CLOCK_FROM} AS clock_from
        FROM contacts_basis basis
        JOIN contacts_contact contact ON contact.id = basis.contact_id
        JOIN contacts_scenariorule rule ON rule.scenario = basis.scenario AND rule.version_id = %s
        LEFT JOIN contacts_organisation organisation ON organisation.id = contact.organisation_id
        WHERE {{scope}}
    ) fresh
    WHERE target.id = fresh.id AND target.clock_from IS DISTINCT FROM fresh.clock_from"""


def refresh_contacts(contact_ids: Iterable[int]) -> None:
    """Set the clocks of all bases of these contacts."""
    _refresh("contact.id = ANY(%s)", list(contact_ids))


def refresh_organisations(organisation_ids: Iterable[int]) -> None:
    """Set the clocks of the customers and partners of these organisations: when they become verified, or cease to be.

    The end of an agreement needs no call: the clock of its contacts stands on the organisation.
    """
    _refresh(
        "contact.organisation_id = ANY(%s) AND basis.scenario IN ('customer', 'partner')",
        list(organisation_ids),
    )


def refresh_scenarios(scenarios: Iterable[str]) -> None:
    """Set the clocks of everyone held under these scenarios: when a new policy changes the kind of their clock."""
    _refresh("basis.scenario = ANY(%s)", list(scenarios))


def _refresh(scope: str, values: list[Any]) -> None:
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM contacts_policyversion WHERE published_at IS NOT NULL ORDER BY number DESC LIMIT 1"
        )
        row = cursor.fetchone()
        cursor.execute(_REFRESH.format(scope=scope), [row and row[0], values])
