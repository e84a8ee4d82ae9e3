"""What must be true of the settings, when the product starts, and of the database, where no constraint can say it.

`manage.py check --database default` looks at the latter.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import ProgrammingError, connections

FEWEST_MONTHS_OF_MAILS = 3  # what somebody does within 30 days of a mailing counts for it
FEWEST_MONTHS = 12  # who asks is told at least who looked at them within a year

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


@register
def mails_are_known_for_a_while(**_options: Any) -> list[CheckMessage]:
    if settings.MESSAGE_MONTHS >= FEWEST_MONTHS_OF_MAILS:
        return []
    return [
        Error(
            f"MESSAGE_MONTHS is {settings.MESSAGE_MONTHS}: answers to a mail could not be counted for it any more.",
            hint=f"Set it to {FEWEST_MONTHS_OF_MAILS} or more.",
            id="retention.E003",
        )
    ]


@register
def the_trail_is_kept_a_year(**_options: Any) -> list[CheckMessage]:
    if settings.AUDIT_MONTHS >= FEWEST_MONTHS:
        return []
    return [
        Error(
            f"AUDIT_MONTHS is {settings.AUDIT_MONTHS}: nobody could be told who looked at them a year ago.",
            hint=f"Set it to {FEWEST_MONTHS} or more.",
            id="retention.E002",
        )
    ]
