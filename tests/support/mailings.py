"""Mailings of the cast: drafts in both languages, brought as far as a test needs them."""

import datetime as dt
from typing import Any

from contacts.mailings import approval, drafts, schedule
from contacts.mailings.drafts import Draft
from contacts.models import Contact, Mailing, Message, PolicyVersion
from contacts.words.vocabulary import MailingKind
from privacy_crm import mailings
from tests.support.factories import NOON, TopicFactory, contact_of, customer
from tests.support.mailing import reader, send

LIST = "/admin/contacts/mailing/"
AUTHOR, OFFICER = "user:1", "user:2"
MINUTE = dt.timedelta(minutes=1)
WORDS: dict[str, Any] = {
    "subject": {"en": "What is new in the cloud", "sv": "Nytt i molnet"},
    "body": {"en": "Three things are new.\n\nRead on.", "sv": "Tre saker är nya.\n\nLäs vidare."},
    "button": {"en": "Read it", "sv": "Läs"},
    "button_url": "https://nordvik.example/news",
}


def words(**changes: Any) -> Draft:
    """What a mailing is to be."""
    return Draft(**{"name": "Cloud news", "kind": MailingKind.MARKETING, "rate": 300, **WORDS, **changes})


def drafted(**changes: Any) -> Mailing:
    return drafts.draft(words(**changes), at=NOON, by=AUTHOR)


def approved(**changes: Any) -> Mailing:
    """An important message that the officer has approved."""
    mailing = drafted(**{"kind": MailingKind.IMPORTANT, **changes})
    approval.submit(mailing, at=NOON, by=AUTHOR)
    approval.approve(mailing, drafts.mark(mailing), at=NOON, by=OFFICER)
    return mailing


def scheduled(mailing: Mailing, policy: PolicyVersion, when: dt.datetime = NOON) -> Mailing:
    schedule.schedule(mailing, when, policy=policy, at=NOON, by=AUTHOR)
    return mailing


def mailing_to(number: int, policy: PolicyVersion, *, when: dt.datetime = NOON, **changes: Any) -> Mailing:
    """A mailing that is scheduled, and so many people who may get it."""
    mailing = drafted(topics=[TopicFactory.create()], **changes)
    readers(policy, mailing, number)
    return scheduled(mailing, policy, when)


def left(mailing: Mailing) -> list[dt.datetime]:
    return list(Message.objects.filter(mailing=mailing, sent_at__isnull=False).values_list("sent_at", flat=True))


def tick(policy: PolicyVersion, at: dt.datetime = NOON) -> int:
    return mailings.tick(policy=policy, at=at)


def minute(policy: PolicyVersion, at: dt.datetime) -> int:
    """What happens in a minute: mails are owed, and sent; returns how many left."""
    tick(policy, at)
    return send(at)


def readers(policy: PolicyVersion, mailing: Mailing, number: int) -> list[Contact]:
    """People who may get a marketing mailing."""
    return [reader(policy, mailing) for _ in range(number)]


def bound(policy: PolicyVersion, **fields: Any) -> Contact:
    """A customer, told where we have their details from."""
    return customer(policy, **fields)


def prospect(policy: PolicyVersion, **fields: Any) -> Contact:
    return contact_of(None, "prospect", policy, **fields)


def of(mailing: Mailing, act: str = "change") -> str:
    """The address of a mailing's page, or of one of its acts."""
    return f"{LIST}{mailing.public_id}/{act}/"


def fresh(mailing: Mailing) -> Mailing:
    return Mailing.objects.get(pk=mailing.pk)


def written_to(mailing: Mailing) -> set[int]:
    """The people whom a mailing has been sent to."""
    sent = Message.objects.filter(mailing=mailing, sent_at__isnull=False)
    return {contact for contact in sent.values_list("contact", flat=True) if contact}


def world(policy: PolicyVersion) -> dict[str, Mailing]:
    """A mailing for each page that shows one, in a state in which its act is to be had."""
    waiting, sending = drafted(kind=MailingKind.IMPORTANT), scheduled(drafted(), policy)
    approval.submit(waiting, at=NOON, by=AUTHOR)
    Mailing.objects.filter(pk=sending.pk).update(state="sending", started_at=NOON)
    paused = scheduled(drafted(), policy)
    Mailing.objects.filter(pk=paused.pk).update(state="paused", started_at=NOON)
    in_states = {
        "submit": drafted(kind=MailingKind.IMPORTANT),
        **dict.fromkeys(("approve", "send-back", "take-back"), waiting),
        **dict.fromkeys(("pause", "stop", "progress"), sending),
        "resume": paused,
    }
    return {"contacts_mailing": drafted()} | {f"contacts_mailing_{page}": each for page, each in in_states.items()}
