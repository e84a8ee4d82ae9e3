import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, PolicyVersion
from contacts.policy import promised
from tests.support.factories import (
    ContactFactory,
    EventFactory,
    HoldFactory,
    OrganisationFactory,
    RegistrationFactory,
    hold,
)

type LogIn = Callable[[str], Client]

pytestmark = pytest.mark.usefixtures("at_noon")

LIST = "/admin/contacts/contact/"
MARKER = "Zebradottir"


def page(contact: Contact) -> str:
    return f"{LIST}{contact.public_id}/change/"


def text(client: Client, url: str, **query: str) -> str:
    return client.get(url, query).content.decode()


@pytest.fixture
def guest(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(email="aino@fjordkraft.example", first_name="Aino", last_name="Lindqvist")
    hold(contact, "event", dt.date(2025, 6, 24), policy=policy)
    return contact


@pytest.fixture
def reduced(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create(email=None, last_name=MARKER, minimised_on=dt.date(2026, 1, 1))
    HoldFactory.create(contact=contact, kind="duty", reason="bookkeeping", until=dt.date(2031, 12, 31))
    return contact


def test_the_list_says_who_is_held_as_what_and_until_when(log_in: LogIn, guest: Contact) -> None:
    shown = text(log_in("marketing"), LIST)
    assert "Aino Lindqvist" in shown
    assert "aino@fjordkraft.example" in shown
    assert "24 December 2026" in shown
    assert page(guest) in shown


def test_the_list_asks_as_many_queries_for_fifty_people_as_for_one(
    log_in: LogIn, policy: PolicyVersion, django_assert_num_queries: Any
) -> None:
    client = log_in("privacy officer")
    promised.spans()  # which a process reads once
    for size in (1, 50):
        for contact in ContactFactory.create_batch(size, organisation=OrganisationFactory.create()):
            hold(contact, "prospect", dt.date(2026, 1, 1), policy=policy)
        # Session, user, own and group permissions, time zone; segments, columns, topics; people, their bases; policy;
        # the versions promised, kept until; the laws, the versions told, may we write; who was looked at; overdue lists
        # and requests, for the sidebar.
        with django_assert_num_queries(21):
            client.get(LIST)


def test_neither_the_first_page_nor_the_search_counts(log_in: LogIn, guest: Contact) -> None:
    client = log_in("sales")
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
        client.get(LIST, {"q": "aino@fjordkraft.example"})
        client.get(LIST, {"scenario": "event"})
    assert len(queries) > 10
    counts = [query["sql"] for query in queries if "SELECT COUNT(" in query["sql"].upper()]
    assert not [sql for sql in counts if "contacts_contact" in sql]


@pytest.mark.parametrize("typed", ["aino@fjordkraft.example", " AINO@Fjordkraft.Example "])
def test_the_search_finds_a_whole_address_in_any_case(log_in: LogIn, guest: Contact, typed: str) -> None:
    ContactFactory.create(last_name="Other")
    shown = text(log_in("sales"), LIST, q=typed)
    assert "Aino Lindqvist" in shown
    assert "Other" not in shown


def test_the_search_finds_a_person_by_id(log_in: LogIn, guest: Contact) -> None:
    assert "Aino Lindqvist" in text(log_in("sales"), LIST, q=str(guest.public_id))


@pytest.mark.parametrize("typed", ["lindqvist", "aino@", "aino@fjordkraft", "Lindqvist aino"])
def test_the_search_finds_parts_of_a_name_and_of_an_address(log_in: LogIn, guest: Contact, typed: str) -> None:
    ContactFactory.create(first_name="Bo", last_name="Berg", email="bo@nordvik.example")
    shown = text(log_in("sales"), LIST, q=typed)
    assert "Aino Lindqvist" in shown
    assert "Bo Berg" not in shown


def test_the_list_is_narrowed_to_a_scenario(log_in: LogIn, guest: Contact, policy: PolicyVersion) -> None:
    hold(ContactFactory.create(last_name="Prospect"), "prospect", dt.date(2026, 1, 1), policy=policy)
    shown = text(log_in("sales"), LIST, scenario="event")
    assert "Aino Lindqvist" in shown
    assert "Prospect</a>" not in shown


def test_the_list_is_narrowed_to_an_organisation(log_in: LogIn, guest: Contact) -> None:
    organisation = OrganisationFactory.create(name="Fjordkraft AB")
    ContactFactory.create(last_name="Colleague", organisation=organisation)
    shown = text(log_in("sales"), LIST, organisation=str(organisation.pk))
    assert f'<option value="{organisation.pk}" selected>Fjordkraft AB</option>' in shown
    assert "Colleague" in shown
    assert "Aino Lindqvist" not in shown


@pytest.mark.promise("P1")
def test_the_page_says_first_what_becomes_of_the_person_and_then_why(log_in: LogIn, guest: Contact) -> None:
    RegistrationFactory.create(contact=guest, event=EventFactory.create(title="Cloud Day"))
    shown = text(log_in("privacy officer"), page(guest))
    outcome = shown.index("Will be deleted on 24 December 2026, without new activity")
    why = shown.index("Why is this kept, and until when?")
    because, did = (
        shown.index("We keep Aino Lindqvist because of"),
        shown.index("<strong>Registered</strong> Cloud Day"),
    )
    assert outcome < why < because < did
    assert re.search(r"<title>\s*Aino Lindqvist", shown)


def test_the_page_names_why_no_day_is_set(log_in: LogIn, guest: Contact) -> None:
    client = log_in("privacy officer")
    HoldFactory.create(contact=guest)
    assert "No day set: a freeze stands" in text(client, page(guest))


def test_the_page_says_what_to_do_where_no_policy_is_published(log_in: LogIn) -> None:
    contact = ContactFactory.create()
    assert "Run manage.py publish_policy" in text(log_in("sales"), page(contact))


def test_what_a_hold_is_for_is_told_to_the_officer_alone(log_in: LogIn, guest: Contact) -> None:
    HoldFactory.create(contact=guest, reason="legal_claim")
    assert "a legal claim" in text(log_in("privacy officer"), page(guest))
    assert "legal claim" not in text(log_in("marketing"), page(guest)).lower()


def test_event_staff_see_no_reasons_and_no_activities(log_in: LogIn, guest: Contact) -> None:
    shown = text(log_in("events"), page(guest))
    assert "Aino Lindqvist" in shown
    assert "Why is this kept" not in shown
    assert "Lapses on" not in shown


@pytest.mark.promise("P5")
@pytest.mark.parametrize("role", ["marketing", "sales", "events", "auditor", "administrator"])
def test_a_reduced_person_is_nowhere_to_be_seen_but_by_the_officer(role: str, log_in: LogIn, reduced: Contact) -> None:
    client = log_in(role)
    for url in (LIST, f"{LIST}?reduced=yes", f"{LIST}?q={reduced.public_id}", "/admin/retention/hold/", "/admin/"):
        assert MARKER not in text(client, url)
    for name in ("change", "place-hold", "record-activity"):
        for key in (reduced.public_id, reduced.pk):
            answer = client.get(f"{LIST}{key}/{name}/")
            assert answer.status_code in {403, 404}
            assert MARKER not in answer.content.decode()


@pytest.mark.promise("P5")
def test_the_officer_sees_what_is_left_of_a_reduced_person(log_in: LogIn, reduced: Contact) -> None:
    client = log_in("privacy officer")
    assert MARKER in text(client, LIST, reduced="yes")
    assert MARKER in text(client, "/admin/retention/hold/")
    shown = text(client, page(reduced))
    assert MARKER in shown
    assert "Reduced on 1 January 2026 to what the law requires" in shown


def test_the_page_answers_404_for_anybody_unknown(log_in: LogIn, policy: PolicyVersion) -> None:
    client = log_in("privacy officer")
    for key in ("12345678", "9" * 40, "no-id", "0b931211-2506-4684-8574-22712780a952"):
        assert client.get(f"{LIST}{key}/change/").status_code == 404


def test_the_page_takes_no_form(log_in: LogIn, guest: Contact) -> None:
    assert log_in("superuser").post(page(guest), {"first_name": "X"}).status_code == 405
    guest.refresh_from_db()
    assert guest.first_name == "Aino"
