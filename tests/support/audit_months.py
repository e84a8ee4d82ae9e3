"""Months of the audit trail that are over: a new database has those to come alone."""

import datetime as dt

from django.db import connection

from contacts.models import PolicyVersion
from retention.audit import trail

_PARTS = "SELECT name FROM contacts_audit_months() WHERE starts IS NOT NULL AND ends IS NOT NULL"


def divided_since(first: dt.datetime, policy: PolicyVersion) -> list[str] | None:
    """Have the trail be empty, and divided by month since a day long ago; return the months."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE contacts_auditevent")
        cursor.execute(_PARTS)
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TABLE "{name}"')
        cursor.execute("ALTER TABLE contacts_auditevent DETACH PARTITION contacts_auditevent_before")
        attach = "ALTER TABLE contacts_auditevent ATTACH PARTITION contacts_auditevent_before"
        cursor.execute(f"{attach} FOR VALUES FROM (MINVALUE) TO ('{first.isoformat()}')")
    return trail.make_months(policy)


def parts() -> list[str]:
    """Return the months that the trail has now, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS)
        return [name.removeprefix("contacts_auditevent_") for (name,) in cursor.fetchall()]
