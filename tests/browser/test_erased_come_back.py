"""Somebody is erased at the officer's hand, in Chromium, and comes back by every door there is (L12)."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.models import Contact, Event, PolicyVersion, Tombstone
from contacts.signups import keys
from dsr.tasks import search_after_deletion
from privacy_crm import tasks
from tests.browser.test_admin import enter, visit
from tests.browser.test_rights import ADDRESS, clock, guest, opened, sink
from tests.browser.test_strangers import NOBODY, fill_in
from tests.support.deleting import wish
from tests.support.doors import event_on, url
from tests.support.factories import customer
from tests.support.import_files import person, save
from tests.support.mail_sink import Sink
from tests.support.merging import PAIRS, paired
from tests.support.rights import Person
from tests.support.uploading import as_csv
from tests.support.visitors import AINO
from tests.support.working_at_once import at_once

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["clock", "sink"]  # the fixtures

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("L12")]

TAGGED = ADDRESS.replace("@", "+crm@")
REFUSED = "erased at their request on 24 November 2026"


@pytest.fixture
def pages(clock: Any, browser: "Browser", live_server: LiveServer) -> Iterator[Callable[[], "Page"]]:
    """Browsers of as many people as it takes."""
    with ExitStack() as until_the_end:
        yield lambda: until_the_end.enter_context(opened(browser, live_server.url))


@pytest.fixture
def staff(pages: Callable[[], "Page"], live_server: LiveServer, log_in: LogIn) -> Callable[[str], "Page"]:
    """The browser of somebody who has a role."""

    def taken(role: str) -> "Page":
        page = pages()
        enter(page, log_in(role), live_server)
        return page

    return taken


@pytest.fixture
def erased(staff: Callable[[str], "Page"], sink: Sink, policy: PolicyVersion) -> None:
    """Ada asked to be deleted, and the officer did so; the certificate says since when and until when that holds."""
    request = wish(guest(policy), policy)
    page = staff("privacy officer")
    visit(page, f"/admin/dsr/request/{request.public_id}/change/")
    page.get_by_role("link", name="Delete this person", exact=True).click()
    page.get_by_text("Everything about them can be deleted").wait_for()
    page.get_by_role("button", name="Show the letter").click()
    page.frame_locator("iframe").get_by_text("until 24 November 2029").wait_for()
    page.locator("#dialog [name=number]").fill(request.number)
    page.locator("#dialog").get_by_role("button", name="Delete this person").click()
    page.get_by_text("The certificate is below.").wait_for()
    page.get_by_role("link", name="Open the certificate").click()
    page.get_by_text("Their address in coded form, so that nobody brings them back").wait_for()
    page.get_by_text("until 24 November 2029").wait_for()
    page.get_by_text("is being searched for the person").wait_for()
    search_after_deletion()
    page.reload()
    page.get_by_text("Nothing about them was found.").wait_for()
    assert not Contact.objects.exists()


@pytest.mark.usefixtures("erased")
def test_no_door_of_staff_or_of_programs_brings_them_back(
    staff: Callable[[str], "Page"], policy: PolicyVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo = customer(policy, email="bo@fjordkraft.example", first_name="Bo", last_name="Ek")
    twin = customer(policy, email="ada+old@fjordkraft.example", first_name="Ada", last_name="Berg")
    paired(twin, customer(policy, email="berg@fjordkraft.example", first_name="Ada", last_name="Bergh"))
    held = set(Contact.objects.values_list("pk", "email"))
    page = staff("marketing")

    enter_them(page)
    readdress(page, bo)
    upload(page, monkeypatch)
    merge(page)
    listed = by_its_process("import_crm", str(save(tmp_path, contacts=[person(ADDRESS), person(TAGGED, "customer")])))
    assert "2 rows were refused, of people who were erased at their request" in listed.stdout
    assert listed.stderr.count(REFUSED) == 2

    assert set(Contact.objects.values_list("pk", "email")) == held
    assert Tombstone.objects.count() == 1


def enter_them(page: "Page") -> None:
    """Try to enter them by hand: it is said while the address is typed, and again to whoever goes on."""
    visit(page, "/admin/contacts/contact/add/")
    page.get_by_label("E-mail address").fill(TAGGED)
    page.locator("#follows").get_by_text(REFUSED).wait_for()
    page.get_by_label("Held as").select_option("prospect")
    page.get_by_label("Who gave us the details?").select_option("public")
    page.get_by_label("Where do they come from?").fill("The fair")
    page.get_by_role("button", name="Enter the contact").click()
    page.get_by_text(REFUSED).nth(1).wait_for()


def readdress(page: "Page", bo: Contact) -> None:
    """Try to give their address to somebody who is on file."""
    visit(page, f"/admin/contacts/contact/{bo.public_id}/change-address/")
    page.get_by_label("E-mail address").fill(ADDRESS)
    page.get_by_role("button", name="Change the address").click()
    page.get_by_text(REFUSED).wait_for()


def upload(page: "Page", monkeypatch: pytest.MonkeyPatch) -> None:
    """Import a list with them in it."""
    at_once(monkeypatch, tasks.look_through_upload, tasks.import_upload)
    visit(page, "/admin/contacts/upload/add/")
    people = as_csv([[TAGGED, "Ada", "Berg", "", "SE"]])
    page.get_by_label("File").set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": people})
    page.get_by_role("button", name="Send the file").click()
    page.wait_for_url("**/match/")
    page.get_by_label("Why do we hold these people?").select_option("prospect")
    page.get_by_label("Where does the list come from?").fill("Spring fair")
    page.get_by_label("a public source").check()
    page.get_by_label("When were they collected?").fill("2026-11-20")
    page.get_by_role("button", name="Show me what would happen").click()
    page.wait_for_url("**/change/")
    page.get_by_role("cell", name=REFUSED).wait_for()


def merge(page: "Page") -> None:
    """Try to merge a record in their mailbox with one elsewhere."""
    visit(page, PAIRS)
    page.get_by_role("link", name="Ada Berg and Ada Bergh").click()
    page.get_by_text("They may be one person").wait_for()
    page.get_by_role("button", name="Make them one").click()
    page.get_by_text(REFUSED).wait_for()


@pytest.mark.usefixtures("erased")
def test_public_doors_answer_as_ever_and_only_their_own_proven_act_brings_them_back(
    pages: Callable[[], "Page"], staff: Callable[[str], "Page"], sink: Sink, policy: PolicyVersion
) -> None:
    event, visitor, colleague = event_on(), pages(), staff("marketing")
    visitor.clock.set_system_time(timezone.now())
    walk_in(colleague, event)
    vouch(colleague)
    assert posted(visitor, policy, ADDRESS) == posted(visitor, policy, NOBODY)
    form = ("/register/?as=customer", "Register")
    assert fill_in(visitor, *form, ADDRESS) == fill_in(visitor, *form, NOBODY)
    assert not Contact.objects.exists()
    assert Tombstone.objects.count() == 1

    ada = Person(visitor, sink, ADDRESS)
    visitor.goto(ada.link_of_mail("confirm"))
    assert not Contact.objects.exists()
    visitor.get_by_role("button", name="Confirm your registration").click()
    visitor.get_by_role("heading", name="Thank you. You are registered").wait_for()
    assert Contact.objects.get().email == ADDRESS
    assert not Tombstone.objects.exists()
    visit(colleague, "/admin/contacts/contact/add/")
    colleague.get_by_label("E-mail address").fill(ADDRESS)
    colleague.locator("#follows").get_by_role("link").wait_for()
    assert REFUSED not in colleague.content()


def walk_in(page: "Page", event: Event) -> None:
    """Type their address at the door: they come in, and are on the list as not confirmed."""
    page.goto(url(event, "walk-in"))
    for label, typed in {"First name": "Ada", "Last name": "Berg", "Work e-mail": TAGGED}.items():
        page.get_by_label(label).fill(typed)
    page.get_by_role("button", name="Come in").click()
    page.locator(".guest", has_text="Ada Berg").get_by_text("in since").wait_for()


def vouch(page: "Page") -> None:
    """Try to confirm the address on their behalf, which is for staff to do for others who came."""
    visit(page, "/admin/contacts/signup/")
    page.get_by_role("link", name="Ada Berg").click()
    page.get_by_role("link", name="Confirm on their behalf").click()
    page.locator("#dialog").get_by_role("radio").first.check()
    page.locator("#dialog").get_by_role("button", name="Confirm on their behalf").click()
    page.locator("#dialog").get_by_text(REFUSED).wait_for()


def posted(page: "Page", policy: PolicyVersion, address: str) -> tuple[int, str]:
    """Send a registration by a key, as the company's own website does, and return what is answered."""
    key = keys.issue(f"website of {address}", at=timezone.now(), by="test")[1]
    sent = {**AINO, "email": address, "policy_version": policy.number, "scenario": "customer"}
    answer = page.request.post("/api/v1/registrations", data=sent, headers={"Authorization": f"Bearer {key}"})
    return answer.status, answer.text()


def by_its_process(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as the company does, on the servers of this test."""
    ours = {"DATABASE_URL": f"{site.DATABASE_URL.rpartition('/')[0]}/{connection.settings_dict['NAME']}"}
    environment = os.environ | ours | {"REDIS_URL": site.REDIS_URL}
    command = [sys.executable, "manage.py", *arguments, "--at", "2026-11-24T14:00"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
