"""Somebody of marketing makes a list, takes it out as a workbook, and says a few clicks later what became of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from contacts.models import Audience, PolicyVersion
from tests.browser.test_admin import enter, visit
from tests.privacy_crm.staff.test_audience_pages import user_of
from tests.support.accessible import violations_everywhere
from tests.support.factories import TopicFactory
from tests.support.listing import free_country, from_xlsx, prospect, segment
from tests.support.sharing import RecipientFactory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["free_country"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("free_country"),
]


@pytest.fixture
def marketing(
    browser: "Browser", log_in: Callable[[str], Client], live_server: LiveServer, policy: PolicyVersion
) -> Iterator["Page"]:
    """A browser of somebody in marketing, who saved a segment of three people, two of whom may get a mail."""
    client = log_in("marketing")
    segment("Buyers", user_of(client), scenario="prospect")
    for country in ("GB", "GB", "SE"):
        prospect(policy, country=country)
    RecipientFactory.create(name="Tryckhuset")
    TopicFactory.create()
    with browser.new_context(accept_downloads=True) as context:
        page = context.new_page()
        enter(page, client, live_server)
        yield page


def ours(page: "Page") -> list[str]:
    """Return what axe finds in what is ours: the frame around it is the admin's."""
    return violations_everywhere(page, ".pc-stack")


@pytest.mark.promise("P15")
def test_a_list_is_looked_at_taken_out_and_confirmed(
    marketing: "Page", live_server: LiveServer, tmp_path: Path
) -> None:
    visit(marketing, f"{live_server.url}/admin/contacts/audience/")
    marketing.get_by_role("link", name="Make a list").first.click()
    marketing.get_by_label("Whom do you want to reach?").select_option(label="Buyers")
    marketing.get_by_label("What are they held as?").select_option("prospect")
    marketing.get_by_label("Who gets the list?").select_option(label="Tryckhuset (Sweden)")
    marketing.get_by_label("Excel (XLSX)").check()
    marketing.get_by_role("button", name="Show who would be on it").click()
    marketing.get_by_text("2 people would be on this list.").wait_for()
    marketing.get_by_text("1 of 3 is left out: 1 needs consent").wait_for()
    assert not Audience.objects.exists()
    with marketing.expect_download() as download:
        marketing.get_by_role("button", name="Export 2 people as Excel (XLSX)").click()
    download.value.save_as(tmp_path / "list.xlsx")
    assert len(from_xlsx((tmp_path / "list.xlsx").read_bytes())) == 2
    marketing.locator("section a", has_text="Audiences").click()
    marketing.get_by_role("link", name="2 people by e-mail").click()
    marketing.get_by_role("link", name="Used, and deleted").click()
    marketing.get_by_role("button", name="Used, and deleted").click()
    marketing.get_by_text("Noted: used, and deleted.").wait_for()
    assert Audience.objects.get().end == "used"


def test_everybody_can_use_the_pages_of_a_list(marketing: "Page", live_server: LiveServer, settings: Settings) -> None:
    settings.AUDIENCE_REASON_ABOVE = 1
    address = f"{live_server.url}/admin/contacts/audience/add/"
    visit(marketing, address)
    assert ours(marketing) == []
    visit(marketing, f"{address}?channel=email&purpose=prospect&file_format=csv")
    marketing.get_by_label("Why do you need so many?").wait_for()
    assert ours(marketing) == []
    with marketing.expect_download():
        marketing.get_by_label("Why do you need so many?").fill("The fair")
        marketing.get_by_role("button", name="Export 2 people as CSV").click()
    visit(marketing, f"{live_server.url}/admin/contacts/audience/{Audience.objects.get().pk}/change/")
    assert ours(marketing) == []
