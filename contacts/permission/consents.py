"""A person's own yes to marketing on a channel, given twice: a box ticked, and a button in a mail pressed (P11).

It is taken back by one word of theirs, which stops the channel as an objection does. Both stand in the ledger (L14).
"""

import datetime as dt
from typing import Any

from contacts.base import audit
from contacts.journal import writing
from contacts.models import ChannelPermission, ConsentRecord, Contact, SignUp
from contacts.outbox import outbox
from contacts.people import consent_records, suppressions
from contacts.permission import objections
from contacts.words.journal import JournalAct
from contacts.words.vocabulary import Channel, ConsentMethod, ConsentState, MailTemplate, PermissionState


def give(
    contact: Contact,
    channel: Channel,
    wording: str,
    *,
    source: str,
    asked: SignUp | None = None,
    day: dt.date,
    at: dt.datetime,
    by: str,
) -> None:
    """Record a consent that was given twice, with the wording as shown. It ends an objection on this channel (P12).

    `asked` is the form with the ticked box, and has the proof: when, in which language, under which policy, and the
    mail that was sent. Call it under the lock on the contact.
    """
    reopen(contact, channel, at=at)
    ChannelPermission.objects.update_or_create(
        contact=contact,
        channel=channel,
        state=PermissionState.CONSENTED,
        defaults={"given_on": day, "wording": wording, "source": source},
    )
    ConsentRecord.objects.create(
        contact=contact,
        channel=channel,
        state=ConsentState.GIVEN,
        method=ConsentMethod.DOUBLE_OPT_IN,
        wording=wording,
        source=source,
        said_on=day,
        recorded_at=at,
        withdraw_at=consent_records.withdraw_at(),
        **(_proof(asked) if asked else {}),
    )
    audit.record("consent.given", at=at, by=by, public_id=contact.public_id, rule=channel)


def reopen(contact: Contact, channel: Channel, *, at: dt.datetime) -> None:
    """Let an objection on a channel be over, as its person said themselves, twice."""
    ended, _ = contact.permissions.filter(channel=channel, state=PermissionState.OBJECTED).delete()
    lifted, _ = suppressions.of_people(contact).filter(channel=channel).delete()
    if ended or lifted:
        writing.write(JournalAct.REOPENED, [contact.public_id], at=at, channels=[channel])


def withdraw(contact: Contact, channel: Channel, *, reason: str, day: dt.date, at: dt.datetime, by: str) -> bool:
    """Take a consent back, as its person wishes (Art. 7(3) GDPR), and return whether there was one.

    It is an objection to its channel, whatever the law of their country would allow without a consent; `reason` says
    how it was heard.
    """
    given = contact.permissions.filter(channel=channel, state=PermissionState.CONSENTED).exists()
    objections.record(
        contact.address_hash or "",
        public_id=contact.public_id,
        channels=[channel],
        reason=reason,
        day=day,
        at=at,
        by=by,
    )
    if given:
        audit.record("consent.withdrawn", at=at, by=by, public_id=contact.public_id, rule=channel)
    return given


def _proof(asked: SignUp) -> dict[str, Any]:
    """Return what a form proves of a consent. No IP address is among it: it tells of a network, and of no person."""
    mail = asked.messages.filter(template=MailTemplate.CONFIRM, sent_at__isnull=False).order_by("-sent_at").first()
    return {
        "language": asked.language,
        "policy_version": asked.policy_version,
        "controller": str(asked.policy_version.controller["name"]),
        "ticked_at": asked.created_at,
        "message_id": outbox.message_id(mail) if mail else "",
        "message_digest": mail.digest if mail else "",
    }
