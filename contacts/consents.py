"""A person's own yes to marketing on a channel, given twice: a box ticked, and a button in a mail pressed (P11)."""

import datetime as dt

from contacts import audit
from contacts.models import ChannelPermission, Contact, Suppression
from contacts.vocabulary import Channel, PermissionState


def give(
    contact: Contact, channel: Channel, wording: str, *, source: str, day: dt.date, at: dt.datetime, by: str
) -> None:
    """Record a consent that was given twice, with the wording as shown. It ends an objection on this channel (P12).

    Call it under the lock on the contact.
    """
    contact.permissions.filter(channel=channel, state=PermissionState.OBJECTED).delete()
    Suppression.objects.filter(address_hash=contact.address_hash, channel=channel).delete()
    ChannelPermission.objects.update_or_create(
        contact=contact,
        channel=channel,
        state=PermissionState.CONSENTED,
        defaults={"given_on": day, "wording": wording, "source": source},
    )
    audit.record("consent.given", at=at, by=by, public_id=contact.public_id, rule=channel)
