import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.events import check_in
from contacts.models import Activity, AuditEvent, Contact, PolicyVersion, Registration
from tests.support.admin_pages import contents
from tests.support.doors import arrive, event_on, guest, tap, url, waiting
from tests.support.factories import NOON, ONE_DAY, ContactFactory, OrganisationFactory
from tests.support.visitors import AINO

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def shown(client: Client, address: str) -> str:
    return " ".join(unescape(client.get(address, follow=True).content.decode()).split())


def state(client: Client, event: Any) -> dict[str, Any]:
    return dict(json.loads(client.get(url(event, "who-is-in")).content))


@pytest.mark.promise("P17")
def test_the_door_shows_names_and_organisations_and_nothing_else_of_a_guest(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    event, organisation = event_on(), OrganisationFactory.create(name="Fjordkraft AB")
    guest(event, policy, first_name="Aino", last_name="Lindqvist", organisation=organisation, phone="+46 8 465 00 00")
    guest(event, policy, first_name="Bo", last_name="Ek", company="Ek & Son", job_title="Head of IT", country="SE")
    page = shown(log_in("events"), url(event, "check-in"))
    for seen in ("Aino Lindqvist", "Fjordkraft AB", "Bo Ek", "Ek & Son", "0 of 2 are in"):
        assert seen in page
    assert page.index("Bo Ek") < page.index("Aino Lindqvist")
    for hidden in ("@fjordkraft.example", "+46 8", "Head of IT"):
        assert hidden not in page


def test_namesakes_in_one_organisation_are_told_apart_by_their_addresses(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    for address in ("one@fjordkraft.example", "two@fjordkraft.example"):
        guest(event, policy, email=address, first_name="Aino", last_name="Ek")
    guest(event, policy, email="three@fjordkraft.example", first_name="Aino", last_name="Ek", company="Ek & Son")
    page = shown(log_in("events"), url(event, "check-in"))
    assert "one@fjordkraft.example" in page
    assert "two@fjordkraft.example" in page
    assert "three@fjordkraft.example" not in page


@pytest.mark.promise("L6")
def test_whose_details_are_only_stored_is_counted_and_named_nowhere(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    place = guest(event, policy, last_name="Hemlig", restricted_through=NOON.date())
    waiting(event, policy, email="hidden@fjordkraft.example", last_name="Osynlig")
    ContactFactory.create(email="hidden@fjordkraft.example", restricted_through=NOON.date())
    for role in ("events", "marketing", "superuser"):
        client = log_in(role)
        page = shown(client, url(event, "check-in"))
        assert "Hemlig" not in page
        assert "Osynlig" not in page
        assert "0 of 1 are in" in page
        assert "1 guest is not on this list" in page
    before = contents()
    status, said = tap(client, event, "arrive", place.pk)
    assert (status, said["refused"][:18]) == (409, "Let this guest in.")
    assert contents() == before


def test_a_tap_says_since_when_and_a_second_phone_is_told_the_same(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    place = guest(event, policy)
    one, other = log_in("events"), log_in("marketing")
    assert tap(one, event, "arrive", place.pk) == (
        200,
        {"since": "13:00", "again": False, "counter": "1 of 1 are in"},
    )
    assert tap(other, event, "arrive", place.pk)[1]["again"] is True
    assert "in since 13:00" in shown(other, url(event, "check-in"))
    assert state(other, event)["in"] == {str(place.pk): "13:00"}
    assert tap(one, event, "undo-arrival", place.pk) == (200, {"since": "", "counter": "0 of 1 are in"})
    assert state(other, event)["in"] == {}


def test_a_guest_who_came_on_another_day_shows_it(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on(starts_at=NOON - ONE_DAY)
    place = guest(event, policy)
    arrive(place, policy, NOON - ONE_DAY)
    assert state(log_in("events"), event)["in"] == {str(place.pk): "23 November, 13:00"}


def test_the_time_is_that_on_the_wall_of_the_event(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on(time_zone="Europe/Helsinki")
    assert tap(log_in("events"), event, "arrive", guest(event, policy).pk)[1]["since"] == "14:00"


def test_what_phones_ask_for_names_nobody_and_changes_when_the_list_does(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    guest(event, policy, first_name="Aino", last_name="Lindqvist")
    first = state(client, event)
    assert "Lindqvist" not in json.dumps(first)
    assert first["version"] in shown(client, url(event, "check-in"))
    guest(event, policy)
    second = state(client, event)
    waiting(event, policy)
    assert len({first["version"], second["version"], state(client, event)["version"]}) == 3


@pytest.mark.parametrize("key", ["", "x", "0", "9" * 30, "-1"])
def test_a_tap_on_nobody_is_refused(key: str, log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    guest(event, policy)
    before = contents()
    assert tap(client, event, "arrive", key)[0] == 409
    assert contents() == before


def test_without_the_script_a_tap_leads_back_to_the_list(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    place = guest(event, policy)
    answer = client.post(url(event, "arrive"), {"guest": place.pk}, follow=True)
    assert answer.redirect_chain == [(url(event, "check-in"), 302)]
    assert "The guest is in since 13:00." in answer.content.decode()
    answer = client.post(url(event, "undo-arrival"), {"guest": place.pk}, follow=True)
    assert "The guest is not in any more." in answer.content.decode()


@pytest.mark.promise("P17")
@pytest.mark.parametrize("role", ["sales", "privacy officer", "auditor", "administrator"])
def test_whoever_does_not_stand_at_the_door_neither_sees_nor_changes_it(
    role: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    event = event_on()
    place, made = guest(event, policy), waiting(event, policy)
    client = log_in(role)
    before = contents()
    for page in ("check-in", "who-is-in", "walk-in", "hand-back", f"check-in/{made.public_id}"):
        assert client.get(url(event, page)).status_code == 403
    for page in ("arrive", "undo-arrival", "walk-in", f"check-in/{made.public_id}"):
        assert client.post(url(event, page), {"guest": place.pk}).status_code == 403
    assert contents() == before


def test_an_act_is_never_done_by_get(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    place = guest(event, policy)
    before = contents()
    for page in ("arrive", "undo-arrival"):
        assert client.get(url(event, page), {"guest": place.pk}).status_code == 405
    assert contents() == before


@pytest.mark.promise("P17")
def test_a_look_at_the_list_is_on_record(log_in: LogIn, policy: PolicyVersion) -> None:
    event = event_on()
    expected = guest(event, policy).contact
    answer = log_in("events").get(url(event, "check-in"))
    assert AuditEvent.objects.get(code="contact.listed").public_id == expected.public_id
    assert AuditEvent.objects.filter(code="guests.listed", rule=f"event:{event.pk}").count() == 1
    assert "no-store" in answer["Cache-Control"]


def test_without_a_policy_nobody_is_checked_in(log_in: LogIn) -> None:
    event = event_on()
    assert "No policy is published yet" in shown(log_in("events"), url(event, "check-in"))


def test_the_number_of_queries_does_not_grow_with_the_guests(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    client.get(url(event, "check-in"))  # the log-in stands at the door from then on
    numbers = []
    for more in (1, 9):
        for _each in range(more):
            guest(event, policy, organisation=OrganisationFactory.create())
        for page in ("check-in", "who-is-in"):
            with CaptureQueriesContext(connection) as queries:
                client.get(url(event, page))
            numbers.append(len(queries))
    assert numbers == [17, 13, 17, 13]


# Those who have not proven their address


def test_whoever_waits_is_on_the_list_and_is_asked_for_their_address(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    made = waiting(event, policy)
    page = shown(client, url(event, "check-in"))
    assert "Aino Lindqvist" in page
    assert AINO["email"] not in page
    admit = url(event, f"check-in/{made.public_id}")
    assert AINO["email"] in shown(client, admit)
    assert not Contact.objects.exists()
    answer = client.post(admit, follow=True)
    assert "The guest is in since 13:00." in answer.content.decode()
    assert "1 of 1 are in" in answer.content.decode()
    assert Activity.objects.filter(kind="attendance").count() == 1


def test_whoever_was_admitted_by_another_phone_waits_no_longer(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(), log_in("events")
    made = waiting(event, policy)
    check_in.admit(event, made, policy=policy, at=NOON, by="test")
    before = contents()
    answer = client.post(url(event, f"check-in/{made.public_id}"), follow=True)
    assert "This guest has a place by now" in answer.content.decode()
    assert {name: rows for name, rows in contents().items() if "audit" not in name} == {
        name: rows for name, rows in before.items() if "audit" not in name
    }


def test_a_full_event_asks_whether_to_let_them_in_anyway(log_in: LogIn, policy: PolicyVersion) -> None:
    event, client = event_on(capacity=1), log_in("events")
    made = waiting(event, policy)
    guest(event, policy)
    admit = url(event, f"check-in/{made.public_id}")
    answer = client.post(admit)
    assert (answer.status_code, Registration.objects.count()) == (409, 1)
    assert "Let them in anyway" in answer.content.decode()
    client.post(admit, {"anyway": "1"})
    assert Registration.objects.filter(attended_at=NOON).count() == 1


def test_whoever_has_a_place_under_the_same_address_does_not_stand_there_twice(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    event = event_on()
    guest(event, policy, email=AINO["email"], last_name="Lindqvist")
    waiting(event, policy)
    assert shown(log_in("events"), url(event, "check-in")).count("Lindqvist") == 2  # the row, and the name of its undo
