"""An event day on two phones, in a real browser, with a connection that goes and comes back."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.models import Activity, Event, PolicyVersion, Registration, SignUp
from tests.support.accessible import violations_everywhere
from tests.support.doors import AN_HOUR, event_on, guest, url, waiting
from tests.support.factories import OrganisationFactory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

type LogIn = Callable[[str], Client]
type Phones = Callable[[], "Page"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE: Any = {"width": 390, "height": 844}
PATIENT = 20_000  # milliseconds: phones look at what the others did every few seconds


@pytest.fixture
def complaints() -> list[str]:
    """Breaches of the content security policy and errors of our script; a request that fails offline is neither."""
    return []


@pytest.fixture
def phone(browser: "Browser", live_server: LiveServer, log_in: LogIn, complaints: list[str]) -> Iterator[Phones]:
    """Take another phone, logged in as one of those who run the event."""
    contexts: list[BrowserContext] = []

    def taken() -> "Page":
        context = browser.new_context(viewport=PHONE, has_touch=True)
        contexts.append(context)
        session = log_in("events").cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        return page

    yield taken
    for context in contexts:
        context.close()


@pytest.fixture
def event(policy: PolicyVersion) -> Event:
    """An event that is on, with two guests."""
    now = timezone.now()
    made = event_on(starts_at=now - AN_HOUR, ends_at=now + AN_HOUR, title="Cloud Day")
    fjordkraft = OrganisationFactory.create(name="Fjordkraft AB")
    guest(made, policy, now - 24 * AN_HOUR, first_name="Aino", last_name="Lindqvist", organisation=fjordkraft)
    guest(made, policy, now - 24 * AN_HOUR, first_name="Väinö", last_name="Ek", company="Ek & Son")
    return made


def open_list(page: "Page", server: LiveServer, event: Event) -> None:
    page.goto(server.url + url(event, "check-in"))
    page.get_by_role("searchbox").wait_for()


def row(page: "Page", name: str) -> "Locator":
    return page.locator(".guest", has_text=name)


def tap(page: "Page", name: str) -> None:
    row(page, name).locator(".row").tap()


def came() -> int:
    return Registration.objects.filter(attended_at__isnull=False).count()


def test_two_phones_see_the_same_guests_come(
    phone: Phones, event: Event, live_server: LiveServer, complaints: list[str]
) -> None:
    one, other = phone(), phone()
    for page in (one, other):
        open_list(page, live_server, event)
        page.get_by_text("0 of 2 are in").wait_for()
    tap(one, "Aino")
    row(one, "Aino").get_by_text("in since").wait_for()
    one.get_by_text("1 of 2 are in").wait_for()
    row(other, "Aino").get_by_text("in since").wait_for(timeout=PATIENT)
    other.get_by_text("1 of 2 are in").wait_for()
    tap(other, "Aino")
    row(other, "Aino").get_by_text("already in at").wait_for()
    assert Activity.objects.filter(kind="attendance").count() == 1
    row(other, "Aino").get_by_role("button", name="Undo Aino Lindqvist").tap()
    row(other, "Aino").get_by_text("Check in").wait_for()
    row(one, "Aino").get_by_text("Check in").wait_for(timeout=PATIENT)
    assert came() == 0
    assert complaints == []


def test_guests_are_found_as_one_types_whatever_the_accents(
    phone: Phones, event: Event, live_server: LiveServer
) -> None:
    page = phone()
    open_list(page, live_server, event)
    for typed, found, hidden in (("vai", "Väinö", "Aino"), ("EK vä", "Väinö", "Aino"), ("fjord", "Aino", "Väinö")):
        page.get_by_role("searchbox").fill(typed)
        row(page, found).wait_for()
        row(page, hidden).wait_for(state="hidden")
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_text("Nobody of this name is on the list.").wait_for()


def test_offline_nothing_is_shown_as_stored_and_a_retry_stores_it(
    phone: Phones, event: Event, live_server: LiveServer, complaints: list[str]
) -> None:
    page = phone()
    open_list(page, live_server, event)
    page.context.set_offline(True)
    tap(page, "Aino")
    row(page, "Aino").get_by_text("Not stored. Tap to try again.").wait_for()
    page.get_by_text("No connection: nothing is stored until it is back.").wait_for()
    page.get_by_text("0 of 2 are in").wait_for()
    assert came() == 0
    page.context.set_offline(False)
    page.get_by_text("No connection").wait_for(state="hidden", timeout=PATIENT)
    row(page, "Aino").get_by_text("Not stored. Tap to try again.").wait_for()
    tap(page, "Aino")
    row(page, "Aino").get_by_text("in since").wait_for()
    assert came() == 1
    page.context.set_offline(True)
    row(page, "Aino").get_by_role("button", name="Undo").tap()
    row(page, "Aino").get_by_text("Still in: this was not stored.").wait_for()
    assert came() == 1
    assert complaints == []


def test_what_was_stored_though_its_answer_was_lost_shows_once_the_connection_is_back(
    phone: Phones, event: Event, live_server: LiveServer
) -> None:
    page = phone()
    open_list(page, live_server, event)

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/arrive/", lose)
    tap(page, "Aino")
    row(page, "Aino").get_by_text("already in at").wait_for(timeout=PATIENT)
    assert came() == 1


def test_a_look_from_before_a_tap_takes_nothing_back(phone: Phones, event: Event, live_server: LiveServer) -> None:
    page = phone()
    looks: list[Any] = []
    page.route("**/who-is-in/", lambda route: looks.append((route, route.fetch())))
    with page.expect_request("**/who-is-in/"):
        open_list(page, live_server, event)
    tap(page, "Aino")
    row(page, "Aino").get_by_text("in since").wait_for()
    route, answer = looks[0]
    with page.expect_request("**/who-is-in/"):  # the next one, once this one is taken in
        route.fulfill(response=answer)
    assert row(page, "Aino").get_attribute("data-is") == "in"
    page.unroute_all(behavior="ignoreErrors")


def test_whoever_is_logged_out_is_told_that_nothing_is_stored(
    phone: Phones, event: Event, live_server: LiveServer
) -> None:
    page = phone()
    open_list(page, live_server, event)
    page.context.clear_cookies()
    tap(page, "Aino")
    row(page, "Aino").get_by_text("Not stored.").wait_for()
    page.get_by_text("You are logged out, so nothing is stored.").wait_for()
    assert came() == 0


def test_a_walk_in_on_one_phone_stands_on_the_list_of_the_other(
    phone: Phones, event: Event, live_server: LiveServer, complaints: list[str]
) -> None:
    one, other = phone(), phone()
    for page in (one, other):
        open_list(page, live_server, event)
    one.get_by_role("link", name="Walk-in").tap()
    one.get_by_label("First name").fill("Bo")
    one.get_by_label("Last name").fill("Ny")
    one.get_by_label("Work e-mail").fill("bo@fjordkraft.example")
    one.context.set_offline(True)
    one.get_by_role("button", name="Come in").tap()
    one.get_by_text("No connection: nothing is stored until it is back.").wait_for()
    assert one.get_by_label("Last name").input_value() == "Ny"
    assert not SignUp.objects.exists()
    one.context.set_offline(False)
    one.get_by_role("button", name="Come in").tap()
    row(one, "Bo Ny").get_by_text("in since").wait_for()
    row(other, "Bo Ny").get_by_text("in since").wait_for(timeout=PATIENT)
    row(other, "Bo Ny").get_by_role("button", name="Undo Bo Ny").tap()
    row(one, "Bo Ny").wait_for(state="detached", timeout=PATIENT)
    row(other, "Bo Ny").wait_for(state="detached", timeout=PATIENT)
    assert not SignUp.objects.exists()
    assert complaints == []


def test_a_guest_who_holds_the_phone_finds_no_way_to_the_list(
    phone: Phones, event: Event, live_server: LiveServer, complaints: list[str]
) -> None:
    page = phone()
    open_list(page, live_server, event)
    page.get_by_role("link", name="Walk-in").tap()
    page.get_by_role("button", name="Lock it, and hand it over").tap()
    page.get_by_role("link", name="Cancel").wait_for()
    for _step in range(2):
        page.go_back()
    page.get_by_role("searchbox").wait_for(state="detached")
    assert "Lindqvist" not in page.content()
    page.goto(live_server.url + url(event, "walk-in"))
    page.get_by_label("First name").fill("Bo")
    page.get_by_label("Last name").fill("Ny")
    page.get_by_label("Work e-mail").fill("bo@fjordkraft.example")
    page.get_by_role("button", name="Come in").tap()
    page.get_by_text("Please hand the phone back to our staff.").wait_for()
    page.get_by_role("link", name="The next guest").tap()
    assert page.get_by_label("First name").input_value() == ""
    page.get_by_role("link", name="Cancel").tap()
    page.get_by_role("link", name="Our staff: unlock, and on to the list").tap()
    page.get_by_label("Password").wait_for()
    assert "Lindqvist" not in page.content()
    assert complaints == []


def test_the_pages_can_be_used_by_everybody(
    phone: Phones, event: Event, live_server: LiveServer, policy: PolicyVersion, complaints: list[str]
) -> None:
    made = waiting(event, policy, timezone.now())
    Registration.objects.filter(contact__first_name="Aino").update(attended_at=timezone.now())
    page, found = phone(), {}
    for path in ("check-in", "walk-in", "hand-back", f"check-in/{made.public_id}"):
        page.goto(live_server.url + url(event, path))
        found[path] = violations_everywhere(page)
    Event.objects.update(cancelled_at=timezone.now())
    page.goto(live_server.url + url(event, "check-in"))
    found["closed"] = violations_everywhere(page)
    assert {place: lines for place, lines in found.items() if lines} == {}
    assert complaints == []
