"""Every page of the staff, in each role that opens it: nothing complains, nothing is cut off, and axe finds nothing."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from privacy_crm import roles
from tests.browser.test_admin import complaints, enter
from tests.support.admin_pages import address, opened_by, world
from tests.support.looks import DESK, Looks

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["complaints"]  # the fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(1_200)]

# What is no page: a script, what the palette asks for, and files.
BARE = {
    "figure",
    "contacts_segment_numbers",
    "jsi18n",
    "search",
    "contacts_event_who-is-in",
    "contacts_whitepaper_file",
    "contacts_mailing_progress",
    "contacts_policyversion_toml",
    "contacts_upload_progress",
    "contacts_upload_rejects",
    "dsr_request_letter",
    "dsr_request_paper",
    "dsr_request_attachment",
    "dsr_request_enclosure",
    "contacts_breach_paper",
    "contacts_processingsnapshot_file",
    "contacts_recipient_document",
    "data-map-file",
    "authority-pack-file",
}
PAGES = [name for name in opened_by(*roles.ROLES) if name not in BARE]
MAIN = [
    *("index", "contacts_contact_changelist", "contacts_contact_change", "contacts_upload_import"),
    *("contacts_audience_add", "contacts_mailing_send", "contacts_duplicatepair_change", "dsr_request_change"),
    *("contacts_event_check-in", "contacts_event_food", "retention_purgerun_change", "contacts_policyversion_change"),
]


@pytest.fixture
def page(browser: Any, live_server: LiveServer, complaints: list[str]) -> Iterator["Page"]:
    with browser.new_context(base_url=live_server.url, viewport=DESK) as context:
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page


def test_every_page_works_fits_and_can_be_used_by_everybody_in_each_role(
    page: "Page",
    complaints: list[str],
    live_server: LiveServer,
    log_in: Callable[[str], Client],
    policy: PolicyVersion,
) -> None:
    records, looks, wrong = world(policy), Looks(), {}
    for role in roles.ROLES:
        enter(page, log_in(role), live_server)
        for name in [name for name in opened_by(role) if name in PAGES]:
            page.goto(address(name, records))
            wrong[role, name] = looks.wrong(page, name) + complaints
            complaints.clear()
    assert {name for _role, name in wrong} == set(PAGES)
    assert {place: lines for place, lines in wrong.items() if lines} == {}


def test_the_main_pages_can_be_used_in_the_dark(
    page: "Page", live_server: LiveServer, log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    records = world(policy)
    enter(page, log_in("superuser"), live_server)
    page.emulate_media(color_scheme="dark")
    looks = Looks()
    for name in MAIN:
        page.goto(address(name, records))
        assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert (name, looks.wrong(page, name)) == (name, [])
