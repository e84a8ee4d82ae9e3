"""The officer at the browser: a person is found in a dialog by keyboard, and the pages are for everybody's eyes."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from dsr.models import Request
from tests.support.accessible import violations_everywhere
from tests.support.factories import ContactFactory, hold
from tests.support.requesting import asked_by, entered, fresh

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("P19")]

LIST = "/admin/dsr/request/"


@pytest.fixture
def page(browser: "Browser", live_server: LiveServer, log_in: Callable[[str], Client]) -> Iterator["Page"]:
    """The browser of an officer who is logged in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    session = log_in("privacy officer").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def open_page(page: "Page", live_server: LiveServer, request: Request) -> None:
    page.goto(f"{live_server.url}{LIST}{request.public_id}/change/")
    page.wait_for_selector("html:not([x-cloak])")


# Somebody goes on in a dialog as soon as something has come into it; `stayed` says later whether they still are there.
# staff.js gives the focus by a timer, which was set before this one and runs before it.
GOES_ON = """name => addEventListener('htmx:afterSettle', () => {
    const field = document.querySelector(`#dialog [name=${name}]`);
    field.focus();
    setTimeout(() => { window.stayed = document.activeElement === field; }, 60);
}, {once: true})"""


def test_the_officer_finds_the_person_without_leaving_the_keyboard(
    page: "Page", live_server: LiveServer, policy: PolicyVersion
) -> None:
    contact = ContactFactory.create(first_name="Ada", last_name="Berg")
    request = entered(policy)
    open_page(page, live_server, request)
    page.get_by_role("link", name="Find the person").press("Enter")
    page.wait_for_function("document.activeElement.name === 'term'")
    page.keyboard.type("berg")
    page.keyboard.press("Enter")
    page.get_by_text("1 person fits.").wait_for()
    assert not request.subjects.exists()
    page.locator("#dialog input[name=people]").press("Space")
    page.locator("#dialog textarea[name=how]").fill("Called back")
    page.get_by_role("button", name="Confirm who asks").press("Enter")
    page.get_by_text("Nothing about them is deleted until it is closed.").wait_for()
    assert request.subjects.get().contact == contact
    assert fresh(request).state == "open"
    assert "berg" not in page.url.lower()


@pytest.mark.parametrize(("typed", "on"), [("berg", "people"), ("", "term")], ids=["found", "wrong"])
def test_whoever_has_gone_on_in_a_dialog_keeps_the_focus(
    page: "Page", live_server: LiveServer, policy: PolicyVersion, typed: str, on: str
) -> None:
    ContactFactory.create(first_name="Ada", last_name="Berg")
    open_page(page, live_server, entered(policy))
    page.get_by_role("link", name="Find the person").press("Enter")
    page.wait_for_function("document.activeElement.name === 'term'")
    page.keyboard.type(typed)
    page.evaluate(GOES_ON, on)
    page.locator("#dialog").get_by_role("button", name="Search" if typed else "Confirm who asks").press("Enter")
    assert page.wait_for_function("window.stayed !== undefined && {stayed: window.stayed}").json_value()["stayed"]


def test_home_and_a_request_are_accessible(page: "Page", live_server: LiveServer, policy: PolicyVersion) -> None:
    contact = ContactFactory.create(first_name="Ada", last_name="Berg")
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    request = asked_by(contact, policy)
    for url in ("/admin/", f"{LIST}{request.public_id}/change/"):
        page.goto(live_server.url + url)
        page.wait_for_selector("html:not([x-cloak])")
        assert (url, violations_everywhere(page, ".pc-stack")) == (url, [])
