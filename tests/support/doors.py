"""The door of an event: one that is on at NOON, its guests, and the phones of those who check them in."""

import datetime as dt
import json
from typing import Any

from django.test import Client

from contacts.events import check_in
from contacts.events.check_in import Arrival
from contacts.models import Event, PolicyVersion, Registration, SignUp
from contacts.signups.sign_ups import Wish
from tests.support import visitors
from tests.support.factories import NOON, ContactFactory, EventFactory, register

AN_HOUR = dt.timedelta(hours=1)
EARLIER = NOON - dt.timedelta(days=9)


def event_on(**fields: Any) -> Event:
    """An event that began an hour ago and ends tomorrow, with its sign-up closed."""
    times = {"starts_at": NOON - AN_HOUR, "ends_at": NOON + 24 * AN_HOUR}
    event: Event = EventFactory.create(**times | fields)
    event.refresh_from_db()
    return event


def guest(event: Event, policy: PolicyVersion, at: dt.datetime = EARLIER, **person: Any) -> Registration:
    """Somebody who signed up for it nine days ago."""
    return register(ContactFactory.create(**person), event, at, policy=policy)


def waiting(event: Event, policy: PolicyVersion, at: dt.datetime = NOON - AN_HOUR, **typed: Any) -> SignUp:
    """Somebody who signed up while that was open, and has not proven the address."""
    Event.objects.filter(pk=event.pk).update(signup_open=True)
    event.refresh_from_db()
    made = visitors.asked(Wish.of_event(event), policy, at=at, **typed)
    Event.objects.filter(pk=event.pk).update(signup_open=False)
    event.refresh_from_db()
    return made


def arrive(place: Registration, policy: PolicyVersion, at: dt.datetime = NOON) -> Arrival:
    return check_in.check_in(place.event, place.pk, policy=policy, at=at, by="test")


def undo(place: Registration, policy: PolicyVersion, at: dt.datetime = NOON) -> None:
    check_in.undo(place.event, place.pk, policy=policy, at=at, by="test")


def url(event: Event, page: str) -> str:
    return f"/admin/contacts/event/{event.pk}/{page}/"


def tap(client: Client, event: Event, page: str, key: object) -> tuple[int, dict[str, Any]]:
    """Post as the page's script does."""
    answer = client.post(url(event, page), {"guest": key}, headers={"accept": "application/json"})
    return answer.status_code, json.loads(answer.content)
