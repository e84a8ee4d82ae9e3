"""Lock what the import is about to decide on, in the order that every act keeps: organisations, events, then people.

Each lock is a statement of its own, before anything is read for a decision: the next one sees what it waited for.
People whom a purge deletes or reduces meanwhile are not in `import_known`, and so come in as new ones.
"""

from django.db import connection
from psycopg2 import sql

from contacts.base.limits import NONE, limits
from privacy_crm.crm_import.columns import ACTIVITIES, CONSENTS, CONTACTS, HOLDS, OBJECTIONS, REGISTRATIONS
from privacy_crm.crm_import.staging import Import

# Any number will do, as long as it is ours alone.
_LOCK = 4_711_679_002

# Guests of an event that changes its kind are held for the new kind from then on, whether the export names them or not.
_GUESTS = sql.SQL("""
    SELECT contact.email FROM import_events entry
    JOIN contacts_event event ON event.slug = entry.slug AND event.kind <> entry.kind
    JOIN contacts_registration registration ON registration.event_id = event.id
    JOIN contacts_contact contact ON contact.id = registration.contact_id
    WHERE fault IS NULL""")

# An objection is theirs who have another address of the mailbox (L16), or gave one up in a merge (P12).
_HEIRS = sql.SQL("""
    SELECT contact.email FROM import_objections JOIN contacts_contact contact USING (mailbox_hash)
    UNION
    SELECT contact.email FROM import_objections JOIN contacts_mergedaddress USING (address_hash)
    JOIN contacts_contact contact ON contact.id = contact_id
    UNION
    SELECT contact.email FROM import_objections JOIN contacts_mergedaddress USING (mailbox_hash)
    JOIN contacts_contact contact ON contact.id = contact_id""")

# Of rows with a fault as well: whether their person is known may be a fault in an earlier column.
_WITH_PEOPLE = (CONTACTS, REGISTRATIONS, ACTIVITIES, HOLDS, OBJECTIONS, CONSENTS)
_ADDRESSES = sql.SQL(" UNION ").join(
    [*(sql.SQL("SELECT email FROM {}").format(file.table) for file in _WITH_PEOPLE), _GUESTS, _HEIRS]
)

_ORGANISATIONS = sql.SQL("""
    SELECT organisation.id FROM contacts_organisation organisation
    WHERE organisation.id IN (
        SELECT id FROM contacts_organisation JOIN (
            SELECT name FROM import_organisations UNION SELECT organisation FROM import_agreements
            UNION SELECT organisation FROM import_contacts
        ) named USING (name)
        UNION SELECT organisation_id FROM contacts_contact JOIN import_people USING (email)
    )
    ORDER BY organisation.id FOR NO KEY UPDATE""")

_EVENTS = sql.SQL("""
    SELECT event.id FROM contacts_event event
    WHERE slug IN (SELECT slug FROM import_events UNION SELECT event FROM import_registrations)
    ORDER BY event.id FOR NO KEY UPDATE""")

_PEOPLE = sql.SQL("""
    SELECT contact.id AS contact_id, contact.email::text AS email
    FROM contacts_contact contact JOIN import_people USING (email)
    ORDER BY contact.id FOR UPDATE OF contact""")

_LOCKED = sql.SQL("SELECT count(*) FROM ({}) locked")

_AWAITED = """
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND (classid::bigint << 32) + objid::bigint = %(lock)s
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def lock(work: Import) -> None:
    """Wait until no other import is under way; then lock the organisations, events and people that are held already.

    Leaves the locked people in `import_known`. PostgreSQL frees all locks with the transaction.
    """
    with limits(statement=NONE, lock=NONE):
        work.do("SELECT pg_advisory_xact_lock(%(lock)s)", lock=_LOCK)
    work.keep(sql.Identifier("import_people"), _ADDRESSES)
    work.do(_LOCKED.format(_ORGANISATIONS))
    work.do(_LOCKED.format(_EVENTS))
    work.keep(sql.Identifier("import_known"), _PEOPLE)


def is_awaited() -> bool:
    """Tell whether an import waits for another one at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_AWAITED, {"lock": _LOCK})
        (waiting,) = cursor.fetchone()
    return bool(waiting)
