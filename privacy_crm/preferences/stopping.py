"""Stop what somebody asks to stop by a link in our mail, whether or not they are still held (P12, P13)."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from contacts.base import merge_redirects
from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion, SignUp
from contacts.outbox import links
from contacts.outbox.links import Stop
from contacts.permission import interests
from contacts.signups import reject_sign_up
from contacts.words.vocabulary import Channel
from retention.lapses import parting


@dataclass(frozen=True)
class Stopping:
    """What one request stops: the link that it came by, and `reason`, which says how it was heard."""

    stop: Stop
    reason: str
    policy: PolicyVersion
    at: dt.datetime
    by: str

    def channels(self, channels: Collection[Channel]) -> None:
        """Stop marketing on these channels at once; whom that deletes hears of it first."""
        parting.stop(
            self.stop.address_hash,
            mailbox_hash=self.stop.mailbox_hash,
            public_id=holder(self.stop),
            channels=channels,
            reason=self.reason,
            policy=self.policy,
            at=self.at,
            by=self.by,
        )

    def topic(self) -> None:
        """Stop the one topic that the mail was about; all e-mail, where a no to the topic cannot be kept any more."""
        kept = interests.refuse(
            self.stop.list,
            public_id=holder(self.stop),
            address_hash=self.stop.address_hash,
            day=day_of(self.at, self.policy.zone),
            at=self.at,
            by=self.by,
        )
        if not kept:
            self.channels([Channel.EMAIL])

    def one_click(self) -> None:
        """Stop the list that the mail was sent to, as its List-Unsubscribe header says (RFC 8058)."""
        if self.stop.list == links.EVERYTHING:
            self.channels([Channel.EMAIL])
        else:
            self.topic()

    def not_me(self) -> None:
        """Delete what somebody else typed under this address, and let no marketing go there."""
        if self.stop.sign_up:
            reject_sign_up.disown(self.stop.sign_up, at=self.at, by=self.by)
        self.channels(list(Channel))


def holder(stop: Stop) -> uuid.UUID | None:
    """Return the public_id of the person whom the mail went to, if anybody had proven the address then or has since.

    Where their record was merged into another since, it is that one's.
    """
    if stop.public_id:
        return merge_redirects.holder(stop.public_id)
    if stop.sign_up is None:
        return None
    proven = SignUp.objects.filter(public_id=stop.sign_up, contact__isnull=False)
    return proven.values_list("contact__public_id", flat=True).first()


def person(stop: Stop) -> Contact | None:
    """Return that person, as long as they are held whole."""
    return Contact.objects.whole().filter(Q(public_id=holder(stop))).first()
