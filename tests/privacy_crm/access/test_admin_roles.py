import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contacts.models import AuditEvent, PolicyVersion
from contacts.policy import policies
from privacy_crm import roles
from privacy_crm.models import StaffLanguage
from tests.support import pseudo
from tests.support.admin_pages import ROLES, address, contents, names, opened_by, world
from tests.support.factories import NOON

INLINE_SCRIPT = re.compile(r'<script(?![^>]*(?:src=|type="application/json"))[^>]*>')

type LogIn = Callable[[str], Client]


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made")]


@pytest.fixture(scope="module")
def made(policy_of_module: PolicyVersion) -> dict[str, Any]:
    return world(policy_of_module)


@pytest.fixture
def records(made: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(made)


@pytest.mark.walk
@pytest.mark.promise("P17")
def test_a_superuser_finds_what_anybody_finds_without_inline_scripts_and_no_get_changes_anything(
    log_in: LogIn, records: dict[str, Any]
) -> None:
    """And reads all of it in a language that is a catalogue and nothing else: what a page asks for, Swedish has."""
    client, latest = log_in("superuser"), AuditEvent.objects.latest("pk").pk
    StaffLanguage.objects.create(user_id=client.session["_auth_user_id"], language=pseudo.LANGUAGE)
    before, on_record = contents(), pseudo.all_records()
    with pseudo.spoken() as catalogue:
        answers = {name: client.get(address(name, records)) for name in names()}
    texts = {name: answer.getvalue().decode(errors="replace") for name, answer in answers.items()}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == set(opened_by(*roles.ROLES))
    after = contents()
    assert {table for table in after if after[table] != before[table]} == {"contacts_auditevent"}
    noted = AuditEvent.objects.filter(pk__gt=latest).values_list("code", flat=True)
    assert set(noted) == {"contact.viewed", "contact.listed", "guests.listed", "agreement_document.fetched"}
    assert {name: found for name, text in texts.items() if (found := INLINE_SCRIPT.findall(text))} == {}
    assert pseudo.lacking("sv", catalogue.asked) == set()
    pages = {name: texts[name] for name in opened_by(*roles.ROLES) if f'<html lang="{pseudo.LANGUAGE}"' in texts[name]}
    assert len(pages) > 200
    assert pseudo.untranslated(pages, on_record) == {}
    assert pseudo.glued(pages) == {}


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_deleted_by_hand(role: str, log_in: LogIn, records: dict[str, Any]) -> None:
    client = log_in(role)
    before = contents()
    pages = [name for name in names() if name.endswith("_delete")]
    assert len(pages) > 9
    for name in pages:
        assert client.post(address(name, records), {"post": "yes"}).status_code == 403
    assert contents() == before


@pytest.mark.walk
def test_no_list_offers_to_delete_what_is_selected(log_in: LogIn, records: dict[str, Any]) -> None:
    client = log_in("superuser")
    before = contents(looks=False)
    for name in (name for name in names() if name.endswith("_changelist")):
        record = records[name.removesuffix("_changelist")]
        page = client.get(address(name, records))
        assert b"delete_selected" not in page.content
        client.post(address(name, records), {"action": "delete_selected", "_selected_action": [record.pk]})
    assert contents(looks=False) == before


@pytest.mark.walk
def test_the_sidebar_offers_only_pages_that_open(log_in: LogIn, records: dict[str, Any]) -> None:
    for role in ROLES:
        client = log_in(role)
        found = client.get("/admin/search/", {"s": "s"}).context["found"]
        assert found
        assert {client.get(page["link"]).status_code for page in found} <= {200}


def test_the_palette_finds_pages_and_never_people(log_in: LogIn, records: dict[str, Any]) -> None:
    client = log_in("superuser")
    person = records["contacts_contact"]
    assert client.get("/admin/search/", {"s": "holds"}).context["found"]
    assert not client.get("/admin/search/", {"s": person.last_name}).context["found"]
    assert not client.get("/admin/search/", {"s": person.email}).context["found"]


def test_an_administrator_cannot_give_themselves_a_role(log_in: LogIn) -> None:
    client = log_in("administrator")
    own = User.objects.get(pk=client.session["_auth_user_id"])
    for role in ("privacy officer", "marketing"):
        assert b"This is your own account" in client.post(f"{of(own)}give-role/", {"role": role}).content
    assert [group.name for group in own.groups.all()] == ["administrator"]


def test_an_administrator_can_make_nobody_a_superuser(log_in: LogIn, records: dict[str, Any]) -> None:
    somebody = records["auth_user"]
    form = {"first_name": "Some", "email": "some@nordvik.example", "language": "en", "is_superuser": "on"}
    answer = log_in("administrator").post(f"{of(somebody)}details/", form)
    somebody.refresh_from_db()
    assert answer.status_code == 302
    assert (somebody.first_name, somebody.is_superuser) == ("Some", False)


def test_an_administrator_cannot_take_over_a_superuser(log_in: LogIn) -> None:
    chief = User.objects.create_superuser("chief", "chief@nordvik.example", password="a-fine-password")
    client = log_in("administrator")
    page = client.get(f"{of(chief)}change/").content.decode()
    before = contents(looks=False)
    details = {"first_name": "", "email": "mine@nordvik.example", "language": "en"}
    for act, told in {"details": details, "send-link": {}, "close": {}, "give-role": {"role": "sales"}}.items():
        assert client.post(f"{of(chief)}{act}/", told).status_code == 403
    assert contents(looks=False) == before
    assert "Close the account" not in page
    assert chief.password not in page


def of(user: User) -> str:
    return f"/admin/auth/user/{user.pk}/"


def test_somebody_without_a_role_is_told_whom_to_ask(client: Client, policy: PolicyVersion) -> None:
    client.force_login(User.objects.create(username="new", is_staff=True))
    assert "Your account has no role yet" in client.get("/admin/").content.decode()


@pytest.mark.parametrize(("chosen", "asked", "spoken"), [("sv", "en", "sv"), ("en", "sv", "en"), (None, "sv", "sv")])
def test_the_admin_speaks_the_language_of_the_account_or_else_of_the_browser(
    log_in: LogIn, records: dict[str, Any], chosen: str | None, asked: str, spoken: str
) -> None:
    client = log_in("superuser")
    if chosen:
        StaffLanguage.objects.create(user_id=client.session["_auth_user_id"], language=chosen)
    for name in ("index", "contacts_contact_changelist", "contacts_contact_change", "auth_user_add"):
        answer = client.get(address(name, records), headers={"accept-language": asked})
        assert answer["Content-Language"] == spoken
        assert f'<html lang="{spoken}"' in answer.content.decode()
        assert ("Logga ut" in answer.content.decode()) == (spoken == "sv")


def test_times_are_shown_on_the_clock_of_the_company(
    log_in: LogIn, policy_source: dict[str, Any], records: dict[str, Any]
) -> None:
    event = records["contacts_auditevent"]
    policy_source["controller"]["time_zone"] = "Pacific/Auckland"
    policies.publish_source(policy_source, at=NOON, by="test")
    page = log_in("auditor").get(f"/admin/contacts/auditevent/{event.pk}/change/").content.decode()
    assert "25 November 2026 01:00" in page
