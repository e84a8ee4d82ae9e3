"""Owe recipients a notice of what became of people whose data they were given (Art. 19 and 21(3) GDPR, L4)."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection
from psycopg2 import sql

from contacts.models import Recipient
from contacts.models.recipients import Recipients
from contacts.words.vocabulary import NoticeKind, StrikeKind

# What nobody needs to hear any more once a notice of this kind is owed, unless it is under way already.
_REPLACES = {
    NoticeKind.ERASED: [NoticeKind.RECTIFIED, NoticeKind.RESTRICTED, NoticeKind.LIFTED],
    NoticeKind.RESTRICTED: [NoticeKind.LIFTED],
}

# Who had the data of people: whoever it was given to, and the standing recipients whose agreement covered what they are
# held for on a day on which they were.
_HAD = sql.SQL("""
    SELECT disclosure.recipient_id, disclosure.contact_id
    FROM contacts_disclosure disclosure WHERE disclosure.contact_id = ANY(%(contacts)s)
    UNION
    SELECT recipient.id, basis.contact_id
    FROM contacts_recipient recipient JOIN contacts_basis basis ON basis.scenario = ANY(recipient.purposes)
    WHERE recipient.standing AND recipient.agreement_from <= %(at)s::date
        AND (recipient.agreement_until IS NULL OR recipient.agreement_until >= basis.collected_on)
        AND basis.contact_id = ANY(%(contacts)s)""")

# In key order, as two at once may need it. What is owed already says more from now on; whoever is sending it holds it
# no longer, so that it is sent again.
_ENQUEUE = sql.SQL("""
    WITH concerned AS (
        SELECT had.recipient_id, contact.public_id AS reference
        FROM ({had}) had JOIN contacts_contact contact ON contact.id = had.contact_id
            JOIN contacts_recipient recipient ON recipient.id = had.recipient_id AND recipient.untold_because = ''
    ), replaced AS (
        DELETE FROM contacts_recipientnotice moot USING concerned
        WHERE moot.recipient_id = concerned.recipient_id AND moot.reference = concerned.reference
            AND moot.kind = ANY(%(replaces)s) AND moot.sent_at IS NULL AND moot.acknowledged_at IS NULL
            AND (moot.claimed_until IS NULL OR moot.claimed_until <= %(at)s)
    ), struck AS (
        INSERT INTO contacts_strike (audience_id, reference, kind, created_at, struck_by)
        SELECT audience.id, contact.public_id, %(strike)s, %(at)s::timestamptz, ''
        FROM contacts_contact contact
            JOIN contacts_listedperson listed ON listed.contact_id = contact.id
            JOIN contacts_audience audience ON audience.id = listed.audience_id
        WHERE contact.id = ANY(%(contacts)s) AND audience.confirmed_at IS NULL
            AND (%(kind)s = {erased} OR %(kind)s = {objected} AND audience.channel = ANY(%(details)s::varchar[]))
        ON CONFLICT DO NOTHING
    )
    INSERT INTO contacts_recipientnotice AS owed
        (public_id, recipient_id, reference, kind, details, created_at, not_before, attempts, acknowledged_by, reason)
    SELECT gen_random_uuid(), recipient_id, reference, %(kind)s, %(details)s::varchar[], %(at)s, %(at)s, 0, '', ''
    FROM concerned ORDER BY recipient_id, reference
    ON CONFLICT (recipient_id, reference, kind) WHERE sent_at IS NULL AND acknowledged_at IS NULL
    DO UPDATE SET claimed_until = NULL, details = ARRAY(
        SELECT DISTINCT detail FROM unnest(owed.details || EXCLUDED.details) detail ORDER BY detail
    )""").format(had=_HAD, erased=sql.Literal(NoticeKind.ERASED), objected=sql.Literal(NoticeKind.OBJECTED))


def holders(contact_ids: Collection[int], *, at: dt.datetime) -> Recipients:
    """Return whoever outside has had data of these people by `at`, and may have it still, by name (P15)."""
    with connection.cursor() as cursor:
        cursor.execute(_HAD, {"contacts": list(contact_ids), "at": at})
        found = {recipient for recipient, _contact in cursor.fetchall()}
    return Recipient.objects.filter(pk__in=found).order_by("name")


def enqueue(
    kind: NoticeKind,
    contact_ids: Collection[int],
    *,
    at: dt.datetime,
    details: Collection[str] = (),
    strike: StrikeKind | None = None,
) -> int:
    """Owe each recipient that had data of these people, and can act on it, a notice about each; return how many.

    `details` names the fields that were changed, or the channels objected to: never a value. Call it inside the
    transaction of the act, and before the rows go; one statement, however many people there are. Of lists that left as
    files and are outstanding, it notes whom their holders have to strike: as `strike` says, where that is not the kind.
    """
    if not contact_ids:
        return 0
    values: dict[str, Any] = {
        "contacts": list(contact_ids),
        "replaces": [each.value for each in _REPLACES.get(kind, [])],
        "kind": kind.value,
        "strike": (strike or kind).value,
        "details": sorted(set(details)),
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE, values)
        return int(cursor.rowcount)
