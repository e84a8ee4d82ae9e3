"""Whoever holds a mail can stop all marketing by it: that counts at once, and deletes nobody before they were told.

Mails are passed on, and mailboxes have successors. So whoever is held for marketing alone goes in the night after a
mail that says so has left, and can answer it: it was not me, keep my details (P12, L15).
"""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import F, Value
from psycopg2 import sql

from contacts.base import retry
from contacts.base.days import day_of
from contacts.models import Contact, Message, PolicyVersion
from contacts.outbox import outbox
from contacts.permission import objections
from contacts.words.vocabulary import MARKETING_SCENARIOS, Channel, MailTemplate
from retention.due_bases import RetentionDate, union


class NothingToKeepError(LookupError):
    """The person is deleted by now, or has answered."""


def stop(
    address_hash: str,
    *,
    mailbox_hash: str = "",
    public_id: uuid.UUID | None,
    channels: Collection[Channel],
    reason: str,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> None:
    """Record an objection that came by a mail's link, and owe the mail to whoever is to be deleted for it.

    The arguments are those of `objections.object_to_marketing`. Said again, it changes nothing.
    """
    day = day_of(at, policy.zone)

    def whole() -> None:
        with transaction.atomic():
            ids = objections.record(
                address_hash,
                mailbox_hash=mailbox_hash,
                public_id=public_id,
                channels=channels,
                reason=reason,
                day=day,
                at=at,
                by=by,
            )
            _tell(ids, f"{day.isoformat()}:{reason}", RetentionDate(policy, at))

    retry.persist(whole)


@transaction.atomic
def keep(message_id: uuid.UUID, *, at: dt.datetime, by: str) -> None:
    """Take the word of a mailbox's owner that it was not they who objected: what that objection stopped is open again.

    `message_id` is the public_id of the mail that they answer. Raises NothingToKeepError.
    """
    told = waiting(message_id)
    contact = Contact.objects.whole().select_for_update().filter(pk=told.contact.pk if told.contact else 0).first()
    if contact is None or not Message.objects.filter(pk=told.pk).exclude(once="").update(once=""):
        raise NothingToKeepError
    outbox.call_back([str(told.public_id)], at=at)  # where another copy waits to be sent
    day, _, reason = told.once.partition(":")
    objections.take_back(contact, reason=reason, day=dt.date.fromisoformat(day), at=at, by=by)


def waiting(message_id: uuid.UUID) -> Message:
    """Return the mail that a link answers, as long as it can be answered. Raises NothingToKeepError."""
    told = Message.objects.filter(public_id=message_id, template=MailTemplate.PARTING, contact__isnull=False)
    found = told.exclude(once="").first()
    if found is None:
        raise NothingToKeepError
    return found


# Whoever has a reason that the objection leaves untouched stays, and so does whoever is frozen; what they are held for
# otherwise goes in the night as well.
_WHOLLY = sql.SQL("""
    SELECT contact.id FROM contacts_contact contact
    WHERE contact.id = ANY(%(among)s) AND contact.email IS NOT NULL
        AND (contact.frozen_through IS NULL OR contact.frozen_through < %(day)s)
        AND NOT EXISTS (
            SELECT FROM contacts_basis held WHERE held.contact_id = contact.id AND held.scenario NOT IN (
                SELECT freed.scenario FROM ({freed}) freed WHERE freed.contact_id = contact.id))""")


def _tell(ids: list[int], once: str, night: RetentionDate) -> None:
    freed, values = union([night.freed(scenario, ids) for scenario in MARKETING_SCENARIOS])
    with connection.cursor() as cursor:
        cursor.execute(_WHOLLY.format(freed=freed), values | {"among": ids, "day": night.day})
        leaving = [pk for (pk,) in cursor.fetchall()]
    if not leaving:
        return
    found = Contact.objects.filter(pk__in=leaving).annotate(contact_id=F("pk"), once=Value(once))
    outbox.enqueue_each(
        MailTemplate.PARTING, found.values_list("contact_id", "once"), ("contact_id", "once"), at=night.at
    )
