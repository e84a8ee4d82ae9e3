import datetime as dt
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.events import dietary, events, places
from contacts.models import Event, FoodPreference, PolicyVersion
from tests.support.doors import AN_HOUR, event_on, guest, url, waiting
from tests.support.factories import NOON, ContactFactory, register

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def eats(event: Event, policy: PolicyVersion, preference: str, **person: object) -> None:
    register(ContactFactory.create(**person), event, NOON - 9 * AN_HOUR, policy=policy, food=preference)


def shown(client: Client, event: Event) -> str:
    return " ".join(unescape(client.get(url(event, "food")).content.decode()).split())


@pytest.mark.promise("P8")
def test_the_caterer_gets_numbers_and_nobodys_name(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    for preference in ("Vegan", " vegan", "VEGAN", "No nuts"):
        eats(event, policy, preference, first_name="Aino", last_name="Lindqvist")
    eats(event_on(), policy, "Halal")
    assert sorted(number for _told, number in dietary.counted(event, at=NOON)) == [1, 3]
    page = shown(log_in("events"), event)
    assert "4 guests told what they eat." in page
    assert "No nuts" in page
    for hidden in ("Lindqvist", "Aino", "@fjordkraft.example", "Halal"):
        assert hidden not in page


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("events", 200),
        ("privacy officer", 200),
        ("marketing", 403),
        ("sales", 403),
        ("auditor", 403),
        ("administrator", 403),
    ],
)
def test_only_those_who_run_the_event_and_the_officer_see_what_guests_eat(
    role: str, status: int, log_in: LogIn, policy: PolicyVersion
) -> None:
    event, client = event_on(), log_in(role)
    eats(event, policy, "Vegan")
    assert client.get(url(event, "food")).status_code == status
    assert ("For the caterer" in client.get(url(event, "change")).content.decode()) == (status == 200)
    assert "Vegan" not in client.get(url(event, "change")).content.decode()


@pytest.mark.promise("P8")
def test_whoever_gives_up_their_place_or_has_none_is_not_cooked_for(policy: PolicyVersion) -> None:
    event = event_on()
    eats(event, policy, "Vegan")
    waiting(event, policy, food="No nuts")
    assert dietary.counted(event, at=NOON) == [("Vegan", 1)]
    places.give_up(event.registrations.get().pk, at=NOON, by="test")
    assert dietary.counted(event, at=NOON) == []


@pytest.mark.promise("P8")
@pytest.mark.parametrize("case", ["over", "cancelled", "a webinar by now"])
def test_nothing_is_shown_once_it_is_no_longer_needed(case: str, log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    eats(event, policy, "Vegan")
    if case == "over":  # and the sweep has not come yet
        Event.objects.update(ends_at=NOON)
    elif case == "cancelled":
        events.cancel(event, at=NOON, by="test")
    else:
        events.convert(event, "webinar", policy=policy, at=NOON, by="test")
    assert "Vegan" not in shown(log_in("events"), event)
    assert FoodPreference.objects.exists() == (case == "over")


def test_the_page_says_until_when_it_is_kept(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on(ends_at=dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC))
    eats(event, policy, "Vegan")
    assert "deleted within 15 minutes after 24 November 2026 18:00" in shown(log_in("events"), event)


def test_the_page_asks_no_more_the_more_guests_there_are(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    numbers = []
    for more in (1, 5):
        for number in range(more):
            eats(event, policy, f"No {number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(url(event, "food"))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_no_food_is_a_page_too(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    guest(event, policy)
    assert "No guest has told what they eat." in shown(log_in("events"), event)
