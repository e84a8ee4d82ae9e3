"""Breaches of personal data, and what is done about them: by the acts themselves wherever a test is not about them."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from contacts.breaches import affected, letters, notices, register, reports
from contacts.breaches.reports import Sent
from contacts.models import Breach, Contact, Message, PolicyVersion
from contacts.words.breaches import ReportWay
from tests.support.factories import NOON, ContactFactory

TEXTS = {
    "en": {"nature": "A backup was stolen.", "consequences": "You may get spam.", "measures": "Ignore such mails."},
    "sv": {"nature": "En kopia stals.", "consequences": "Du kan få skräppost.", "measures": "Öppna inte sådan e-post."},
}
NOTICE = {"en": "A backup with addresses was stolen.", "sv": "En kopia med adresser har stulits."}
OFFICER = "user:1"
AN_HOUR = dt.timedelta(hours=1)


class BreachFactory(DjangoModelFactory):
    """A laptop with a list, lost an hour before NOON; nothing is assessed yet."""

    class Meta:
        model = Breach

    title = factory.Sequence(lambda n: f"Lost laptop {n}")
    happened = "A laptop with an exported list was lost on a train."
    kinds = ["confidentiality"]
    aware_at = NOON - AN_HOUR
    contact_point = "privacy@nordvik.example"


def facts(**other: Any) -> dict[str, Any]:
    """What is told of a breach when it is entered."""
    return {
        "title": "Lost laptop",
        "happened": "A laptop was lost.",
        "kinds": ["confidentiality"],
        "began_at": None,
        "ended_at": None,
        "aware_at": NOON - AN_HOUR,
        "processor": None,
        "processor_told_at": None,
    } | other


def affecting(*people: Contact, **fields: Any) -> Breach:
    """A breach that affects these people."""
    breach: Breach = BreachFactory.create(**fields)
    find(breach, *people)
    return breach


def find(breach: Breach, *people: Contact, at: dt.datetime = NOON) -> Any:
    those = Contact.objects.filter(pk__in=[person.pk for person in people])
    return affected.add(breach, those, asked="everyone we hold", at=at, by=OFFICER)


def seen(breach: Breach) -> Breach:
    """The breach as a page shows it now."""
    return Breach.objects.get(pk=breach.pk)


def tell(breach: Breach, at: dt.datetime = NOON) -> int:
    """Approve the letters of a breach that is a high risk."""
    Breach.objects.filter(pk=breach.pk).update(risk="high")
    return letters.approve(seen(breach), TEXTS, at=at, by=OFFICER)


def report(breach: Breach, policy: PolicyVersion, at: dt.datetime = NOON, **fields: Any) -> Any:
    sent = Sent(**{"way": ReportWay.ESERVICE, "sent_at": at, "language": "sv"} | fields)
    return reports.record(seen(breach), sent, policy=policy, at=at, by=OFFICER)


def unreported(breach: Breach, at: dt.datetime = NOON) -> None:
    Breach.objects.filter(pk=breach.pk).update(risk="unlikely")
    register.leave_unreported(seen(breach), "The disk was encrypted.", at=at, by=OFFICER)


def letter(_policy: PolicyVersion, **fields: Any) -> Message:
    """The letter that somebody affected is owed."""
    person = ContactFactory.create(**fields)
    tell(affecting(person))
    return Message.objects.get(contact=person)


def published(breach: Breach, policy: PolicyVersion, at: dt.datetime = NOON) -> Breach:
    """A breach that the public site tells of, for nine days."""
    until = at.date() + dt.timedelta(days=9)
    notices.publish(breach, NOTICE, from_on=at.date(), until_on=until, policy=policy, at=at, by=OFFICER)
    return breach
