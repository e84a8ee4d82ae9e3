"""The officer and the auditor read the audit trail, in words (ADR 0080)."""

import csv
import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from contacts.models import AuditEvent, Contact, PolicyVersion
from privacy_crm.staff.trail import sentences, taking_out
from tests.support.factories import NOON, ContactFactory, EventFactory
from tests.support.requesting import asked_by

pytestmark = [pytest.mark.promise("P17"), pytest.mark.promise("L20"), pytest.mark.django_db]

type LogIn = Callable[[str], Client]

TRAIL = "/admin/contacts/auditevent/"


@pytest.fixture
def trail(policy: PolicyVersion) -> tuple[Contact, User]:
    """Four entries of four days: two about one person, two by one member of staff."""
    person, kim = ContactFactory.create(last_name="Zetterlund"), User.objects.create(username="kim", is_staff=True)
    AuditEvent.objects.all().delete()
    for number, (by, code, who, rule) in enumerate(
        (
            (f"user:{kim.pk}", "contact.viewed", person.public_id, "page:contact"),
            ("purge:1", "contact.reduced", person.public_id, ""),
            (f"user:{kim.pk}", "audience.exported", None, "audience:7:20"),
            ("user:0", "hold.placed", None, ""),
        )
    ):
        at = NOON + dt.timedelta(days=number)
        AuditEvent.objects.create(at=at, by=by, code=code, public_id=who, rule=rule)
    return person, kim


def shown(client: Client, **asked_for: str) -> list[str]:
    return sorted(event.code for event in client.get(TRAIL, asked_for).context["cl"].result_list)


def looks() -> list[tuple[str, Any, str]]:
    found = AuditEvent.objects.filter(code__in=["contact.viewed", "contact.found", "contact.searched"], at__gt=NOON)
    return list(found.order_by("pk").values_list("code", "public_id", "rule"))


@pytest.mark.parametrize("role", ["privacy officer", "auditor"])
def test_the_trail_is_read_by_person_by_member_of_staff_by_kind_and_by_day(
    role: str, log_in: LogIn, trail: tuple[Contact, User]
) -> None:
    (person, kim), client = trail, log_in(role)
    about = str(person.public_id)
    assert set(shown(client, person=about, deed="looks")) == {"contact.viewed"}
    assert shown(client, who=f"user:{kim.pk}") == ["audience.exported", "contact.viewed"]
    assert shown(client, deed="exports", at_from="2026-11-01") == ["audience.exported"]
    assert shown(client, deed="deletions", at_from="2026-11-01") == ["contact.reduced", "hold.placed"]
    assert shown(client, at_from="2026-11-25", at_to="2026-11-26") == ["audience.exported", "contact.reduced"]
    assert {"contact.reduced", "contact.viewed"} == set(shown(client, person=about))


def test_a_kind_by_itself_is_read_of_the_last_days_alone(log_in: LogIn, policy: PolicyVersion) -> None:
    AuditEvent.objects.all().delete()
    for days, code in ((10, "topic.added"), (40, "topic.changed")):
        AuditEvent.objects.create(at=timezone.now() - dt.timedelta(days=days), by="user:1", code=code)
    client = log_in("auditor")
    assert shown(client, deed="catalogue") == ["topic.added"]
    assert "the last 31 days" in client.get(TRAIL, {"deed": "catalogue"}).content.decode()
    assert shown(client, deed="catalogue", at_from="2020-01-01") == ["topic.added", "topic.changed"]


def test_the_list_says_in_sentences_who_did_what_and_on_which_page(log_in: LogIn, trail: tuple[Contact, User]) -> None:
    person, _kim = trail
    client = log_in("privacy officer")
    told = [event.told for event in client.get(TRAIL).context["cl"].result_list]
    assert [(each.actor, each.plain, each.place) for each in told] == [
        ("A member of staff who is gone", "placed a hold on the deletion of somebody", ""),
        ("kim", "exported a list of people", "exported list 7"),
        ("The nightly deletion", "reduced a contact to what the law requires", ""),
        ("kim", "looked at the details of a contact", "the page of the contact"),
    ]
    text = client.get(TRAIL).content.decode()
    assert f'<a href="{TRAIL}?person={person.public_id}">a contact</a>' in text
    assert "contact.viewed" not in text


def test_the_list_names_nobody_and_is_no_look(log_in: LogIn, trail: tuple[Contact, User]) -> None:
    assert "Zetterlund" not in log_in("privacy officer").get(TRAIL).content.decode()
    assert looks() == []


@pytest.mark.parametrize("page", ["", "entry"])
def test_whoever_reads_about_one_person_sees_the_name_and_that_is_one_look(
    page: str, log_in: LogIn, trail: tuple[Contact, User]
) -> None:
    person, _kim = trail
    entry = AuditEvent.objects.get(code="contact.reduced")
    address = f"{TRAIL}{entry.pk}/change/" if page else f"{TRAIL}?person={person.public_id}"
    text = log_in("privacy officer").get(address).content.decode()
    assert "Zetterlund" in text
    assert f"/admin/contacts/contact/{person.public_id}/change/" in text
    assert looks() == [("contact.viewed", person.public_id, "page:auditevent")]


@pytest.mark.parametrize("page", ["", "entry"])
def test_the_auditor_gets_a_short_number_and_nobodys_name(
    page: str, log_in: LogIn, trail: tuple[Contact, User]
) -> None:
    person, _kim = trail
    entry = AuditEvent.objects.get(code="contact.reduced")
    address = f"{TRAIL}{entry.pk}/change/" if page else f"{TRAIL}?person={person.public_id}"
    text = log_in("auditor").get(address).content.decode()
    assert f"Person {sentences.short(person.public_id)}" in text
    assert "Zetterlund" not in text
    assert "/admin/contacts/contact/" not in text
    assert looks() == []


def test_a_person_who_is_deleted_is_said_to_be_gone(log_in: LogIn, policy: PolicyVersion) -> None:
    entry = AuditEvent.objects.create(at=NOON, by="visitor", code="contact.deleted", public_id=uuid.uuid4())
    text = log_in("privacy officer").get(f"{TRAIL}{entry.pk}/change/").content.decode()
    assert "a person who is gone" in text
    assert "A visitor" in text
    assert looks() == []


def test_records_are_named_for_who_may_see_them_and_requests_by_their_number(
    log_in: LogIn, policy: PolicyVersion
) -> None:
    event, request = EventFactory.create(title="Data day"), asked_by(ContactFactory.create(), policy)
    user = User.objects.get(pk=log_in("privacy officer").session["_auth_user_id"])
    entries = [
        AuditEvent(by="visitor", code="request.received", public_id=request.public_id, rule="access"),
        AuditEvent(by="visitor", code="registration.cancelled", public_id=uuid.uuid4(), rule=f"event:{event.pk}"),
    ]
    first, second = sentences.tell(entries, user)
    assert first.plain == f"entered request {request.number}"
    assert str(request.public_id) in first.deed
    assert second.place == "event Data day"
    first, second = sentences.tell(entries, User.objects.create(username="nobody"))
    assert first.plain == f"entered request {sentences.short(request.public_id)}"
    assert second.place == f"event {event.pk}"


def test_a_person_is_found_by_their_whole_address_which_stands_in_no_address(
    log_in: LogIn, trail: tuple[Contact, User]
) -> None:
    (person, _kim), client = trail, log_in("privacy officer")
    answer = client.post(f"{TRAIL}add/", {"email": person.email.upper()})
    assert answer.headers["Location"] == f"{TRAIL}?person={person.public_id}"
    assert looks() == [("contact.searched", None, "found:1"), ("contact.found", person.public_id, "")]


def test_an_address_that_nobody_has_is_said_to_be_nobodys_and_the_search_is_on_record(
    log_in: LogIn, trail: tuple[Contact, User]
) -> None:
    text = log_in("privacy officer").post(f"{TRAIL}add/", {"email": "nobody@nowhere.example"}).content.decode()
    assert "Nobody is held under this address." in text
    assert looks() == [("contact.searched", None, "found:0")]


@pytest.mark.parametrize("role", ["auditor", "marketing"])
def test_who_sees_no_people_or_no_trail_searches_by_no_address(
    role: str, log_in: LogIn, trail: tuple[Contact, User]
) -> None:
    person, _kim = trail
    assert log_in(role).post(f"{TRAIL}add/", {"email": person.email}).status_code == 403
    assert looks() == []


def exported(client: Client, **asked_for: str) -> list[list[str]]:
    query = "&".join(f"{name}={value}" for name, value in asked_for.items())
    answer: Any = client.post(f"{TRAIL}csv/?{query}")
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_what_the_list_shows_leaves_as_a_file_with_ids_and_is_on_record(
    log_in: LogIn, trail: tuple[Contact, User]
) -> None:
    person, _kim = trail
    _titles, *rows = exported(log_in("auditor"), person=str(person.public_id))
    number = f"Person {sentences.short(person.public_id)}"
    assert [row[2:] for row in rows] == [
        [
            "The nightly deletion",
            f"reduced {number} to what the law requires",
            str(person.public_id),
            "",
            "contact.reduced",
        ],
        [
            "kim",
            f"looked at the details of {number}",
            str(person.public_id),
            "the page of the contact",
            "contact.viewed",
        ],
    ]
    assert AuditEvent.objects.get(code="trail.exported").rule == "entries:2"


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_none(log_in: LogIn, trail: tuple[Contact, User]) -> None:
    User.objects.filter(username="kim").update(username="@SUM(1)")
    assert "'@SUM(1)" in {row[2] for row in exported(log_in("auditor"), at_to="2026-12-31")}


def test_more_entries_than_a_file_takes_are_refused(
    log_in: LogIn, trail: tuple[Contact, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_out, "MOST", 3)
    answer = log_in("auditor").post(f"{TRAIL}csv/")
    assert answer.status_code == 302
    assert not AuditEvent.objects.filter(code="trail.exported").exists()


def test_the_file_is_made_in_portions_that_miss_nothing(
    log_in: LogIn, trail: tuple[Contact, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking_out, "_PORTION", 3)
    assert len(exported(log_in("auditor"))) == 1 + 4


def test_nobody_gets_the_file_who_may_not_read_the_trail(log_in: LogIn, trail: tuple[Contact, User]) -> None:
    assert log_in("marketing").post(f"{TRAIL}csv/").status_code == 403
    assert log_in("auditor").get(f"{TRAIL}csv/").status_code == 405
    assert not AuditEvent.objects.filter(code="trail.exported").exists()
