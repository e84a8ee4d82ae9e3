import datetime as dt
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import pytest
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from contacts.policy import policies
from tests.support.accessible import violations_everywhere

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("P24")]

SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
LATER = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def history(policy: PolicyVersion, policy_source: dict[str, Any]) -> None:
    """Two versions, which differ in a period, a text and a purpose."""
    policy_source["rule"][3]["months"] = 12
    for language, old, new in (
        ("en", "within one month", "within two weeks"),
        ("sv", "inom en månad", "inom två veckor"),
    ):
        text = policy_source["texts"]["complaints"]
        text[language] = text[language].replace(old, new)
        policy_source["rule"][2]["purposes"][language].pop()
    policies.publish_source(policy_source, at=LATER, by="test")


@pytest.fixture
def page(browser: "Browser", history: None) -> Any:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_on_phone_and_desk_in_light_and_dark(page: "Page", live_server: LiveServer) -> None:
    found = {}
    for path, language in product(("/privacy/", "/privacy/1/", "/privacy/1/2/", "/privacy/7/"), ("en", "sv")):
        page.goto(f"{live_server.url}{path}?lang={language}")
        found[path, language] = violations_everywhere(page)
    assert {place: lines for place, lines in found.items() if lines} == {}


def test_it_is_read_in_both_languages_on_any_screen_without_a_complaint(
    browser: "Browser", live_server: LiveServer, policy: PolicyVersion
) -> None:
    complaints: list[str] = []
    with browser.new_context(locale="sv-SE") as context:
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        for width, scheme in product((390, 1440), SCHEMES):
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{live_server.url}/privacy/")
            assert page.title().startswith("Integritetspolicy")
            page.get_by_role("link", name="English").click()
            page.wait_for_url("**/privacy/?lang=en")
            assert page.title().startswith("Privacy policy")
            assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


def test_the_language_is_switched_in_the_footer_and_kept_on_the_way(page: "Page", live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/privacy/")
    page.get_by_role("contentinfo").get_by_role("link", name="Svenska").click()
    page.get_by_role("link", name="Det här ändrades sedan version 1").click()
    page.get_by_role("heading", level=1, name="Det här ändrades från version 1").wait_for()
    assert page.context.cookies() == []


def test_the_keyboard_leads_past_the_header(page: "Page", live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/privacy/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("main:focus").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_link_to_a_scenario_leads_to_its_heading(page: "Page", live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/privacy/#webinar")
    top = "document.querySelector('#webinar h2').getBoundingClientRect().top"
    page.wait_for_function(f"0 <= {top} && {top} < 200")


def test_on_paper_the_text_stands_alone_and_names_the_addresses(page: "Page", live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/privacy/")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.get_by_role("link", name="Svenska").is_visible()
    assert not page.locator(".contents").is_visible()
    assert page.locator("footer address").is_visible()
    printed = page.locator("#complaints a[rel=external]").evaluate("link => getComputedStyle(link, '::after').content")
    assert "https://www.imy.se" in page.locator("#complaints a[rel=external]").get_attribute("href")
    assert printed != "none"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
