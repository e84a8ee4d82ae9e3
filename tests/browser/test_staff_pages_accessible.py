"""Every page of the staff, as axe sees it: at a desk and on a phone, in the light, and the main ones in the dark."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from privacy_crm import roles
from tests.browser.test_admin import BARE, DESK, PHONE, enter, visit
from tests.support.accessible import violations
from tests.support.admin_pages import address, opened_by, world

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

PAGES = [name for name in opened_by(*roles.ROLES) if name not in BARE]
MAIN = [
    *("index", "contacts_contact_changelist", "contacts_contact_change", "contacts_upload_import"),
    *("contacts_audience_add", "contacts_mailing_send", "contacts_duplicatepair_change", "dsr_request_change"),
    *("contacts_event_check-in", "contacts_event_food", "retention_purgerun_change", "contacts_policyversion_change"),
]
# What is ours of a page, where it has it: Unfold draws the frame around it.
OURS = ("#content-main", "main", ".pc-stack", ".pc-card")


@pytest.fixture
def page(browser: Any, live_server: LiveServer, log_in: Callable[[str], Client]) -> Iterator["Page"]:
    """A browser of somebody who may see everything."""
    with browser.new_context(base_url=live_server.url) as context:
        page = context.new_page()
        enter(page, log_in("superuser"), live_server)
        yield page


def found(page: "Page", *sizes: "ViewportSize") -> list[str]:
    """Return what axe finds in what is ours of a page, at these sizes."""
    ours = next(part for part in OURS if page.locator(part).count())
    lines = []
    for size in sizes:
        page.set_viewport_size(size)
        lines += [f"{size['width']}: {line}" for line in violations(page, ours)]
    return lines


def test_every_page_can_be_used_by_everybody(page: "Page", policy: PolicyVersion) -> None:
    records = world(policy)
    lines = {}
    for name in PAGES:
        visit(page, address(name, records))
        lines[name] = found(page, DESK, PHONE)
    assert {name: said for name, said in lines.items() if said} == {}


def test_the_main_pages_can_be_used_in_the_dark(page: "Page", policy: PolicyVersion) -> None:
    records = world(policy)
    page.emulate_media(color_scheme="dark")
    for name in MAIN:
        visit(page, address(name, records))
        assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert (name, found(page, DESK, PHONE)) == (name, [])
