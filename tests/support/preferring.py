"""People who follow a link in our mail to say what they want."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client

from contacts.models import Contact, PolicyVersion, Suppression
from contacts.outbox import links
from contacts.permission.permission import judged, of_one
from contacts.words.vocabulary import Channel
from tests.support.factories import NOON, ContactFactory, hold

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def unsubscribe(token: str, data: Any = ONE_CLICK) -> HttpResponse:
    return Client(enforce_csrf_checks=True).post(f"/unsubscribe/{token}/", data=encoded(data), content_type=FORM)


def prefer(token: str, **data: Any) -> HttpResponse:
    """Press a button on the preference page."""
    return Client(enforce_csrf_checks=True).post(f"/preferences/{token}/", data=encoded(data), content_type=FORM)


FORM = "application/x-www-form-urlencoded"


def encoded(data: Any) -> str:
    return urlencode(data, doseq=True)


def reader(policy: PolicyVersion, scenario: str = "whitepaper", **fields: Any) -> Contact:
    """Somebody in Sweden who has said yes to e-mail."""
    contact = ContactFactory.create(**{"country": "SE", **fields})
    hold(contact, scenario, NOON.date(), policy=policy)
    contact.permissions.create(channel="email", state="consented", given_on=NOON.date(), wording="Yes, please.")
    return contact


def suppressed(address_hash: str | None) -> set[str]:
    """The channels that are stopped for an address."""
    return set(Suppression.objects.filter(address_hash=address_hash).values_list("channel", flat=True))


def refusals(contact: Contact) -> dict[str, str]:
    return {channel.value: refusal for channel, refusal in of_one(contact, day=NOON.date()).items()}


def token_of(contact: Contact, to_list: str = links.EVERYTHING) -> str:
    return links.stop(contact, to_list)


def reachable(channel: Channel, *, day: dt.date, topics: Collection[int] | None = None) -> QuerySet[Any]:
    """Return those who may be written to on a channel."""
    return judged(channel, day=day, topics=topics).filter(refusal="")
