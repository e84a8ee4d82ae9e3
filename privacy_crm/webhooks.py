"""What a mail provider reports about a mail: it bounced for good, or its reader complained. Either stops the channel.

A temporary bounce, such as a full mailbox, says nothing about the address or its person, and changes nothing. The
library calls both "bounced" for most providers, so each provider's own word is read here. Where that word is missing,
or says that the provider does not know, the bounce counts as temporary. Where a provider passes on what the mail server
said, that decides as it does for mail that we hand over ourselves: only a code of the address blames it (ADR 0052).

Signals are no way of ours to call one act from another, but the interface of this library: django-anymail has no other.
"""

import uuid
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from contacts.base.days import day_of
from contacts.models import Message, PolicyVersion
from contacts.outbox import mail_replies
from contacts.people import address_trust, bounces
from contacts.words.addresses import MalformedAddressError, hashes, keyed_hash, normalise
from contacts.words.vocabulary import Channel
from retention.lapses import objections

# Where each provider says what kind of bounce it was, and what it calls a permanent one. Mailgun is not among them: the
# library itself calls its temporary bounces deferred.
_PERMANENT: dict[str, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    "Amazon SES": (("bounce", "bounceType"), ("Permanent",)),  # beside Transient and Undetermined
    "Brevo": (("event",), ("hard_bounce", "invalid_email")),  # beside soft_bounce
    "MailerSend": (("data", "type"), ("hard_bounced",)),  # beside soft_bounced
    "Mailjet": (("hard_bounce",), (True,)),
    "Postmark": (("Type",), ("HardBounce",)),  # beside SoftBounce and VirusNotification
    "Resend": (("data", "bounce", "type"), ("Permanent",)),  # beside Transient and Undetermined
    "SendGrid": (("type",), ("bounce",)),  # beside blocked
    "SparkPost": (("msys", "message_event", "bounce_class"), ("10", "30")),  # no such recipient; all others may pass
}
_FULL = "quota exceeded"  # what Mailjet says of a mailbox to which it tries no more for now
_DOES_NOT_EXIST = (RejectReason.BOUNCED, RejectReason.INVALID)
_UNWANTED = (RejectReason.SPAM, RejectReason.UNSUBSCRIBED)


@receiver(tracking, dispatch_uid="privacy_crm.webhooks")
def heard(event: AnymailTrackingEvent, esp_name: str, **_: Any) -> None:
    """Take one report. The mail is found by the number that it carried, never by its address."""
    message = _message(event.metadata or {})
    policy = PolicyVersion.objects.in_force()
    if message is None or policy is None:
        return
    by = f"provider:{esp_name.lower()}"
    if _bounced(event, esp_name):
        at = timezone.now()
        told = {"address_hash": _hash_of(event.recipient or ""), "reply": _reply(event)}
        bounces.bounced(message.public_id, day=day_of(at, policy.zone), at=at, by=by, **told)
    elif _complained(event):
        _object(message, policy, by)
        if message.contact and _is_unwanted(event):
            address_hash = _hash_of(event.recipient or "")
            address_trust.complained(message.contact.public_id, address_hash, at=timezone.now(), by=by)


def _message(metadata: dict[str, Any]) -> Message | None:
    try:
        public_id = uuid.UUID(str(metadata.get("message", "")))
    except ValueError:
        return None
    return Message.objects.select_related("contact", "sign_up__contact").filter(public_id=public_id).first()


def _bounced(event: AnymailTrackingEvent, provider: str) -> bool:
    """Tell whether an address takes no mail for good."""
    told, said = event.esp_event, event.mta_response or ""
    if mail_replies.is_reply(said) and not mail_replies.names_the_address(said):
        return False
    if event.event_type == EventType.REJECTED:
        return event.reject_reason in _DOES_NOT_EXIST and told.get("error") != _FULL
    return event.event_type == EventType.BOUNCED and _is_permanent(told, provider)


def _reply(event: AnymailTrackingEvent) -> str:
    """Return what was said of the address, without anything that names it."""
    said = event.mta_response or ""
    return mail_replies.alike(None, said) if mail_replies.is_reply(said) else "provider"


def _is_permanent(told: Any, provider: str) -> bool:
    """Tell whether a provider calls a bounce permanent, in its own words."""
    if provider not in _PERMANENT or told.get("SuppressionReason") == "HardBounce":  # Postmark stops the address itself
        return True
    path, permanent = _PERMANENT[provider]
    for name in path:
        told = told.get(name) or {}
    return told in permanent


def _complained(event: AnymailTrackingEvent) -> bool:
    refused = event.event_type == EventType.REJECTED and event.reject_reason in _UNWANTED
    return event.event_type in {EventType.COMPLAINED, EventType.UNSUBSCRIBED} or refused


def _is_unwanted(event: AnymailTrackingEvent) -> bool:
    """Tell who called the mail spam from who unsubscribed."""
    return bool(event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM)


def _object(message: Message, policy: PolicyVersion, by: str) -> None:
    """Take a complaint as what it is: an objection to mail (P12), also by somebody who never proved the address."""
    asked = message.sign_up
    person = message.contact or (asked and asked.contact)
    known = hashes(person.email) if person and person.email else asked and asked.email and hashes(asked.email)
    if known:
        objections.object_to_marketing(
            **known,
            public_id=person.public_id if person else None,
            channels=[Channel.EMAIL],
            reason="complaint",
            policy=policy,
            at=timezone.now(),
            by=by,
        )


def _hash_of(address: str) -> str:
    try:
        return keyed_hash(normalise(address))
    except MalformedAddressError:
        return ""
