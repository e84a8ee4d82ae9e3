"""Whether a mail that is owed may still be sent: asked again at the last moment, since much may have happened."""

import datetime as dt

from contacts.base.days import day_of
from contacts.information import informing, longer
from contacts.mailings import people as mailing_people
from contacts.models import Contact, Event, Message, PolicyVersion
from contacts.permission import permission
from contacts.signups.sign_ups import closed, is_published
from contacts.words.vocabulary import AddressTrust, Channel, MailPurpose, MailTemplate

_ABOUT_A_PLACE = (
    *(MailTemplate.REGISTERED, MailTemplate.REMINDER, MailTemplate.MOVED, MailTemplate.CANCELLED),
    MailTemplate.GIVEN_UP,
)
_OF_A_REVISION = (MailTemplate.REMINDER, MailTemplate.MOVED)


def reason(message: Message, *, policy: PolicyVersion, at: dt.datetime) -> str:
    """Return a code that says why this message is not to be sent at `at`; empty where it is.

    What a person asked for themselves reaches them whatever they think of marketing. An address that bounces or is
    doubted gets nothing, and who is restricted gets only what they asked for. A mailing asks what it asked when it
    started.
    """
    if message.contact is None:
        return _to_stranger(message)
    return (
        _to_person(message.contact, message, day_of(at, policy.zone))
        or _informed(message, policy)
        or _about_place(message, at)
        or _mailed(message, message.contact, day_of(at, policy.zone))
        or _announced(message, message.contact, day_of(at, policy.zone), at)
    )


def _to_stranger(message: Message) -> str:
    if message.address:
        return ""
    return "proven" if message.sign_up is None or message.sign_up.confirmed_at else ""


def _to_person(contact: Contact, message: Message, day: dt.date) -> str:
    if not contact.email:
        return permission.Refusal.UNREACHABLE
    if contact.bounced_on:
        return permission.Refusal.BOUNCING
    if contact.address_trust == AddressTrust.DOUBTED:
        return permission.Refusal.UNCONFIRMED
    restricted = contact.restricted_through is not None and contact.restricted_through >= day
    if restricted and message.purpose != MailPurpose.SERVICE:
        return permission.Refusal.RESTRICTED
    return ""


def _informed(message: Message, policy: PolicyVersion) -> str:
    """Whoever has been told by letter meanwhile is not told again, nor of a version that another has replaced."""
    if message.template == MailTemplate.INFORM:
        return "" if informing.to_tell(message) else "told"
    if message.template != MailTemplate.LONGER:
        return ""
    if message.once != longer.once(policy):
        return "superseded"
    return "" if longer.to_tell(message, policy) else "told"


def _about_place(message: Message, at: dt.datetime) -> str:
    """A guest is told nothing old: not of a place that they gave up, or have again, nor of an event that is over or
    called off, or has changed again."""
    if message.template not in _ABOUT_A_PLACE or message.event is None:
        return ""
    given_up = message.registration is not None and message.registration.cancelled_at is not None
    if given_up != (message.template == MailTemplate.GIVEN_UP):
        return "place_given_up" if given_up else "place_stands"
    return _about_event(message, message.event, at)


def _about_event(message: Message, event: Event, at: dt.datetime) -> str:
    begun = event.starts_at if message.template == MailTemplate.REMINDER else event.over_at
    if begun <= at:
        return "past"
    if event.cancelled_at and message.template != MailTemplate.CANCELLED:
        return "cancelled"
    outdated = message.template in _OF_A_REVISION and message.once and not message.once.endswith(f":{event.revision}")
    return "superseded" if outdated else ""


def _mailed(message: Message, contact: Contact, day: dt.date) -> str:
    return mailing_people.refusal(message.mailing, contact, day) if message.mailing else ""


def _announced(message: Message, contact: Contact, day: dt.date, at: dt.datetime) -> str:
    if message.purpose != MailPurpose.MARKETING or message.mailing:
        return ""
    about = message.whitepaper or message.event
    if message.whitepaper and not is_published(message.whitepaper, at):
        return "withdrawn"
    if message.event and (code := closed(message.event, at)):
        return code
    topics = list(about.topics.values_list("pk", flat=True)) if about else None
    people = Contact.objects.filter(pk=contact.pk)
    answer = permission.judged(Channel.EMAIL, day=day, topics=topics, people=people).values_list("refusal", flat=True)
    refusal = answer.first()
    return permission.Refusal.NO_BASIS if refusal is None else refusal
