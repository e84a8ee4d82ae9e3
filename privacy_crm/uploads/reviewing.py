"""The differences that an update by a list would make: kept for whoever decides, then for the day of the undo (L15).

A look through takes back all that it wrote, so that its differences wait in a file without a name until it has.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from django.db import connection
from psycopg2 import sql

from contacts.base import audit
from contacts.models import Upload
from privacy_crm.crm_import import differences
from privacy_crm.crm_import.staging import Import
from privacy_crm.uploads import storing

type Notes = IO[bytes]

# Of people who go with the same list, nothing is kept.
_TAKE = sql.SQL("""
    COPY (
        SELECT contact_id, detail, old, new, reason FROM {}
        JOIN contacts_contact contact ON contact.id = contact_id
    ) TO STDOUT""").format(differences.TABLE)

_WAITING = """
    DROP TABLE IF EXISTS noted;
    CREATE TEMPORARY TABLE noted (contact_id bigint, detail text, old text, new text, reason text) ON COMMIT DROP"""

# Whoever has gone in between has no differences any more; the rest are held until they are noted.
_KEEP = """
    INSERT INTO contacts_uploadeddifference (upload_id, contact_id, detail, old, new, reason)
    SELECT %(upload)s, contact_id, detail, old, new, reason
    FROM noted JOIN contacts_contact contact ON contact.id = contact_id
    ORDER BY contact.id, detail FOR KEY SHARE OF contact"""

_DROP_UNWRITTEN = sql.SQL("""
    DELETE FROM contacts_uploadeddifference shown WHERE upload_id = %(upload)s AND NOT EXISTS (
        SELECT 1 FROM {} found
        WHERE found.contact_id = shown.contact_id AND found.detail = shown.detail AND found.reason = ''
    )""").format(differences.TABLE)

_UPDATED = sql.SQL("""
    SELECT public_id FROM contacts_contact
    WHERE id IN (SELECT contact_id FROM contacts_uploadeddifference WHERE upload_id = %(upload)s)""")


@contextmanager
def noted() -> Iterator[Notes]:
    """Have a place for notes, which is gone whatever happens."""
    with storing.scratch() as notes:
        yield notes


def note(done: Import, notes: Notes) -> None:
    """Note the differences that a look has found, before the database takes it back. A second try begins anew."""
    notes.seek(0)
    notes.truncate()
    done.cursor.copy_expert(_TAKE, notes)


def keep(upload: Upload, notes: Notes) -> None:
    """Keep noted differences with their upload. Call it in a transaction."""
    notes.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        cursor.copy_expert("COPY noted FROM STDIN", notes)
        cursor.execute("ANALYZE noted")
        cursor.execute(_KEEP, {"upload": upload.pk})


def settle(done: Import, upload: Upload, numbers: dict[str, Any]) -> int:
    """Leave of the differences those that were written, for the undo, and audit whose record changed.

    Returns how many differences were otherwise than in the preview, and were not written.
    """
    done.do(_DROP_UNWRITTEN, upload=upload.pk)
    values: Mapping[str, Any] = {"upload": upload.pk}
    audit.record_found("contact.updated", _UPDATED, values=values, at=done.at, by=done.by, rule=f"upload:{upload.pk}")
    return int(upload.preview["differences"]) - int(numbers["differences"]) + int(numbers.pop("unshown"))
