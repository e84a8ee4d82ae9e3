"""An address to which mail cannot be delivered: nothing is sent there any more until its owner proves it again."""

import datetime as dt
import uuid

from django.db import transaction

from contacts.base import audit
from contacts.models import Contact
from contacts.outbox import counts
from contacts.people import address_trust
from contacts.words.vocabulary import TrustReason


@transaction.atomic
def bounced(message_id: uuid.UUID, *, day: dt.date, address_hash: str = "", at: dt.datetime, by: str) -> bool:
    """Note that the address of the contact a message went to does not take mail; returns whether that is news.

    `message_id` is the message's public_id. Where `address_hash` is given and the contact has got another address
    since, nothing is noted. A sign-up that nobody has proven has no contact, so that nothing is noted either.
    """
    contact = Contact.objects.select_for_update(of=["self"]).filter(messages__public_id=message_id).first()
    if contact is None or contact.bounced_on or (address_hash and contact.address_hash != address_hash):
        return False
    Contact.objects.filter(pk=contact.pk).update(bounced_on=day)
    address_trust.doubt_mail(contact, TrustReason.BOUNCED, at=at, by=by)
    audit.record("address.bounced", at=at, by=by, public_id=contact.public_id)
    counts.bounced(message_id)
    return True
