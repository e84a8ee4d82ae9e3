"""Somebody asks what we hold about them, in Chromium and by keyboard alone; axe looks at every page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from contacts.models import Contact, PolicyVersion
from dsr.intake import proving
from dsr.models import Handover, Request
from tests.support import requesting, visiting
from tests.support.accessible import violations_everywhere
from tests.support.factories import ONE_DAY, EventFactory, register
from tests.support.mailing import send as send_mails
from tests.support.preferring import reader
from tests.support.visitors import EASY

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "aino@fjordkraft.example"


@pytest.fixture
def visitor(browser: Any, live_server: Any, settings: Any) -> Iterator["Page"]:
    settings.SITE_URL = live_server.url
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000
    settings.ALTCHA_CHALLENGE = EASY
    context = browser.new_context(base_url=live_server.url, locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def aino(policy: PolicyVersion) -> Contact:
    person = reader(policy, email=ADDRESS, first_name="Aino", last_name="Lindqvist", phone="+46 8 465 004 99")
    register(person, EventFactory.create(), timezone.now(), policy=policy, food="No nuts")
    return person


def press(page: "Page", name: str) -> None:
    """Go to a button by keyboard, and press it."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def link() -> str:
    """Where the latest mail leads."""
    send_mails(at=timezone.now())
    return next(line for line in mail.outbox[-1].body.splitlines() if "/my-data/" in line)


@pytest.mark.promise("P19")
def test_a_person_asks_for_a_copy_by_keyboard_and_sees_their_data(visitor: "Page", aino: Contact) -> None:
    visitor.goto("/my-data/")
    assert violations_everywhere(visitor) == []
    visitor.get_by_role("radio").first.focus()
    visitor.keyboard.press("ArrowDown")
    assert visitor.get_by_label("Get a copy of everything").is_checked()
    visitor.keyboard.press("Tab")
    visitor.keyboard.type("Everything, please.")
    visitor.keyboard.press("Tab")
    visitor.keyboard.type(ADDRESS)
    visitor.keyboard.press("Enter")
    visitor.get_by_role("heading", name="Check your inbox").wait_for()
    assert violations_everywhere(visitor) == []
    visitor.goto(link())
    assert violations_everywhere(visitor) == []
    press(visitor, "Confirm, and open “My data”")
    visitor.get_by_role("heading", name="My data", exact=True).wait_for()
    assert violations_everywhere(visitor) == []
    request = Request.objects.get()
    visitor.get_by_text(f"We have your request. Its number is {request.number}.").wait_for()
    visitor.locator(".banner:focus").wait_for()
    assert visitor.get_by_text("+46 8 465 004 99").is_visible()
    (cookie,) = visitor.context.cookies()
    assert (cookie["path"], cookie["httpOnly"], cookie["sameSite"]) == ("/my-data/", True, "Strict")
    press(visitor, "Close my data")
    visitor.get_by_role("heading", name="“My data” is closed").wait_for()
    assert violations_everywhere(visitor) == []
    assert visitor.context.cookies() == []


@pytest.fixture
def inside(visitor: "Page", aino: Contact) -> "Page":
    """Aino on "My data"."""
    visitor.goto(visiting.path_of(proving.begin(ADDRESS, "en", request=None, at=timezone.now())))
    assert violations_everywhere(visitor) == []
    press(visitor, "Open “My data”")
    visitor.get_by_role("heading", name="My data", exact=True).wait_for()
    return visitor


@pytest.mark.promise("P19")
def test_a_person_decides_on_the_page(inside: "Page", aino: Contact) -> None:
    inside.get_by_role("link", name="Correct my name, role or phone").click()
    inside.get_by_role("heading", name="Correct my details").wait_for()
    assert violations_everywhere(inside) == []
    inside.get_by_label("Last name").fill("Lindgren")
    press(inside, "Save")
    inside.get_by_text("Your details are corrected.").wait_for()
    press(inside, "Withdraw consent (e-mail)")
    inside.get_by_text("Your consent is withdrawn").wait_for()
    inside.get_by_text("You withdrew your consent on").wait_for()
    press(inside, "Never call me")
    inside.get_by_text("Marketing by phone is stopped.").wait_for()
    press(inside, "Delete it now")
    inside.get_by_text("Your consent is withdrawn").wait_for()
    inside.get_by_text("Delete my details").focus()
    inside.keyboard.press("Enter")
    assert violations_everywhere(inside) == []
    press(inside, "Ask for deletion")
    inside.get_by_text("We have your request.").wait_for()
    assert Contact.objects.get().last_name == "Lindgren"
    kinds = Request.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["rectification", "withdrawal", "marketing_objection", "withdrawal", "erasure"]


@pytest.mark.promise("P20")
def test_a_person_fetches_their_package(inside: "Page", aino: Contact, policy: PolicyVersion) -> None:
    now = timezone.now()
    request = requesting.asked_by(aino, policy)
    Handover.objects.create(request=request, contact=aino, portable=False, created_at=now, expires_at=now + ONE_DAY)
    inside.reload()
    assert violations_everywhere(inside) == []
    with inside.expect_download() as download:
        press(inside, "Download the copy")
    assert download.value.suggested_filename == "my-data.zip"
    assert Handover.objects.get().fetched == 1


@pytest.mark.promise("P19")
def test_the_pages_speak_swedish_and_stay_in_it(visitor: "Page", policy: PolicyVersion) -> None:
    visitor.goto("/my-data/?lang=sv")
    assert violations_everywhere(visitor) == []
    visitor.get_by_label("Få en kopia av allt").check()
    visitor.get_by_label("Din e-postadress").fill("nobody@fjordkraft.example")
    press(visitor, "Skicka länken till mig")
    visitor.get_by_role("heading", name="Titta i din inkorg").wait_for()
    assert violations_everywhere(visitor) == []
    visitor.goto(link())
    assert violations_everywhere(visitor) == []
    press(visitor, "Bekräfta, och öppna ”Mina uppgifter”")
    visitor.get_by_role("heading", name="Vi har inget sparat under den här adressen").wait_for()
    assert violations_everywhere(visitor) == []
    press(visitor, "Stoppa all marknadsföring")
    visitor.get_by_text("All marknadsföring är stoppad").wait_for()
