"""Under which number a person is held whose records were merged.

Links in mails that were sent long ago, and the trail of what was done before, name the number of a record that has
gone. It stays known for as long as the person is held.
"""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection

from contacts.models import MergedNumber

CODE = "contact.merged"
INTO, FROM = "into:", "from:"

_EARLIER = """
    SELECT merged.public_id FROM contacts_mergednumber merged
    JOIN contacts_contact contact ON contact.id = merged.contact_id
    WHERE contact.public_id = ANY(%(numbers)s::uuid[]) ORDER BY merged.id"""


def holder(public_id: uuid.UUID) -> uuid.UUID:
    """Return the number of the record that this one was merged into, however often; its own where it never was."""
    merged = MergedNumber.objects.filter(public_id=public_id).values_list("contact__public_id", flat=True)
    return merged.first() or public_id


def with_earlier(public_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Return these numbers, and those of all records that were merged into theirs."""
    values: dict[str, Any] = {"numbers": [str(each) for each in public_ids]}
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, values)
        return [*public_ids, *(number for (number,) in cursor.fetchall())]
