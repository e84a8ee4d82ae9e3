"""Bring what is kept of the addresses that a list names to the first key, before hashes are compared (ADR 0057)."""

from psycopg2 import sql

from contacts.people import rekeying
from contacts.words import keys
from privacy_crm.crm_import.columns import CONTACTS, OBJECTIONS
from privacy_crm.crm_import.people import NEW
from privacy_crm.crm_import.staging import Import

_NAMED = sql.SQL(" UNION ").join(
    sql.SQL("SELECT email FROM {} WHERE email IS NOT NULL").format(file.table) for file in (CONTACTS, OBJECTIONS)
)

_NEW = sql.SQL("SELECT email FROM ({}) newcomer").format(NEW)


def named(work: Import) -> None:
    """Bring forward what is kept of everybody whom the list names."""
    _bring_forward(work, _NAMED)


def created(work: Import) -> None:
    """Note the earlier hashes of those whom the list has brought in."""
    _bring_forward(work, _NEW)


def _bring_forward(work: Import, addresses: sql.Composable) -> None:
    if keys.earlier():
        for emails in work.chunks(addresses):
            rekeying.bring_forward(emails)
