"""Put back what an update by a list replaced: only where the record still says what the list said (L15).

What was put right on the person's word since stays, and so does whoever has a request or a claim open, is only stored,
or is held under an agreement in force by now and would be moved.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import connection, transaction
from psycopg2 import sql

from contacts.base import audit
from contacts.models import Contact, Upload, UploadedDifference
from contacts.people import clocks, empty_organisations
from contacts.words.differences import ListField
from contacts.words.vocabulary import AGREEMENT_SCENARIOS
from privacy_crm.crm_import.existing import UNDER_AGREEMENT

_SAYS = sql.SQL("stored.{} = difference.new")
_ORGANISATION = sql.SQL("(SELECT id FROM contacts_organisation WHERE name = difference.{})")
# Whom an agreement holds by now stays where they are. To take back that a blank was filled is no move.
_BELONGS = sql.SQL("""
    stored.organisation_id = {new}
    AND (difference.old = '' OR ({old} IS NOT NULL AND NOT {under_agreement}))""").format(
    new=_ORGANISATION.format(sql.Identifier("new")),
    old=_ORGANISATION.format(sql.Identifier("old")),
    under_agreement=UNDER_AGREEMENT,
)

_RESTORE = sql.SQL("""
    UPDATE contacts_contact stored SET {column} = {old} FROM contacts_uploadeddifference difference
    WHERE difference.upload_id = %(upload)s AND difference.contact_id = ANY(%(ids)s) AND difference.detail = {detail}
        AND difference.reason = '' AND stored.id = difference.contact_id AND {still}
        AND NOT {word} = ANY(stored.corrected)
        AND COALESCE(stored.restricted_through < %(day)s, TRUE) AND COALESCE(stored.frozen_through < %(day)s, TRUE)
    RETURNING stored.id, stored.public_id""")


def people(upload: Upload) -> list[int]:
    """Return the keys of those whose record an import changed, as far as it is not put back yet."""
    found = UploadedDifference.objects.filter(upload=upload, reason="").order_by("contact")
    return list(found.values_list("contact", flat=True).distinct())


@transaction.atomic
def restore(upload: Upload, ids: list[int], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Put the old values of these people back where they may be, and count them with the upload.

    It is done once: their differences go, so that a worker who takes over counts on.
    """
    locked = Contact.objects.filter(pk__in=ids).order_by("pk").select_for_update()
    left = {organisation for organisation in locked.values_list("organisation", flat=True) if organisation}
    restored = [row for field in ListField for row in _restore(upload, ids, field, day)]
    clocks.refresh_contacts(sorted({pk for pk, _ in restored}))
    empty_organisations.notice(left)
    public_ids = dict(restored).values()
    audit.record_each("contact.restored", public_ids, at=at, by=by, rule=f"upload:{upload.pk}")
    UploadedDifference.objects.filter(upload=upload, contact__in=ids).delete()
    upload.result["restored"] = upload.result.get("restored", 0) + len(restored)
    Upload.objects.filter(pk=upload.pk).update(result=upload.result)


def _restore(upload: Upload, ids: list[int], field: ListField, day: dt.date) -> list[tuple[int, uuid.UUID]]:
    values: dict[str, Any] = {
        "upload": upload.pk,
        "ids": ids,
        "day": day,
        "agreement_scenarios": list(AGREEMENT_SCENARIOS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(field), values)
        return list(cursor.fetchall())


def _statement(field: ListField) -> sql.Composed:
    column = sql.Identifier(field.column)
    organisation = field is ListField.ORGANISATION
    return _RESTORE.format(
        column=column,
        old=_ORGANISATION.format(sql.Identifier("old")) if organisation else sql.SQL("difference.old"),
        still=_BELONGS if organisation else _SAYS.format(column),
        detail=sql.Literal(field.value),
        word=sql.Literal("company" if organisation else field.value),
    )
