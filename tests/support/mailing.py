"""Mails that are owed to the cast: one of each template, about things that have just happened."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from contacts.delivery import sending
from contacts.delivery.letters import written
from contacts.delivery.letters.parts import Letter, Text
from contacts.events import places
from contacts.information import longer
from contacts.models import Basis, Contact, Event, Mailing, Message, PolicyVersion, SignUp
from contacts.outbox import outbox
from contacts.words.vocabulary import MailPurpose, MailTemplate, SignUpKind
from tests.support import breaching
from tests.support.factories import (
    NOON,
    ContactFactory,
    EventFactory,
    SignUpFactory,
    TopicFactory,
    WhitepaperFactory,
    hold,
    register,
)
from tests.support.lengthening import lengthen

FOOD = "No hazelnuts whatever"


def stranger(policy: PolicyVersion, kind: str = SignUpKind.WHITEPAPER, **fields: Any) -> SignUp:
    """Somebody who asked for something at noon, and has not proven the address."""
    wish = {
        SignUpKind.WHITEPAPER: lambda: {"scenario": "whitepaper", "whitepaper": WhitepaperFactory.create()},
        SignUpKind.EVENT: lambda: {"scenario": "event", "event": EventFactory.create()},
        SignUpKind.REGISTER: lambda: {"scenario": "customer"},
        SignUpKind.CONSENT: lambda: {"scenario": ""},
    }[SignUpKind(kind)]()
    return SignUpFactory.create(**{"kind": kind, "policy_version": policy, "created_at": NOON, **wish, **fields})


def confirmation(policy: PolicyVersion, at: dt.datetime = NOON, **fields: Any) -> Message:
    return outbox.enqueue(MailTemplate.CONFIRM, sign_up=stranger(policy, **fields), at=at)


def guest(policy: PolicyVersion, event: Event | None = None, **fields: Any) -> Any:
    """A registration, of somebody who told what they eat."""
    event = event or EventFactory.create(place="Norra Bantorget 2, Stockholm", ends_at=END)
    return register(ContactFactory.create(**fields), event, NOON, policy=policy, food=FOOD)


END = dt.datetime(2027, 5, 24, 14, 0, tzinfo=dt.UTC)


def owed(template: MailTemplate, policy: PolicyVersion, **fields: Any) -> Message:
    """A message of this template to a person; `fields` are theirs."""
    if make := _OWED.get(template):
        return make(policy, **fields)
    place = guest(policy, **fields)
    return outbox.enqueue(template, contact=place.contact, registration=place, event=place.event, at=NOON)


WHY = {
    "en": "You get this mail because you asked us something.",
    "sv": "Du får det här mejlet eftersom du har frågat oss något.",
}


def written_letter(contact: Contact | None = None, address: str = "", at: dt.datetime = NOON) -> Message:
    """A letter written for one occasion, to a person or to an address that is nobody's."""
    language = (contact.language if contact else "") or "en"
    letter = Letter("About your request", [Text("We have looked.\n\nAll is well.")], WHY[language])
    packed = written.pack(letter, language)
    return outbox.enqueue_written(packed, contact_id=contact.pk if contact else None, address=address, at=at)


def given_up(policy: PolicyVersion, **fields: Any) -> Message:
    """What a guest is told who gave up their place, and can sign up again."""
    place = guest(policy, **fields)
    Event.objects.filter(pk=place.event_id).update(signup_open=True)
    places.give_up(place.pk, at=NOON, by="visitor")
    return Message.objects.get(template=MailTemplate.GIVEN_UP)


def parting(_policy: PolicyVersion, **fields: Any) -> Message:
    """What somebody is told who is about to be deleted after an objection by a mail's link."""
    once = f"{NOON.date()}:email,phone,post:unsubscribed on our page"
    return outbox.enqueue(MailTemplate.PARTING, contact=ContactFactory.create(**fields), once=once, at=NOON)


def _written(_policy: PolicyVersion, **fields: Any) -> Message:
    return written_letter(contact=ContactFactory.create(**fields))


def information(policy: PolicyVersion, **fields: Any) -> Message:
    contact = ContactFactory.create(**fields)
    hold(contact, "prospect", NOON.date(), policy=policy, source="the trade register", source_kind="public")
    return outbox.enqueue(MailTemplate.INFORM, contact=contact, purpose=MailPurpose.INFORMATION, at=NOON)


def about_longer(policy: PolicyVersion, **fields: Any) -> Message:
    """The mail about a longer period, to somebody who was promised the shorter one."""
    contact = ContactFactory.create(**fields)
    hold(contact, "prospect", NOON.date(), policy=policy)
    Basis.objects.filter(contact=contact).update(policy_shown=policy, policy_shown_on=NOON.date())
    once = longer.once(lengthen())
    return outbox.enqueue(MailTemplate.LONGER, contact=contact, once=once, purpose=MailPurpose.INFORMATION, at=NOON)


def announcement(policy: PolicyVersion, **fields: Any) -> Message:
    """News about a whitepaper to a reader of an earlier one, whose country does not ask for consent."""
    whitepaper = WhitepaperFactory.create()
    whitepaper.topics.add(TopicFactory.create())
    contact = reader(policy, whitepaper, **fields)
    return outbox.enqueue(
        MailTemplate.ANNOUNCE, contact=contact, whitepaper=whitepaper, purpose=MailPurpose.MARKETING, at=NOON
    )


def one_of_a_mailing(policy: PolicyVersion, **fields: Any) -> Message:
    """The mail to one reader of a marketing mailing that is being sent."""
    subject, body = {"en": "News", "sv": "Nytt"}, {"en": "Much is new.", "sv": "Mycket är nytt."}
    said = {"subject": subject, "body": body, "name": "Cloud news", "kind": "marketing"}
    mailing = Mailing.objects.create(**said, rate=1, state="sending", made_by="test")
    mailing.topics.add(TopicFactory.create())
    contact = reader(policy, mailing, **fields)
    return outbox.enqueue(
        MailTemplate.MAILING, contact=contact, mailing=mailing, purpose=MailPurpose.MARKETING, at=NOON
    )


def reader(policy: PolicyVersion, about: Any, **fields: Any) -> Contact:
    """Somebody who may be written to about the topics of a whitepaper or an event."""
    contact = ContactFactory.create(**{"country": "SE", **fields})
    hold(contact, "whitepaper", NOON.date(), policy=policy)
    for topic in about.topics.all():
        contact.interests.create(topic=topic, since=NOON.date())
    contact.permissions.create(channel="email", state="consented", given_on=NOON.date())
    return contact


def send(at: dt.datetime = NOON, limit: int = sending.MOST) -> int:
    """Send what is due, by a clock that stands still."""
    return sending.send_due(at=at, now=lambda: at, limit=limit)


_OWED: dict[MailTemplate, Callable[..., Message]] = {
    MailTemplate.CONFIRM: confirmation,
    MailTemplate.GIVEN_UP: given_up,
    MailTemplate.INFORM: information,
    MailTemplate.LONGER: about_longer,
    MailTemplate.PARTING: parting,
    MailTemplate.ANNOUNCE: announcement,
    MailTemplate.MAILING: one_of_a_mailing,
    MailTemplate.WRITTEN: _written,
    MailTemplate.BREACH: breaching.letter,
}
