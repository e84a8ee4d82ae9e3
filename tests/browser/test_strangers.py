"""A stranger types somebody's address into a public form, in Chromium; its owner alone decides what becomes of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.models import Contact, PolicyVersion
from tests.browser.test_rights import ADDRESS, clock, opened, sink, theirs
from tests.support import visitors
from tests.support.accessible import violations_everywhere
from tests.support.factories import WhitepaperFactory, customer, everything_about
from tests.support.mail_sink import Sink
from tests.support.rights import Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["clock", "sink", "theirs"]  # the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("L15")]

NOBODY = "nobody@fjordkraft.example"
TYPED = {
    "first_name": "Bo",
    "last_name": "Ek",
    "company": "Else Ltd",
    "phone": "+44 20 7946 0000",
    "address": "1 Fleet Street",
    "country": "GB",
}
ON_FILE = {
    "first_name": "Ada",
    "last_name": "Berg",
    "phone": "+46 8 465 004 99",
    "address": "Sveavägen 9",
    "postal_code": "111 57",
    "city": "Uppsala",
    "country": "SE",
    "language": "en",
}


@pytest.fixture
def stranger(clock: Any, browser: "Browser", live_server: LiveServer) -> Iterator["Page"]:
    """The browser of somebody who reads nobody's mail but their own."""
    with opened(browser, live_server.url) as page:
        page.clock.set_system_time(timezone.now())
        yield page


@pytest.fixture
def ada(policy: PolicyVersion) -> Contact:
    """A customer in Sweden, who once corrected her phone."""
    return customer(policy, email=ADDRESS, corrected=["phone"], **ON_FILE)


def forms() -> dict[str, str]:
    """Where each public form is, by the button that sends it."""
    return {
        "Register": "/register/?as=customer",
        "Sign up": f"/events/{visitors.event().slug}/",
        "Get the guide": f"/whitepapers/{WhitepaperFactory.create().slug}/",
    }


def fill_in(page: "Page", where: str, button: str, address: str) -> str:
    """Fill in all that a form asks for, send it, and return what its page says then."""
    page.goto(where)
    if page.get_by_text("Phone and postal address").count() and not page.locator("[name=phone]").is_visible():
        page.get_by_text("Phone and postal address").click()
    for name, value in TYPED.items():
        if not (field := page.locator(f"[name={name}]")).count():
            continue
        field.select_option(value) if name == "country" else field.fill(value)
    page.locator("[name=email]").fill(address)
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_role("heading", name="Check your inbox").wait_for()
    return f"{page.url}\n{page.locator('body').text_content()}"


@pytest.mark.parametrize("button", ["Register", "Sign up", "Get the guide"])
def test_a_form_says_the_same_whoever_is_on_file_and_nothing_changes_without_the_owners_word(
    button: str, stranger: "Page", theirs: "Page", sink: Sink, ada: Contact
) -> None:
    where, before = forms()[button], everything_about(ada)
    assert fill_in(stranger, where, button, ADDRESS) == fill_in(stranger, where, button, NOBODY)
    assert everything_about(ada) == before

    owner = Person(theirs, sink, ADDRESS)
    theirs.goto(owner.link_of_mail("confirm"))
    theirs.get_by_text("Your phone number becomes +44 20 7946 0000").wait_for()
    shown = theirs.content()
    assert [said for name, said in ON_FILE.items() if name not in ("country", "language") and said in shown] == []
    assert violations_everywhere(theirs) == []
    assert everything_about(ada) == before
    assert len(owner.mails()) == 1
    theirs.locator("form").get_by_role("button").click()  # who leaves all questions open has said nothing about them
    theirs.get_by_text("Nothing changes until you say so.").wait_for()
    assert details_of(ada) == ON_FILE
    assert stranger.goto(where).ok  # type: ignore[union-attr]
    assert "Ada" not in stranger.content()


def test_the_owner_reads_what_was_typed_and_the_record_is_as_they_say(
    stranger: "Page", theirs: "Page", sink: Sink, ada: Contact
) -> None:
    fill_in(stranger, forms()["Register"], "Register", ADDRESS)
    owner = Person(theirs, sink, ADDRESS)
    theirs.goto(owner.link_of_mail("confirm"))
    say(theirs, "Your phone number becomes +44 20 7946 0000", "Yes, that is right")
    say(theirs, "Your country becomes United Kingdom", "No, keep what you have")
    theirs.get_by_role("button", name="Confirm your registration").click()
    theirs.get_by_role("heading", name="Thank you. You are registered").wait_for()
    new = {"phone": "+44 20 7946 0000"}
    assert details_of(ada) == ON_FILE | new

    asked = theirs.get_by_role("group").all_inner_texts()
    assert [text.splitlines()[0] for text in asked] == [
        "Your name becomes Bo Ek",
        "Your company becomes Else Ltd",
        "Your postal address becomes 1 Fleet Street",
    ]
    assert violations_everywhere(theirs) == []
    for text in asked:
        say(theirs, text.splitlines()[0], "No, keep what you have")
    theirs.get_by_role("button", name="Send the answers").click()
    theirs.get_by_text("Nothing changes until you say so.").wait_for(state="detached")
    theirs.get_by_role("heading", name="Thank you. You are registered").wait_for()
    assert details_of(ada) == ON_FILE | new
    assert not ada.proposed.exists()


def say(page: "Page", question: str, answer: str) -> None:
    page.get_by_role("group", name=question, exact=True).get_by_label(answer).check()


def details_of(contact: Contact) -> dict[str, str]:
    """What is on file of what was typed."""
    contact.refresh_from_db()
    return {name: getattr(contact, name) for name in ON_FILE}
