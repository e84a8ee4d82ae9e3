"""What must be true of the database and no constraint can say: looked at by `manage.py check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import ProgrammingError, connections

# The run looks at reasons that lapse and holds that end; somebody with neither would never come up.
_FORGOTTEN = """
    SELECT count(*) FROM contacts_contact contact
    WHERE NOT EXISTS (SELECT 1 FROM contacts_basis basis WHERE basis.contact_id = contact.id)
        AND NOT EXISTS (
            SELECT 1 FROM retention_hold hold WHERE hold.contact_id = contact.id AND hold.closed_on IS NULL
        )"""


@register(Tags.database)
def nobody_is_forgotten(*, databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Find people who are held for no reason at all, whom no run would ever delete."""
    if not databases or "default" not in databases:
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(_FORGOTTEN)
            (number,) = cursor.fetchone()
    except ProgrammingError:  # not migrated yet
        return []
    if not number:
        return []
    return [
        Error(
            f"{number} people are held without a reason and without a hold.",
            hint="No act leaves anybody so. Find out how they came about, and give them a reason or erase them.",
            id="retention.E001",
        )
    ]
