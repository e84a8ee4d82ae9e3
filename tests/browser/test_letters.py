"""The officer writes a letter in a dialog: it comes into sight as it will be sent, and leaves when it was seen."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from dsr.words.vocabulary import Kind, Outcome
from tests.support.deciding import BECAUSE, asks, letters, url
from tests.support.requesting import fresh

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("P23")]

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(
    request: pytest.FixtureRequest,
    browser: "Browser",
    complaints: list[str],
    live_server: LiveServer,
    log_in: Callable[[str], Client],
) -> Iterator["Page"]:
    """The browser of an officer who is logged in."""
    context = browser.new_context(viewport=request.param)
    session = log_in("privacy officer").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    yield page
    context.close()


def test_a_refusal_is_written_looked_at_and_sent_without_leaving_the_page(
    page: "Page", complaints: list[str], live_server: LiveServer, policy: PolicyVersion
) -> None:
    wish = asks(policy, Kind.ERASURE)
    page.goto(live_server.url + url(wish, "change"))
    page.wait_for_selector("html:not([x-cloak])")
    page.get_by_role("link", name="Refuse").click()
    page.get_by_label("Unfounded or excessive").check()
    page.locator("#dialog textarea[name=reasons]").fill(BECAUSE)
    page.get_by_role("button", name="Show the letter").click()
    sheet = page.frame_locator("iframe.pc-letter-sheet")
    sheet.get_by_text("vända dig till domstol").wait_for()
    page.wait_for_function("document.activeElement.name === 'show'")
    assert page.locator("iframe.pc-letter-sheet").bounding_box()["width"] > 250  # type: ignore[index]
    assert letters(wish) == []
    page.locator("#dialog textarea[name=text]").fill("Nej, tyvärr.")
    page.get_by_role("button", name="Refuse and send the letter").click()
    sheet.get_by_text("Nej, tyvärr.").wait_for()
    page.get_by_role("button", name="Refuse and send the letter").click()
    page.get_by_text("The letter is on its way, and the request is closed.").wait_for()
    assert fresh(wish).outcome == Outcome.REFUSED
    assert letters(wish)[0].startswith("Nej, tyvärr.")
    assert complaints == []
