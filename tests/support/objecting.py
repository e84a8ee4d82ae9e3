"""People who object to marketing, and what they are still to get."""

import datetime as dt
from collections.abc import Collection

from contacts.models import Contact, Message, PolicyVersion, SignUp, Suppression, Whitepaper
from contacts.permission import objections
from contacts.words.addresses import keyed_hash
from contacts.words.vocabulary import Channel
from retention.lapses.objections import Consequence, object_to_marketing
from tests.support.factories import NOON

ALL = frozenset(Channel)


def objects(
    contact: Contact, policy: PolicyVersion, channels: Collection[Channel] = ALL, at: dt.datetime = NOON
) -> Consequence:
    """Have a person object."""
    return object_to_marketing(
        contact.address_hash or "",
        public_id=contact.public_id,
        channels=channels,
        reason="unsubscribe",
        policy=policy,
        at=at,
        by="test",
    )


def noted(contact: Contact, day: dt.date, channels: Collection[Channel] = ALL) -> None:
    """Have an objection on record as an import leaves it: the next run looks after what follows."""
    objections.record(
        contact.address_hash or "", public_id=None, channels=channels, reason="objection", day=day, at=NOON, by="test"
    )


def suppress(contact: Contact, channel: str, since: dt.date) -> None:
    """Have an objection stand against the address of a person, who has said nothing themselves."""
    hashed = {"address_hash": contact.address_hash or "", "mailbox_hash": contact.mailbox_hash or ""}
    Suppression.objects.create(**hashed, channel=channel, since=since)


def suppressed(email: str) -> dict[str, dt.date]:
    """What stands against an address: channel → day."""
    return dict(Suppression.objects.filter(address_hash=keyed_hash(email)).values_list("channel", "since"))


def proven(contact: Contact, policy: PolicyVersion, at: dt.datetime) -> SignUp:
    """A whitepaper that a person asked for, with the address proven at a moment."""
    whitepaper, _ = Whitepaper.objects.get_or_create(slug="clouds", defaults={"title": "Clouds", "published_at": at})
    return SignUp.objects.create(
        kind="whitepaper",
        scenario="whitepaper",
        whitepaper=whitepaper,
        policy_version=policy,
        language="en",
        source="form",
        created_at=at,
        confirmed_at=at,
        contact=contact,
    )


def owed(contact: Contact, **about: object) -> Message:
    """A service message that has not left yet."""
    fields = {"template": "registered", "purpose": "service", "created_at": NOON, "not_before": NOON}
    return Message.objects.create(contact=contact, **fields | about)
