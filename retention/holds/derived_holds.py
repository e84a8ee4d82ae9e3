"""How long a freeze and a restriction stand, written down on the person: contacts cannot look up at the holds.

It decides whether somebody may be written to, so every act that places or ends a hold calls this before it commits.
"""

from collections.abc import Collection

from django.db import connection

# The last day there is stands for a hold without an end.
_SETTLE = """
    UPDATE contacts_contact contact
    SET frozen_through = fresh.frozen, restricted_through = fresh.restricted
    FROM (
        SELECT person.id,
            max(COALESCE(hold.until, DATE '9999-12-31')) FILTER (WHERE hold.kind = 'freeze') AS frozen,
            max(COALESCE(hold.until, DATE '9999-12-31')) FILTER (WHERE hold.reason = 'restriction') AS restricted
        FROM unnest(%(people)s) person (id) LEFT JOIN retention_hold hold ON hold.contact_id = person.id
        GROUP BY person.id
    ) fresh
    WHERE contact.id = fresh.id
        AND (contact.frozen_through, contact.restricted_through) IS DISTINCT FROM (fresh.frozen, fresh.restricted)"""


def settle(contact_ids: Collection[int]) -> None:
    """Derive from the holds the last day on which each of these people is frozen, and restricted (Art. 18 GDPR)."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"people": list(contact_ids)})
