"""What a curious member of staff tries on the pages: other addresses, other fields, and texts that nobody types."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from contacts.models import Activity, AuditEvent, Contact, PolicyVersion
from privacy_crm.celery import app
from tests.support.factories import ContactFactory, RegistrationFactory, SignUpFactory, customer, everything_about
from tests.support.requesting import asked_by, entered
from tests.support.sharing import RecipientFactory

pytestmark = pytest.mark.django_db

type LogIn = Callable[[str], Client]

PEOPLE = "/admin/contacts/contact/"
NUL = "a\0b"


def page(person: Contact, act: str) -> str:
    return f"{PEOPLE}{person.public_id}/{act}/"


def looks() -> list[tuple[Any, str]]:
    return list(AuditEvent.objects.filter(code="contact.viewed").order_by("pk").values_list("public_id", "rule"))


# A search that would not be on record

BY_FIELD = ("phone__startswith=08", "email__contains=fjord", "last_name=Lindqvist", "id__in=1,2", "email__regex=(")


@pytest.mark.promise("P17")
@pytest.mark.parametrize("asked", BY_FIELD)
def test_a_list_is_narrowed_by_its_filters_and_by_no_field_of_a_person(asked: str, log_in: LogIn) -> None:
    ContactFactory.create(phone="08-465 00 00")
    assert log_in("marketing").get(f"{PEOPLE}?{asked}").status_code == 400


@pytest.mark.promise("P17")
@pytest.mark.parametrize("lists", ["contact", "registration", "signup"])
def test_no_list_of_people_is_searched_by_its_address(lists: str, log_in: LogIn, policy: PolicyVersion) -> None:
    RegistrationFactory.create()
    SignUpFactory.create(policy_version=policy)
    client, url = log_in("privacy officer"), f"/admin/contacts/{lists}/"
    for field in ("email__startswith", "contact__email", "contact", "pk__gte"):
        assert client.get(url, {field: "a"}).status_code == 400
    assert client.get(url).status_code == 200


def test_the_links_that_lead_to_a_list_still_narrow_it(log_in: LogIn, policy: PolicyVersion) -> None:
    place = RegistrationFactory.create()
    RegistrationFactory.create()
    answer = log_in("marketing").get("/admin/contacts/registration/", {"event": place.event_id})
    assert [each.pk for each in answer.context["cl"].result_list] == [place.pk]


@pytest.mark.promise("P17")
def test_nobody_is_found_as_one_types(log_in: LogIn, policy: PolicyVersion) -> None:
    asked = {"app_label": "contacts", "model_name": "registration", "field_name": "contact", "term": "Aino"}
    ContactFactory.create()
    assert log_in("privacy officer").get("/admin/autocomplete/", asked).status_code == 403


# A look that would not be on record


@pytest.mark.promise("P17")
@pytest.mark.parametrize(("act", "role"), [("correct-details", "marketing"), ("share", "sales")])
@pytest.mark.parametrize("in_dialog", [True, False])
def test_a_form_that_shows_somebodys_details_is_a_look(
    act: str, role: str, in_dialog: bool, log_in: LogIn, policy: PolicyVersion
) -> None:
    person, client = customer(policy, phone="08-465 00 00"), log_in(role)
    RecipientFactory.create()
    headers = {"HX-Request": "true"} if in_dialog else {}
    assert "08-465 00 00" in client.get(page(person, act), headers=headers).content.decode()
    assert looks() == [(person.public_id, f"page:{act}")]


@pytest.mark.promise("P17")
def test_a_form_that_is_sent_to_see_the_details_is_a_look(log_in: LogIn, policy: PolicyVersion) -> None:
    person = customer(policy, phone="08-465 00 00")
    RecipientFactory.create()
    assert "08-465 00 00" in log_in("sales").post(page(person, "share"), {"look": "1"}).content.decode()
    assert looks() == [(person.public_id, "page:share")]


@pytest.mark.promise("P17")
def test_the_officer_who_looks_for_whoever_asks_has_searched(log_in: LogIn, policy: PolicyVersion) -> None:
    person, request = customer(policy, last_name="Bergström"), entered(policy)
    url = f"/admin/dsr/request/{request.public_id}/find-person/"
    answer = log_in("privacy officer").post(url, {"term": "bergström", "search": "1"})
    assert "Bergström" in answer.content.decode()
    events = AuditEvent.objects.filter(code__in=["contact.searched", "contact.found"]).order_by("pk")
    assert list(events.values_list("code", "public_id", "rule")) == [
        ("contact.searched", None, "found:1"),
        ("contact.found", person.public_id, ""),
    ]
    assert log_in("privacy officer").post(url, {"term": NUL, "search": "1"}).status_code == 200


@pytest.mark.promise("P17")
@pytest.mark.parametrize("act", ["find-person", "take-off"])
def test_whom_a_request_is_about_already_is_looked_at_again(act: str, log_in: LogIn, policy: PolicyVersion) -> None:
    request = asked_by(person := customer(policy), policy)
    shown = log_in("privacy officer").get(f"/admin/dsr/request/{request.public_id}/{act}/").content.decode()
    assert str(person.public_id) in shown
    assert looks() == [(person.public_id, f"page:{act}")]


# What nobody types


@pytest.mark.parametrize("lists", ["contact", "organisation", "audience", "auditevent"])
@pytest.mark.parametrize("field", ["scenario", "country", "topic", "channel", "agreement_state", "who", "q", "p"])
def test_a_filter_with_a_null_character_fails_nowhere(
    lists: str, field: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    assert log_in("privacy officer").get(f"/admin/contacts/{lists}/", {field: NUL}).status_code < 500


def test_the_trail_is_read_through_the_last_day_that_there_is(log_in: LogIn, policy: PolicyVersion) -> None:
    AuditEvent.objects.create(at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC), by="user:1", code="hold.placed")
    answer = log_in("auditor").get("/admin/contacts/auditevent/", {"at_to": "9999-12-31"})
    assert [event.code for event in answer.context["cl"].result_list] == ["hold.placed", "policy.published"]


ENTRY = {
    "scenario": "customer",
    "source_kind": "person",
    "source": "the fair",
    "collected_on": "2026-05-24",
    "email": "new@fjordkraft.example",
}


@pytest.mark.promise("P2")
@pytest.mark.parametrize("text", ["two\nlines", "Aino\r\nBcc: all@company.example", "\u202eonia", NUL, "x" * 201])
@pytest.mark.parametrize("field", ["first_name", "job_title", "organisation", "source"])
def test_a_person_is_entered_with_lines_and_not_with_stories(
    field: str, text: str, log_in: LogIn, policy: PolicyVersion
) -> None:
    client = log_in("marketing")
    assert client.post(f"{PEOPLE}add/", {**ENTRY, field: text}).context["form"].has_error(field)
    assert client.post(f"{PEOPLE}add/", {**ENTRY, field: text, "look": "1"}).status_code == 200
    assert not Contact.objects.exists()


@pytest.mark.promise("P2")
@pytest.mark.parametrize("text", ["met him\nat the fair", "x" * 10_000])
def test_an_activity_has_a_reference_and_no_room_for_notes(text: str, log_in: LogIn, policy: PolicyVersion) -> None:
    person = customer(policy)
    before = everything_about(person)
    told = {"kind": "call", "occurred_at_0": "2026-05-24", "occurred_at_1": "12:00", "reference": text}
    answer = log_in("sales").post(page(person, "record-activity"), told)
    assert answer.context["form"].has_error("reference")
    assert everything_about(person) == before
    assert not Activity.objects.exists()


# What a browser keeps


@pytest.mark.parametrize("url", ["/account/", "/account/password/"])
def test_no_browser_keeps_a_page_of_ones_own_account(url: str, log_in: LogIn, policy: PolicyVersion) -> None:
    assert "no-store" in log_in("sales").get(url).headers["Cache-Control"]


# What is left of a log-in


@pytest.mark.promise("L11")
def test_a_session_that_has_ended_leaves_nothing_behind(log_in: LogIn, policy: PolicyVersion) -> None:
    client, other = log_in("sales"), log_in("marketing")
    Session.objects.filter(pk=client.session.session_key).update(expire_date=timezone.now())
    app.tasks[app.conf.beat_schedule["sessions"]["task"]].apply(throw=True)
    assert [each.pk for each in Session.objects.all()] == [other.session.session_key]
