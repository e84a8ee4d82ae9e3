from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import Activity, PolicyVersion
from tests.support.admin_pages import world
from tests.support.factories import WhitepaperFactory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says: errors, warnings and breaches of the content security policy."""
    return []


@pytest.fixture
def page(browser: "Browser", complaints: list[str]) -> Iterator["Page"]:
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()


def enter(page: "Page", client: Client, server: LiveServer) -> None:
    """Give the browser the session of somebody who is logged in."""
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])


def visit(page: "Page", url: str) -> None:
    """Open a page of the admin and wait until its scripts have run."""
    page.goto(url)
    page.wait_for_selector("html:not([x-cloak])")


def test_an_act_opens_in_a_dialog_takes_the_focus_and_is_done_by_keyboard(
    page: "Page",
    complaints: list[str],
    live_server: LiveServer,
    log_in: Callable[[str], Client],
    policy: PolicyVersion,
) -> None:
    person = world(policy)["contacts_contact"]
    enter(page, log_in("sales"), live_server)
    visit(page, f"{live_server.url}/admin/contacts/contact/{person.public_id}/change/")
    page.get_by_role("link", name="Record an activity").press("Enter")
    page.wait_for_function("document.activeElement.name === 'kind'")
    page.select_option("[name=kind]", "call")
    page.fill("[name=occurred_at_0]", "2026-05-24")
    page.fill("[name=occurred_at_1]", "09:30")
    page.get_by_role("button", name="Record an activity").press("Enter")
    page.get_by_text(f"The activity of {person.display_name} is recorded.").wait_for()
    assert Activity.objects.count() == 1
    assert complaints == []


def test_a_file_is_sent_from_a_dialog(
    page: "Page", live_server: LiveServer, log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    whitepaper = WhitepaperFactory.create()
    enter(page, log_in("marketing"), live_server)
    visit(page, f"{live_server.url}/admin/contacts/whitepaper/{whitepaper.pk}/change/")
    page.get_by_role("link", name="Replace the file").click()
    for content in (b"MZ", b"%PDF-2.0 new"):
        file: FilePayload = {"name": "new.pdf", "mimeType": "application/pdf", "buffer": content}
        page.locator("#dialog input[type=file]").set_input_files(file)
        page.locator("#dialog").get_by_role("button", name="Replace the file").click()
        page.get_by_text("neither a PDF nor an EPUB" if content == b"MZ" else "The file is replaced.").wait_for()
    whitepaper.refresh_from_db()
    assert Path(whitepaper.file.path).read_bytes() == b"%PDF-2.0 new"
