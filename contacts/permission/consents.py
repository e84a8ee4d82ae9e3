"""A person's own yes to marketing on a channel, given twice: a box ticked, and a button in a mail pressed (P11).

It is taken back by one word of theirs.
"""

import datetime as dt

from contacts.base import audit
from contacts.models import ChannelPermission, Contact
from contacts.people import suppressions
from contacts.words.vocabulary import Channel, PermissionState


def give(
    contact: Contact, channel: Channel, wording: str, *, source: str, day: dt.date, at: dt.datetime, by: str
) -> None:
    """Record a consent that was given twice, with the wording as shown. It ends an objection on this channel (P12).

    Call it under the lock on the contact.
    """
    contact.permissions.filter(channel=channel, state=PermissionState.OBJECTED).delete()
    suppressions.of_people(contact).filter(channel=channel).delete()
    ChannelPermission.objects.update_or_create(
        contact=contact,
        channel=channel,
        state=PermissionState.CONSENTED,
        defaults={"given_on": day, "wording": wording, "source": source},
    )
    audit.record("consent.given", at=at, by=by, public_id=contact.public_id, rule=channel)


def withdraw(contact: Contact, channel: Channel, *, at: dt.datetime, by: str) -> bool:
    """Take a consent back, as its person wishes (Art. 7(3) GDPR), and return whether there was one.

    It is no objection, and sets nothing else: what rested on the consent ends, and whether anything else allows
    marketing is `permission`'s to answer.
    """
    given = ChannelPermission.objects.filter(contact=contact, channel=channel, state=PermissionState.CONSENTED)
    withdrawn, _ = given.delete()
    if withdrawn:
        audit.record("consent.withdrawn", at=at, by=by, public_id=contact.public_id, rule=channel)
    return bool(withdrawn)
