"""Whole stories of people's rights in Chromium, from the form to the closed request: one asks, the other answers."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.models import Contact, PolicyVersion
from dsr.models import Request
from dsr.tasks import lift_restrictions
from privacy_crm.mail import mailer
from tests.support.clocks import database_at
from tests.support.deciding import ada
from tests.support.factories import NOON, ONE_DAY, EventFactory, customer, hold, register
from tests.support.mail_sink import Sink
from tests.support.packaged import data_of, somebody, unzipped
from tests.support.rights import Officer, Person
from tests.support.visitors import EASY

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "ada@fjordkraft.example"


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that begins at noon on 24 November 2026, goes on, and can be moved."""
    with time_machine.travel(NOON, tick=True) as clock:
        yield clock


@pytest.fixture
def sink(settings: Any, live_server: LiveServer) -> Iterator[Sink]:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    settings.SITE_URL = live_server.url
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000
    settings.ALTCHA_CHALLENGE = EASY
    with sink.open():
        yield sink


@contextmanager
def opened(browser: "Browser", server: str) -> Iterator["Page"]:
    """A browser of its own, in whose console nothing may be said."""
    context = browser.new_context(base_url=server, locale="en-GB", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert said == []


@pytest.fixture
def theirs(clock: Any, browser: "Browser", live_server: LiveServer) -> Iterator["Page"]:
    """The browser of the person."""
    with opened(browser, live_server.url) as page:
        page.clock.set_system_time(timezone.now())  # else the task of the form has run out before it is begun
        yield page


@pytest.fixture
def officer(clock: Any, browser: "Browser", live_server: LiveServer, policy: PolicyVersion) -> Iterator[Officer]:
    with opened(browser, live_server.url) as page:
        yield Officer(page)


@pytest.mark.promise("P20")
def test_a_person_asks_for_everything_and_fetches_what_the_officer_hands_over(
    theirs: "Page", officer: Officer, sink: Sink, policy: PolicyVersion
) -> None:
    somebody(policy, "Zyxmark")
    ada = guest(policy)
    person = Person(theirs, sink, ADDRESS)
    person.ask("Get a copy of everything", "Everything, please.")
    person.prove()
    request = Request.objects.get(kind="access", state="open")
    theirs.get_by_text(f"We answer by 24 December 2026. Its number is {request.number}.").wait_for()

    officer.open(request.number)
    officer.page.get_by_role("heading", name="Ada Berg asked us on 24 November 2026 for access").wait_for()
    officer.press("Hand the package over")
    assert "You can download it through 8 December 2026." in officer.read("Everything that we hold about you is ready")
    officer.send("Send the letter", "The last day to download the package is 8 December 2026.")

    assert "What we hold about you is ready" in person.mails()[-1]
    theirs.goto(person.link_of_mail())
    person.ask("See what you hold about me")
    person.prove()
    with theirs.expect_download() as download:
        theirs.get_by_role("button", name="Download the copy").click()
    package = Path(download.value.path()).read_bytes()
    assert data_of(package)["held"]["contacts.contact"]["rows"]
    everything = b"".join(unzipped(package).values())
    assert b"Ada" in everything
    assert ada.email.encode() in everything
    assert b"zyxmark" not in everything.lower()

    page = officer.again()
    assert "downloaded 1 time" in page.inner_text()
    assert "Closed on 24 November 2026" in page.inner_text()


def guest(policy: PolicyVersion) -> Contact:
    """Somebody who comes to an event, is not to be given nuts, and speaks English."""
    person = ada(policy, "event", language="en", email=ADDRESS, country="SE")
    register(person, EventFactory.create(), NOON - ONE_DAY, policy=policy, food="No nuts")
    return person


@pytest.mark.promise("P22")
@pytest.mark.promise("L6")
def test_an_objection_that_is_followed_ends_the_use_for_good(
    theirs: "Page", officer: Officer, colleague: Officer, sink: Sink, policy: PolicyVersion, clock: Any
) -> None:
    ada = customer_who_reads(policy)
    assert found_by(colleague)
    person, request = objects(theirs, sink)
    assert not found_by(colleague)

    officer.open(request.number)
    officer.press("Accept the objection", ours="Selling more.", theirs="Their calm.", reasons="Calm matters more.")
    letter = officer.read("Calm matters more.")
    assert "From 25 November 2026 on we use it again." in letter
    officer.say("number", request.number)
    officer.send("Accept the objection and send the letter", "The objection is accepted, and the letter is on its way.")
    assert "We have accepted your objection" in person.mails()[-1]
    assert "Closed on 24 November 2026: done as asked." in officer.again().inner_text()
    assert list(ada.bases.values_list("scenario", flat=True)) == ["customer"]
    assert not found_by(colleague)

    clock.shift(ONE_DAY)
    with database_at(timezone.now()):
        lift_restrictions()
    for member in (officer, colleague):
        member.come_back()
    assert found_by(colleague)
    assert "Restriction lifted" in officer.again().inner_text()


@pytest.mark.promise("P22")
@pytest.mark.promise("L6")
def test_who_objected_in_vain_is_told_before_their_details_are_used_again(
    theirs: "Page", officer: Officer, colleague: Officer, sink: Sink, policy: PolicyVersion, clock: Any
) -> None:
    customer_who_reads(policy)
    person, request = objects(theirs, sink)
    officer.open(request.number)
    officer.press(
        "Reject the objection", ground="compelling", ours="Security.", theirs="Calm.", reasons="It is a recall."
    )
    officer.say("on", "2026-11-24")
    officer.page.get_by_role("button", name="Show the letter").click()
    officer.page.get_by_text("the earliest day is tomorrow").first.wait_for()
    officer.say("on", "2026-11-25")
    letter = officer.read("It is a recall.")
    assert "From 25 November 2026 on we use them again, as before." in letter
    assert "Integritetsskyddsmyndigheten" in letter
    assert person.mails()[-1].startswith("Please confirm")
    officer.send("Send the letter and close the request", "The details are used again from 25 November 2026 on.")
    assert "have not accepted your objection" in person.mails()[-1]
    assert "Closed on 24 November 2026: refused." in officer.again().inner_text()
    lift_restrictions()
    assert not found_by(colleague)

    clock.shift(ONE_DAY)
    with database_at(timezone.now()):
        lift_restrictions()
    colleague.come_back()
    assert found_by(colleague)


@pytest.fixture
def colleague(clock: Any, browser: "Browser", live_server: LiveServer, policy: PolicyVersion) -> Iterator[Officer]:
    """Somebody of marketing."""
    with opened(browser, live_server.url) as page:
        yield Officer(page, "marketing")


def customer_who_reads(policy: PolicyVersion) -> Contact:
    """Held for an agreement, and for a whitepaper in our own interest."""
    person = customer(policy, email=ADDRESS, first_name="Ada", last_name="Berg", language="en")
    hold(person, "whitepaper", dt.date(2026, 5, 24), policy=policy)
    return person


def objects(page: "Page", sink: Sink) -> tuple[Person, Request]:
    """Ada objects to what we use her details for, and proves that it is she."""
    person = Person(page, sink, ADDRESS)
    person.ask("Object to another use", "Do not study what I read.")
    person.prove()
    page.get_by_text("Your details are only stored").first.wait_for()
    return person, Request.objects.get(kind="objection")


def found_by(colleague: Officer) -> bool:
    """Whether somebody of marketing finds Ada by her address."""
    colleague.page.goto("/admin/contacts/contact/")
    colleague.page.wait_for_selector("html:not([x-cloak])")
    colleague.page.fill("[name=q]", ADDRESS)
    colleague.page.keyboard.press("Enter")
    colleague.page.wait_for_url("**?q=**")
    return colleague.page.get_by_text("Ada Berg").count() > 0
