from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from contacts.events import inviting
from contacts.events.events import EventError
from contacts.models import Event, Message, PolicyVersion
from tests.support.admin_pages import contents
from tests.support.factories import NOON, EventFactory, RegistrationFactory, TopicFactory

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def of(event: Event, act: str) -> str:
    return f"/admin/contacts/event/{event.pk}/{act}/"


def test_what_visitors_read_is_changed_and_no_guest_is_written_to(log_in: LogIn) -> None:
    event, topic = RegistrationFactory.create().event, TopicFactory.create()
    log_in("events").post(of(event, "invite"), {"summary_sv": "Kom!", "capacity": "20", "topics": [topic.pk]})
    event.refresh_from_db()
    assert (event.summary, event.capacity, list(event.topics.all())) == ({"sv": "Kom!"}, 20, [topic])
    assert event.revision == 0
    assert not Message.objects.exists()


def test_there_are_never_fewer_places_than_guests(log_in: LogIn) -> None:
    event = EventFactory.create(capacity=5)
    RegistrationFactory.create_batch(3, event=event)
    RegistrationFactory.create(event=event, cancelled_at=NOON)
    client = log_in("events")
    before = contents()
    answer = client.post(of(event, "invite"), {"capacity": "2"})
    assert "3 guests have a place already" in answer.content.decode()
    assert contents() == before
    client.post(of(event, "invite"), {"capacity": "3"})
    assert Event.objects.get().capacity == 3


def test_no_number_of_places_is_no_limit(log_in: LogIn) -> None:
    event = EventFactory.create(capacity=5)
    log_in("events").post(of(event, "invite"), {"capacity": ""})
    assert Event.objects.get().capacity is None


def test_sign_up_is_opened_and_closed_once(log_in: LogIn, policy: PolicyVersion) -> None:
    event = EventFactory.create()
    client = log_in("events")
    assert not event.is_public
    for act, is_open in (("open-sign-up", True), ("close-sign-up", False)):
        client.post(of(event, act))
        assert Event.objects.get().is_public
        assert Event.objects.get().signup_open == is_open
        assert "not possible any more" in client.post(of(event, act), follow=True).content.decode()


@pytest.mark.parametrize(
    "event", [{"cancelled_at": NOON}, {"starts_at": NOON.replace(year=2025)}, {"signup_open": True}]
)
def test_sign_up_is_not_opened_where_nobody_could_come(event: dict[str, object]) -> None:
    made = EventFactory.create(**event)
    before = contents()
    with pytest.raises(EventError):
        inviting.open_sign_up(made, at=NOON, by="test")
    assert contents() == before


def test_sign_up_is_not_closed_twice() -> None:
    with pytest.raises(EventError):
        inviting.close_sign_up(EventFactory.create(), at=NOON, by="test")


def test_a_cancelled_event_invites_nobody() -> None:
    event = EventFactory.create(cancelled_at=NOON)
    words: dict[str, Any] = {"summary": {"en": "Come!"}, "topics": [], "capacity": None}
    before = contents()
    with pytest.raises(EventError):
        inviting.invite(event, **words, asked=[], asks_food=False, at=NOON, by="test")
    assert contents() == before


def test_the_link_of_a_webinar_is_kept_apart_from_its_place(log_in: LogIn) -> None:
    form = {"title": "Nights", "kind": "webinar", "link": "https://meet.nordvik.example/nights"}
    when = {"starts_at_0": "2027-05-24", "starts_at_1": "09:00", "time_zone": "Europe/Stockholm"}
    client = log_in("events")
    client.post("/admin/contacts/event/add/", form | when)
    event = Event.objects.get()
    assert (event.link, event.place) == ("https://meet.nordvik.example/nights", "")
    assert event.link in client.get(of(event, "change")).content.decode()
