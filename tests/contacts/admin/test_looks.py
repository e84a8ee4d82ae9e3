"""Who looks at a person, or finds them, is written down: by id, never what was searched for (ADR 0016)."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from contacts.admin.shared.looks import note_look
from contacts.models import AuditEvent, Contact, PolicyVersion, SignUp
from dsr.models import Request
from dsr.package.trail import deed
from retention.models import Hold
from tests.support.admin_pages import address, world
from tests.support.factories import ContactFactory

pytestmark = [pytest.mark.promise("P17"), pytest.mark.django_db, pytest.mark.usefixtures("made")]

type LogIn = Callable[[str], Client]

LIST = "/admin/contacts/contact/"


def events() -> list[tuple[str, str, Any, str]]:
    found = AuditEvent.objects.filter(code__startswith="contact.").order_by("pk")
    return list(found.values_list("by", "code", "public_id", "rule"))


def actor(role: str) -> str:
    return f"user:{User.objects.filter(username__startswith=f'{role}-').latest('pk').pk}"


@pytest.fixture(scope="module")
def made(policy_of_module: PolicyVersion) -> dict[str, Any]:
    records = world(policy_of_module)
    AuditEvent.objects.all().delete()
    return records


@pytest.fixture
def records(made: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(made)


def test_each_look_at_a_persons_page_is_an_event(log_in: LogIn, records: dict[str, Any]) -> None:
    person, client = records["contacts_contact"], log_in("sales")
    for _ in range(2):
        client.get(address("contacts_contact_change", records))
    assert events() == [(actor("sales"), "contact.viewed", person.public_id, "page:contact")] * 2


def test_a_look_that_is_refused_is_none(log_in: LogIn, records: dict[str, Any]) -> None:
    assert log_in("auditor").get(address("contacts_contact_change", records)).status_code == 403
    assert events() == []


def test_the_form_in_a_dialog_and_a_mere_head_are_no_further_looks(log_in: LogIn, records: dict[str, Any]) -> None:
    client = log_in("sales")
    client.get(address("contacts_contact_record-activity", records), headers={"HX-Request": "true"})
    client.head(address("contacts_contact_change", records))
    assert events() == []


def test_a_search_is_an_event_with_whom_it_found_and_without_what_was_typed(
    log_in: LogIn, records: dict[str, Any]
) -> None:
    person, client = records["contacts_contact"], log_in("marketing")
    client.get(LIST, {"q": person.email})
    who = actor("marketing")
    assert events() == [
        (who, "contact.searched", None, "found:1"),
        (who, "contact.found", person.public_id, ""),
    ]
    assert person.email not in str(list(AuditEvent.objects.values()))


def test_a_search_that_finds_nobody_is_an_event_too(log_in: LogIn, records: dict[str, Any]) -> None:
    log_in("marketing").get(LIST, {"q": "nobody@nowhere.example"})
    assert [code for _by, code, _who, _rule in events()] == ["contact.searched"]
    assert events()[0][3] == "found:0"


def test_to_leaf_through_the_list_is_a_look_at_each_person_on_the_page(log_in: LogIn, records: dict[str, Any]) -> None:
    client = log_in("marketing")
    client.head(LIST)
    client.get(LIST, {"scenario": "event"})
    shown = Contact.objects.filter(minimised_on=None, bases__scenario="event").distinct().order_by("-pk")
    assert shown
    assert events() == [(actor("marketing"), "contact.listed", each.public_id, "list:contact") for each in shown]


@pytest.mark.parametrize(
    ("name", "role", "people"),
    [
        ("contacts_registration", "events", lambda place: {place.contact.public_id}),
        ("contacts_signup", "marketing", lambda sign_up: {sign_up.public_id}),
        ("contacts_duplicatepair", "marketing", lambda pair: {pair.one.public_id, pair.other.public_id}),
        ("dsr_request", "privacy officer", lambda request: {each.contact.public_id for each in request.subjects.all()}),
    ],
)
def test_whoever_opens_a_list_has_looked_at_the_people_on_it(
    name: str, role: str, people: Callable[[Any], set[Any]], log_in: LogIn, records: dict[str, Any]
) -> None:
    log_in(role).get(address(f"{name}_changelist", records))
    listed = {(code, rule) for _by, code, _who, rule in events()}
    assert listed == {("contact.listed", f"list:{name.split('_')[1]}")}
    expected = people(records[name])
    assert expected
    assert expected <= {who for _by, _code, who, _rule in events()}


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("dsr_request_change", lambda record: [s.contact.public_id for s in record.subjects.all()]),
        ("retention_hold_change", lambda record: [record.contact.public_id]),
        ("contacts_signup_change", lambda record: [record.public_id]),
    ],
)
def test_pages_that_show_somebodys_details_count_as_looks(
    name: str, people: Callable[[Any], list[Any]], log_in: LogIn, records: dict[str, Any]
) -> None:
    kind = name.removesuffix("_change")
    record, page = records[kind], f"page:{kind.split('_')[1]}"
    assert isinstance(record, Request | Hold | SignUp)
    log_in("privacy officer").get(address(name, records))
    shown = people(record)
    assert shown
    assert events() == [(actor("privacy officer"), "contact.viewed", each, page) for each in shown]


def test_the_package_of_a_request_counts_as_a_look(log_in: LogIn, records: dict[str, Any]) -> None:
    log_in("privacy officer").get(address("dsr_request_package", records))
    assert {(code, rule) for _by, code, _who, rule in events()} == {("contact.viewed", "page:package")}


def test_looks_cost_one_statement_however_many_people_are_shown(
    log_in: LogIn, records: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    ContactFactory.create_batch(30, last_name="Lindqvist")
    people = list(Contact.objects.values_list("public_id", flat=True))
    request: Any = type("Seen", (), {"method": "GET", "user": User(pk=7)})
    with django_assert_max_num_queries(1):
        note_look(request, people, "contact")
    assert len(events()) == len(people)


# The officer reads the trail.

TRAIL = "/admin/contacts/auditevent/"


@pytest.mark.promise("P17")
@pytest.mark.promise("L20")
def test_the_trail_says_how_far_back_it_goes(log_in: LogIn, settings: Any) -> None:
    settings.AUDIT_MONTHS = 48
    text = log_in("auditor").get(TRAIL, {"deed": "looks"}).content.decode()
    assert (
        "Entries are kept for 48 months after the end of their month. What was done or looked at before is not known."
        in text
    )


def test_a_person_is_told_that_they_were_looked_at_and_found_in_plain_words() -> None:
    assert deed("contact.viewed") == "your record was looked at"
    assert deed("contact.found") == "your name came up in a search"
    with translation.override("sv"):
        assert deed("contact.found") == "ditt namn kom upp i en sökning"
