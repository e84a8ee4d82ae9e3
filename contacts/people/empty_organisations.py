"""Organisations without contacts: noticed when the last one leaves, looked at by the next run, gone in their time."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

_NOTICE = """
    UPDATE contacts_organisation organisation SET may_be_vacant = TRUE
    WHERE NOT may_be_vacant AND id = ANY(%(ids)s)
        AND NOT EXISTS (SELECT 1 FROM contacts_contact contact WHERE contact.organisation_id = organisation.id)"""

# Two halves, each with an index of its own.
DUE = sql.SQL("""
    SELECT id FROM contacts_organisation
    WHERE may_be_vacant AND agreement_state = 'ended' AND agreements_ended_on <= %(ended_by)s
    UNION ALL
    SELECT id FROM contacts_organisation
    WHERE may_be_vacant AND agreement_state = 'none' AND entered_on <= %(entered_by)s""")

_LOCK = "SELECT id FROM contacts_organisation WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE"

# Decided again, under the lock: an agreement or a contact may have come in the meantime.
_DELETE = """
    DELETE FROM contacts_organisation organisation
    WHERE id = ANY(%(ids)s)
        AND ((agreement_state = 'ended' AND agreements_ended_on <= %(ended_by)s)
            OR (agreement_state = 'none' AND entered_on <= %(entered_by)s))
        AND NOT EXISTS (SELECT 1 FROM contacts_contact contact WHERE contact.organisation_id = organisation.id)"""

_OCCUPIED = "UPDATE contacts_organisation SET may_be_vacant = FALSE WHERE id = ANY(%(ids)s)"


def notice(organisation_ids: Collection[int]) -> None:
    """Have the next sweep look at those of these organisations that nobody belongs to any more.

    Call it in the transaction in which people left, after they did.
    """
    if not organisation_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTICE, {"ids": list(organisation_ids)})


@transaction.atomic
def sweep(ids: list[int], ended_by: dt.date, entered_by: dt.date) -> int:
    """Delete those of these organisations that nobody belongs to, and return how many went: their last agreement ended
    by one day, or they were entered by the other and never had any. `DUE` finds them.
    """
    facts: dict[str, Any] = {"ended_by": ended_by, "entered_by": entered_by, "ids": ids}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"ids": ids})
        cursor.execute(_DELETE, facts)
        deleted = cursor.rowcount
        cursor.execute(_OCCUPIED, {"ids": ids})
    return int(deleted)
