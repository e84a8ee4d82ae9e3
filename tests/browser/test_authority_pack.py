"""The officer has the authority pack made, takes it along, and reads its index page as the authority does (L8)."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from privacy_crm.tasks import make_authority_pack
from tests.support.accessible import violations
from tests.support.sharing import RecipientFactory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("L8")]


@pytest.fixture
def page(browser: "Browser", live_server: LiveServer, log_in: Callable[[str], Client]) -> Iterator["Page"]:
    """The browser of an officer who is logged in."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url) as context:
        session = log_in("privacy officer").cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        yield context.new_page()


def test_the_officer_hands_the_pack_over(page: "Page", policy: PolicyVersion, tmp_path: Path) -> None:
    RecipientFactory.create(name="Printer AB")
    page.goto("/admin/authority-pack/")
    page.wait_for_selector("html:not([x-cloak])")
    assert violations(page, ".pc-stack") == []
    day = page.locator("[name=day]").input_value()
    page.get_by_role("button", name="Make the pack").click()
    page.get_by_text("is being made", exact=False).first.wait_for()
    make_authority_pack(day)
    page.get_by_role("link", name="Check whether it is ready").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the pack").click()
    waiting.value.save_as(tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        pack.extractall(tmp_path)
    page.goto((tmp_path / "index.en.html").as_uri())
    page.get_by_role("link", name="Recipients and their agreements").click()
    assert page.locator("#recipients tbody td").first.inner_text() == "Printer AB"
    assert violations(page, "main") == []
    page.get_by_role("link", name="Svenska").click()
    page.get_by_role("heading", name="Mottagare och deras avtal").wait_for()
