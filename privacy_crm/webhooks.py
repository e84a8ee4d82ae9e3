"""What a mail provider reports about a mail: it bounced, or its reader complained. Either stops the channel.

Signals are no way of ours to call one act from another, but the interface of this library: django-anymail has no other.
"""

import uuid
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from contacts.base.days import day_of
from contacts.models import Message, PolicyVersion
from contacts.people import address_trust, bounces
from contacts.words.addresses import MalformedAddressError, hashes, keyed_hash, normalise
from contacts.words.vocabulary import Channel
from retention import objections

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
    if _bounced(event):
        at, address_hash = timezone.now(), _hash_of(event.recipient or "")
        bounces.bounced(message.public_id, day=day_of(at, policy.zone), address_hash=address_hash, at=at, by=by)
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


def _bounced(event: AnymailTrackingEvent) -> bool:
    refused = event.event_type == EventType.REJECTED and event.reject_reason in _DOES_NOT_EXIST
    return event.event_type == EventType.BOUNCED or refused


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
