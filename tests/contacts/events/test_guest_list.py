import datetime as dt
from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import AuditEvent, FoodPreference, PolicyVersion, Registration
from tests.support.admin_pages import contents
from tests.support.doors import EARLIER, arrive, event_on, guest
from tests.support.factories import NOON, ContactFactory, EventFactory, OrganisationFactory, register

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

LIST = "/admin/contacts/registration/"


def shown(client: Client, address: str, **asked: object) -> str:
    return " ".join(unescape(client.get(address, asked).content.decode()).split())


def page_of(place: Registration, page: str = "change") -> str:
    return f"{LIST}{place.pk}/{page}/"


def test_the_guests_of_an_event_are_listed_with_what_became_of_them(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    came = guest(event, policy, last_name="Came")
    arrive(came, policy)
    guest(event, policy, last_name="Expected", organisation=OrganisationFactory.create(name="Fjordkraft AB"))
    gone = guest(event, policy, last_name="Gone")
    Registration.objects.filter(pk=gone.pk).update(cancelled_at=NOON)
    guest(event_on(), policy, last_name="Elsewhere")
    page = shown(log_in("events"), LIST, event=event.pk)
    for seen in ("Came", "Expected", "Fjordkraft AB", "Gone", "gave up the place", "has a place", "15 November 2026"):
        assert seen in page
    assert "Elsewhere" not in page


def test_a_guest_is_found_by_name_and_the_search_is_on_record(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    found = guest(event, policy, first_name="Väinö", last_name="Ek")
    guest(event, policy, last_name="Other")
    page = shown(log_in("marketing"), LIST, event=event.pk, q="väi")
    assert "Väinö Ek" in page
    assert "Other" not in page
    recorded = AuditEvent.objects.filter(code="contact.found").values_list("public_id", flat=True)
    assert list(recorded) == [found.contact.public_id]


@pytest.mark.promise("L6")
def test_a_restricted_guest_is_counted_and_named_for_the_officer_alone(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    place = guest(event, policy, last_name="Hemlig", restricted_through=NOON.date())
    for role, sees in (("events", False), ("marketing", False), ("sales", False), ("privacy officer", True)):
        client = log_in(role)
        page = shown(client, LIST, event=event.pk)
        assert ("Hemlig" in page) == sees
        assert ("1 is not shown" in page) != sees
        assert client.get(page_of(place)).status_code == (200 if sees else 404)


@pytest.mark.promise("P8")
def test_a_guest_who_rings_gives_up_their_place_and_their_food_is_forgotten(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    event = event_on(capacity=1)
    place = register(
        ContactFactory.create(first_name="Aino", last_name="Ek"), event, EARLIER, policy=policy, food="vegan"
    )
    answer = log_in("events").post(page_of(place, "give-up"), follow=True)
    place.refresh_from_db()
    assert place.cancelled_at == NOON
    assert not FoodPreference.objects.exists()
    assert "The place is free again." in answer.content.decode()


def test_a_guest_who_is_in_does_not_give_up_their_place(log_in: LogIn, policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    arrive(place, policy)
    client = log_in("events")
    before = contents()
    client.post(page_of(place, "give-up"))
    assert "Give up the place" not in shown(client, page_of(place))
    assert {key: rows for key, rows in contents().items() if "audit" not in key} == {
        key: rows for key, rows in before.items() if "audit" not in key
    }


@pytest.mark.promise("P8")
def test_no_page_about_a_guest_says_what_they_eat(log_in: LogIn, policy: PolicyVersion) -> None:
    place = register(ContactFactory.create(), event_on(), EARLIER, policy=policy, food="vegan")
    for role in ("events", "privacy officer"):
        client = log_in(role)
        assert "vegan" not in shown(client, LIST) + shown(client, page_of(place))


@pytest.mark.promise("P17")
def test_a_look_at_a_guest_is_a_look_at_the_person(log_in: LogIn, policy: PolicyVersion) -> None:
    place = guest(event_on(), policy)
    page = shown(log_in("events"), page_of(place))
    assert f"/admin/contacts/contact/{place.contact.public_id}/change/" in page
    assert AuditEvent.objects.get(code="contact.viewed").public_id == place.contact.public_id


def test_the_list_does_not_ask_once_a_guest(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = EventFactory.create(starts_at=NOON + dt.timedelta(days=9)), log_in("events")
    numbers = []
    for more in (1, 5):
        for _each in range(more):
            guest(event, policy, organisation=OrganisationFactory.create())
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, {"event": event.pk})
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
