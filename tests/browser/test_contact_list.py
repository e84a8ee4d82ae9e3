from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from contacts.models import ListLayout, Organisation, PolicyVersion, Segment
from tests.support.accessible import violations_everywhere
from tests.support.factories import OrganisationFactory, SegmentFactory, TopicFactory, contact_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST, SEGMENTS = "/admin/contacts/contact/", "/admin/contacts/segment/"


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(
    browser: "Browser",
    complaints: list[str],
    live_server: LiveServer,
    log_in: Callable[[str], Client],
    policy: PolicyVersion,
) -> Iterator["Page"]:
    """A browser in which somebody of marketing is logged in, and three people to look at."""
    TopicFactory.create()
    contact_of(OrganisationFactory.create(name="Fjordkraft AB"), "event", policy, last_name="Lindqvist", country="SE")
    contact_of(None, "prospect", policy, last_name="Berg", country="SE", address="Storgatan 1", city="Stockholm")
    session = log_in("marketing").cookies[settings.SESSION_COOKIE_NAME].value
    with browser.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url) as context:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        yield page
    assert complaints == []


def visit(page: "Page", path: str) -> None:
    page.goto(path)
    page.wait_for_selector("html:not([x-cloak])")


def test_the_list_is_accessible_with_its_reasons_open(page: "Page") -> None:
    SegmentFactory.create(name="Guests", shared=True)
    visit(page, f"{LIST}?country=SE")
    page.locator(".pc-why summary").first.press("Enter")
    expect(page.get_by_text("no, their country asks for consent, and they have given none").first).to_be_visible()
    assert violations_everywhere(page, "#content-main") == []


def test_the_pages_of_segments_are_accessible(page: "Page") -> None:
    segment = SegmentFactory.create(name="Guests", shared=True)
    visit(page, SEGMENTS)
    expect(page.get_by_text("1 person")).to_be_visible()
    assert violations_everywhere(page, "#content-main") == []
    visit(page, f"{SEGMENTS}{segment.pk}/change/")
    expect(page.get_by_text("1 may be reached.").or_(page.get_by_text("0 may be reached.").first)).to_be_visible()
    assert violations_everywhere(page, ".pc-stack") == []


def test_numbers_of_a_segment_that_do_not_come_keep_nobody_waiting(page: "Page", complaints: list[str]) -> None:
    segment = SegmentFactory.create(name="Guests", shared=True)
    page.route("**/numbers/", lambda asked: asked.fulfill(status=500))
    for address in (SEGMENTS, f"{SEGMENTS}{segment.pk}/change/"):
        visit(page, address)
        expect(page.get_by_text("This could not be counted. Load the page again to try once more.")).to_be_visible()
        expect(page.get_by_text("Counting…")).to_have_count(0)
    complaints.clear()  # the browser's own, of the answers that failed


def test_what_the_list_is_narrowed_by_is_saved_by_keyboard(page: "Page") -> None:
    visit(page, LIST)
    page.get_by_label("Held as").select_option("event")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.get_by_role("link", name="Berg")).to_have_count(0)
    page.get_by_role("link", name="Save as a segment").press("Enter")
    page.wait_for_function("document.activeElement.name === 'name'")
    page.keyboard.type("Guests of events")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{SEGMENTS}*/change/")
    expect(page.get_by_text("1 person")).to_be_visible()
    assert [segment.filters for segment in Segment.objects.all()] == [{"scenario": "event"}]


def test_an_organisation_is_found_by_a_few_letters_shown_let_go_and_saved_by_keyboard(page: "Page") -> None:
    OrganisationFactory.create(name="Tallåsen Livs AB")
    visit(page, LIST)
    box = page.get_by_role("combobox", name="Organisation")
    box.press("Enter")
    expect(page.get_by_role("searchbox", name="Organisation")).to_be_focused()
    page.keyboard.type("jordk")
    expect(page.get_by_role("listbox", name="Organisation").get_by_role("option")).to_have_text(["Fjordkraft AB"])
    assert violations_everywhere(page, "#content-main", ".select2-dropdown") == []
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_accessible_name("Organisation Fjordkraft AB")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.get_by_role("link", name="Berg")).to_have_count(0)
    expect(page.get_by_role("link", name="Lindqvist")).to_be_visible()
    expect(box).to_have_accessible_name("Organisation Fjordkraft AB")
    assert violations_everywhere(page, "#content-main") == []
    page.get_by_role("link", name="Save as a segment").press("Enter")
    page.wait_for_function("document.activeElement.name === 'name'")
    page.keyboard.type("Fjordkraft")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{SEGMENTS}*/change/")
    organisation = str(Organisation.objects.get(name="Fjordkraft AB").pk)
    assert [segment.filters for segment in Segment.objects.all()] == [{"organisation": organisation}]
    visit(page, f"{LIST}?organisation={organisation}")
    box.press("Delete")
    page.keyboard.press("Escape")
    expect(box).to_have_accessible_name("Organisation any")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.get_by_role("link", name="Berg")).to_be_visible()


def test_an_organisation_is_chosen_on_a_phone(page: "Page") -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, LIST)
    page.get_by_role("combobox", name="Organisation").click()
    page.get_by_role("searchbox", name="Organisation").fill("fjord")
    page.get_by_role("option", name="Fjordkraft AB").click()
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(f"**{LIST}?*organisation=*")
    expect(page.get_by_role("link", name="Berg")).to_have_count(0)
    page.get_by_title("Remove all items").click()
    expect(page.get_by_role("combobox", name="Organisation any")).to_be_visible()


def test_columns_are_chosen_by_keyboard_and_the_list_stays_narrowed(page: "Page") -> None:
    visit(page, f"{LIST}?scenario=event")
    page.get_by_role("link", name="Columns").press("Enter")
    page.wait_for_function("document.activeElement.name === 'columns'")
    page.keyboard.press("Space")
    page.get_by_label("Country", exact=True).last.press("Space")
    page.get_by_role("button", name="Show these columns").press("Enter")
    expect(page.get_by_role("columnheader", name="Country")).to_be_visible()
    expect(page.get_by_role("columnheader", name="E-mail")).to_have_count(0)
    expect(page.get_by_role("link", name="Berg")).to_have_count(0)
    assert "e_mail" not in ListLayout.objects.get().columns


def test_the_columns_dialog_and_the_form_of_a_segment_are_accessible(page: "Page") -> None:
    for name in ("Columns", "Save as a segment"):
        visit(page, f"{LIST}?scenario=event")
        page.get_by_role("link", name=name).click()
        expect(page.locator("#dialog")).to_be_visible()
        assert violations_everywhere(page, "#dialog") == []
