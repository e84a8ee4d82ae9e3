"""People whose details are only stored, as they asked, are not changed by an import (Art. 18 GDPR, L6).

A row that would change one is refused; what says nothing new is as good as any. Their objections still count, and what
the law has us keep of them is still noted.
"""

from psycopg2 import sql

from privacy_crm.crm_import.columns import File
from privacy_crm.crm_import.merging import Target, merge, write
from privacy_crm.crm_import.staging import Import

REASON = "the details of this person are only stored"

_FOUND = sql.SQL("""
    SELECT contact_id FROM import_known JOIN contacts_contact contact ON contact.id = contact_id
    WHERE contact.restricted_through >= %(day)s""")


_THEIRS = sql.SQL("{merged} merged WHERE status < 3 AND {person} IN (SELECT contact_id FROM import_stored_only)")

_CONTACT = sql.Identifier("merged", "contact_id")


def find(work: Import) -> None:
    """Note who of the locked people they are."""
    work.keep(sql.Identifier("import_stored_only"), _FOUND)
    work.stored_only = work.do("SELECT contact_id FROM import_stored_only")


def spare(work: Import, file: File, target: Target, person: sql.Composable = _CONTACT) -> None:
    """Refuse the rows of a file that would change them, and leave their records out of what is written.

    `person` says whose a merged record is, in SQL.
    """
    if not work.stored_only:
        return
    theirs = _THEIRS.format(merged=target.merged, person=person)
    work.refuse(file, "email", REASON, sql.SQL("entry.line IN (SELECT unnest(lines) FROM {})").format(theirs))
    work.do(sql.SQL("DELETE FROM {}").format(theirs))


def apply(work: Import, file: File, target: Target, person: sql.Composable = _CONTACT) -> None:
    """Merge, spare them, and write."""
    merge(work, target)
    spare(work, file, target, person)
    write(work, target)
