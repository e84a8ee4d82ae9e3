"""An import in a browser, on a phone: from the file to the people, with its progress told as it goes."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import Contact, PolicyVersion, Upload
from privacy_crm import tasks
from tests.support.accessible import violations_everywhere
from tests.support.updating import HEADER, LISTED, held, says
from tests.support.uploading import AINO, VAINO, as_csv, receive, review
from tests.support.working_at_once import at_once

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What is ours of a page: Unfold draws the rest.
PARTS = (".pc-card",)
PHONE: Any = {"width": 390, "height": 844}
ROWS = [[AINO, "Aino", "Lindqvist", "Fjordkraft AB", "SE"], [VAINO, "Väinö", "", "", "FI"], ["nobody", "", "", "", ""]]


@pytest.fixture
def page(browser: "Browser", log_in: LogIn, live_server: LiveServer, policy: PolicyVersion) -> Iterator["Page"]:
    """The list of imports, as marketing finds it on a phone."""
    context = browser.new_context(viewport=PHONE)
    session = log_in("marketing").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/contacts/upload/")
    yield page
    context.close()


def look_at(page: "Page") -> None:
    """See that what is ours is for everybody, and go on with the phone."""
    assert violations_everywhere(page, *PARTS) == []
    page.set_viewport_size(PHONE)


def test_marketing_brings_a_list_in(page: "Page", monkeypatch: pytest.MonkeyPatch) -> None:
    from playwright.sync_api import expect

    at_once(monkeypatch, tasks.open_upload, tasks.look_through_upload, tasks.import_upload)
    page.get_by_role("link", name="Import people").first.click()
    page.wait_for_url("**/add/")
    people = {"name": "people.csv", "mimeType": "text/csv", "buffer": as_csv(ROWS)}
    page.get_by_label("File").set_input_files(people)
    page.get_by_role("button", name="Send the file").click()
    page.wait_for_url("**/match/")
    expect(page.get_by_text(AINO)).to_be_visible()
    look_at(page)
    page.get_by_label("Why do we hold these people?").select_option("prospect")
    page.get_by_label("Where does the list come from?").fill("Spring fair")
    page.get_by_label("a public source").check()
    page.get_by_label("When were they collected?").fill("2026-11-20")
    page.get_by_role("button", name="Show me what would happen").click()
    page.wait_for_url("**/change/")
    expect(page.get_by_text("2 new people would come in")).to_be_visible()
    look_at(page)
    assert not Contact.objects.exists()
    page.get_by_role("button", name="Import 2 people").click()
    expect(page.get_by_text("2 new people came in")).to_be_visible()
    assert Contact.objects.count() == 2


@pytest.mark.promise("L15")
def test_marketing_keeps_one_of_two_differences_and_updates_the_other(
    page: "Page", policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    at_once(monkeypatch, tasks.import_upload)
    ada = held(policy, city="Oslo", country="NO", phone="+47 1")
    upload = review([LISTED], policy, HEADER)
    page.goto(f"{page.url}{upload.public_id}/change/")
    expect(page.get_by_text("Will be replaced")).to_have_count(2)
    look_at(page)
    page.get_by_role("button", name="Keep: First name, Ada Byron").click()
    expect(page.get_by_text("Stays: left out of this update")).to_be_visible()
    look_at(page)
    page.get_by_role("button", name="Change 1 detail").click()
    expect(page.get_by_text("1 detail on file was changed")).to_be_visible()
    look_at(page)
    assert (says(ada)["first_name"], says(ada)["organisation"]) == ("Ada", "Havglimt AS")


def test_progress_is_told_as_it_goes_and_the_page_shows_the_end_by_itself(page: "Page") -> None:
    from playwright.sync_api import expect

    upload = receive(as_csv(ROWS))
    uploads = Upload.objects.filter(pk=upload.pk)
    uploads.update(state="importing", step="reading", share=0.25)
    page.goto(f"{page.url}{upload.public_id}/change/")
    expect(page.get_by_role("status").filter(has_text="Reading the rows")).to_be_visible()
    look_at(page)
    uploads.update(step="writing", share=0.5)
    expect(page.get_by_role("status").filter(has_text="Writing")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 0.5)
    done = {"new": 2, "changed": 0, "reasons": []}
    uploads.update(state="done", result=done, done_at=upload.uploaded_at)
    expect(page.get_by_text("2 new people came in")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
