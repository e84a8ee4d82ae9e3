"""An address to which mail cannot be delivered: nothing is sent there any more until its owner proves it again.

Where many were said to be so by one mistake, as by a mail server that took no mail at all, it is undone in one act.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Min
from django.db.models.functions import TruncHour
from django.utils.translation import gettext as _
from psycopg2 import sql

from contacts.base import audit
from contacts.models import Bounce, BounceUndoing, Contact
from contacts.outbox import counts
from contacts.people import address_trust, tellings
from contacts.words.vocabulary import AddressTrust, TrustReason


class BounceError(ValueError):
    """These bounces cannot be undone; the message says why."""


@dataclass(frozen=True)
class Wave:
    """Addresses of which one reply said within an hour that they take no mail."""

    reply: str
    since: dt.datetime
    until: dt.datetime
    number: int


@transaction.atomic
def bounced(
    message_id: uuid.UUID, *, day: dt.date, address_hash: str = "", reply: str = "", at: dt.datetime, by: str
) -> bool:
    """Note that the address of the contact a message went to does not take mail; returns whether that is news.

    `message_id` is the message's public_id. Where `address_hash` is given and the contact has got another address
    since, nothing is noted. A sign-up that nobody has proven has no contact, so that nothing is noted either. `reply`
    is what the server said, without anything that names the person.
    """
    contact = Contact.objects.select_for_update(of=["self"]).filter(messages__public_id=message_id).first()
    if contact and tellings.came_back(contact.pk, message_id, day=day):
        audit.record("policy.untold", at=at, by=by, public_id=contact.public_id)
    if contact is None or contact.bounced_on or (address_hash and contact.address_hash != address_hash):
        return False
    Contact.objects.filter(pk=contact.pk).update(bounced_on=day)
    before = {name: getattr(contact, name) for name in address_trust.COLUMNS}
    Bounce.objects.update_or_create(contact=contact, defaults={"at": at, "reply": reply, **before})
    address_trust.doubt_mail(contact, TrustReason.BOUNCED, at=at, by=by)
    audit.record("address.bounced", at=at, by=by, public_id=contact.public_id, rule=reply)
    counts.bounced(message_id)
    return True


def waves(*, most: int) -> list[Wave]:
    """Return what stands by reply and hour, the latest first: a mistake shows as one big wave."""
    found = Bounce.objects.filter(contact__bounced_on__isnull=False).annotate(hour=TruncHour("at"))
    grouped = found.values("reply", "hour").annotate(number=Count("pk"), since=Min("at"), until=Max("at"))
    named = grouped.order_by("-hour", "-number").values_list("reply", "since", "until", "number")
    return [Wave(*each) for each in named[:most]]


def standing(reply: str, since: dt.datetime, until: dt.datetime) -> int:
    """Return of how many addresses this reply said, from `since` through `until`, that they take no mail."""
    return Bounce.objects.filter(contact__bounced_on__isnull=False, reply=reply, at__range=(since, until)).count()


@transaction.atomic
def undo(reply: str, since: dt.datetime, until: dt.datetime, *, reason: str, at: dt.datetime, by: str) -> BounceUndoing:
    """Let mail go again to the addresses of a time span and of one reply, each trusted as it was before.

    Where an address was doubted for another reason since, that stands. An objection is another thing, and is never
    touched. Raises BounceError where there is nothing to undo.
    """
    people = _lock(reply, since, until)
    if not people:
        raise BounceError(_("Nobody bounces by this reply in this time any more."))
    undone = BounceUndoing.objects.create(
        reply=reply, since=since, until=until, reason=reason, number=len(people), at=at, by=by
    )
    _take_back(list(people))
    rule = f"undoing:{undone.pk}"
    audit.record("bounces.undone", at=at, by=by, rule=rule)
    audit.record_each("address.bounce_undone", people.values(), at=at, by=by, rule=rule)
    return undone


def _lock(reply: str, since: dt.datetime, until: dt.datetime) -> dict[int, uuid.UUID]:
    """Lock the people, in key order as every act does, and return those of whom it is still said."""
    said = Bounce.objects.filter(reply=reply, at__range=(since, until)).values("contact")
    found = Contact.objects.whole().filter(pk__in=said, bounced_on__isnull=False)
    return dict(found.order_by("pk").select_for_update().values_list("pk", "public_id"))


def _take_back(people: list[int]) -> None:
    values: dict[str, Any] = {"people": people, "doubted": AddressTrust.DOUBTED, "bounced": TrustReason.BOUNCED}
    with connection.cursor() as cursor:
        cursor.execute(_TRUST_AGAIN, values)
    Contact.objects.filter(pk__in=people).update(bounced_on=None)
    Bounce.objects.filter(contact__in=people).delete()


_TRUST_AGAIN = sql.SQL("""
    UPDATE contacts_contact contact SET ({columns}) = ROW ({before})
    FROM contacts_bounce bounce
    WHERE bounce.contact_id = contact.id AND contact.id = ANY(%(people)s)
        AND contact.address_trust = %(doubted)s AND contact.address_trust_reason = %(bounced)s""").format(
    columns=sql.SQL(", ").join(map(sql.Identifier, address_trust.COLUMNS)),
    before=sql.SQL(", ").join(sql.Identifier("bounce", name) for name in address_trust.COLUMNS),
)
