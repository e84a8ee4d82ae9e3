"""Under which number a person is held whose records were merged: the audit trail says so, and outlives them.

Links in mails that were sent long ago, and the trail of what was done before, name the number of a record that has
gone.
"""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection

CODE = "contact.merged"
INTO, FROM = "into:", "from:"

_FOLLOW = """
    WITH RECURSIVE way (number, step) AS (
        SELECT unnest(%(numbers)s::uuid[]), 0
        UNION ALL
        SELECT split_part(event.rule, ':', 2)::uuid, way.step + 1
        FROM way JOIN contacts_auditevent event ON event.public_id = way.number
        WHERE event.code = %(code)s AND starts_with(event.rule, %(direction)s)
    )
    SELECT number FROM way ORDER BY step, number"""


def holder(public_id: uuid.UUID) -> uuid.UUID:
    """Return the number of the record that this one was merged into, however often; its own where it never was."""
    return _follow([public_id], INTO)[-1]


def with_earlier(public_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Return these numbers, and those of all records that were merged into theirs."""
    return _follow(public_ids, FROM)


def _follow(public_ids: Collection[uuid.UUID], direction: str) -> list[uuid.UUID]:
    values: dict[str, Any] = {"numbers": [str(each) for each in public_ids], "code": CODE, "direction": direction}
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, values)
        return [number for (number,) in cursor.fetchall()]
