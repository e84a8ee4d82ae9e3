"""A visitor with a real browser: each form, the challenge, errors, the keyboard, the proof, and axe on every page."""

import http.server
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from contacts.models import ChannelPermission, Contact, Event, FoodPreference, PolicyVersion, Registration, SignUp
from contacts.outbox import links
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from privacy_crm import settings as product
from tests.support import visitors
from tests.support.accessible import violations_everywhere
from tests.support.factories import WhitepaperFactory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AS_IT_IS = product.ALTCHA_CHALLENGE
BOXES = {"email": "Yes, you may e-mail me.", "phone": "Yes, you may call me."}


@pytest.fixture(autouse=True)
def unhurried(settings: Any) -> None:
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000
    settings.ALTCHA_CHALLENGE = visitors.EASY


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says: errors, warnings and breaches of the content security policy."""
    return []


type Open = Callable[..., "Page"]


@pytest.fixture
def visit(browser: "Browser", complaints: list[str]) -> Iterator[Open]:
    """Open a browser of somebody's, and listen to its complaints."""
    contexts = []

    def opened(**options: Any) -> "Page":
        contexts.append(
            browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options)
        )
        page = contexts[-1].new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit: Open) -> "Page":
    return visit()


@pytest.fixture
def event(policy: PolicyVersion) -> Event:
    return visitors.event(summary={"en": "A day about running things calmly.", "sv": "En dag om lugn drift."})


@pytest.fixture
def url(live_server: LiveServer, policy: PolicyVersion, event: Event) -> str:
    WhitepaperFactory.create(slug="calm-backups")
    return str(live_server.url)


def confirm_page(url: str) -> str:
    """What the mail leads to."""
    return f"{url}/confirm/{links.confirm(SignUp.objects.latest('pk'))}/"


def test_a_visitor_gets_a_whitepaper(url: str, page: "Page", complaints: list[str]) -> None:
    page.goto(url)
    page.get_by_role("link", name="A Calm Guide to Backups").click()
    page.wait_for_url("**/whitepapers/calm-backups/")  # and for the scripts that solve the task of its form
    page.get_by_label("Work e-mail").fill("aino@fjordkraft.example")
    page.get_by_role("button", name="Get the guide").click()
    page.get_by_role("heading", name="Check your inbox").wait_for()
    page.goto(confirm_page(url))
    assert not Contact.objects.exists()
    page.get_by_role("button", name="Get the guide").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "calm-backups.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    assert Contact.objects.get().email == "aino@fjordkraft.example"
    assert page.context.cookies() == []
    assert complaints == []


def test_a_guest_comes_with_food_and_news_takes_the_food_back_and_gives_the_place_up(
    url: str, page: "Page", event: Event, complaints: list[str]
) -> None:
    page.goto(f"{url}/events/{event.slug}/")
    page.get_by_label("Work e-mail").fill("aino@fjordkraft.example")
    page.get_by_label("First name").fill("Aino")
    page.get_by_label("Last name").fill("Lindqvist")
    page.get_by_label("Country").select_option("SE")
    page.get_by_label("Do you have dietary needs?").fill("no nuts")
    page.get_by_label("you may note what I wrote about my food").check()
    page.get_by_label("may e-mail me news").check()
    page.get_by_role("button", name="Sign up").click()
    page.get_by_role("heading", name="Check your inbox").wait_for()
    page.goto(confirm_page(url))
    page.get_by_role("button", name="Confirm, and yes to the news").click()
    page.get_by_role("heading", name="You have a place").wait_for()
    assert ChannelPermission.objects.get().channel == "email"
    assert FoodPreference.objects.get().registration == Registration.objects.get()
    page.get_by_role("link", name="Give up your place").click()
    page.get_by_role("button", name="Delete my dietary needs").click()
    page.get_by_text("We hold nothing about dietary needs").wait_for()
    assert not FoodPreference.objects.exists()
    page.get_by_role("button", name="Give up my place").click()
    page.get_by_role("heading", name="You gave up your place").wait_for()
    assert Registration.objects.get().cancelled_at
    assert complaints == []


def test_a_swedish_partner_registers(url: str, visit: Open, complaints: list[str]) -> None:
    page = visit(locale="sv-SE", viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(url)
    page.get_by_role("link", name="Registrera dig").click()
    page.get_by_role("link", name="Vi är partner").click()
    page.wait_for_url("**/register/?as=partner")
    for label, typed in {"E-post i arbetet": "aino@fjordkraft.example", "Förnamn": "Aino", "Efternamn": "L"}.items():
        page.get_by_label(label).fill(typed)
    page.get_by_label("Företag").fill("Fjordkraft AB")
    page.get_by_text("Kontrollerat: du är ingen robot").wait_for()
    page.get_by_role("button", name="Registrera dig").click()
    page.get_by_role("heading", name="Titta i din inkorg").wait_for()
    made = SignUp.objects.get()
    assert (made.scenario, made.language) == ("partner", "sv")
    page.goto(confirm_page(url))
    page.get_by_role("button", name="Bekräfta din registrering").click()
    page.get_by_role("heading", name="Tack. Du är registrerad").wait_for()
    assert complaints == []


def test_the_keyboard_alone_is_enough(url: str, page: "Page", complaints: list[str]) -> None:
    page.goto(f"{url}/whitepapers/calm-backups/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.locator("main:focus").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "email"
    page.keyboard.type("aino@fjordkraft.example")
    seen = []
    while page.evaluate("document.activeElement.type") != "submit":
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
        assert len(seen) < 30
    assert "website" not in seen
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Check your inbox").wait_for()
    assert SignUp.objects.get().email == "aino@fjordkraft.example"
    assert complaints == []


def test_the_summary_of_errors_takes_the_focus_and_leads_to_each_field(url: str, page: "Page", event: Event) -> None:
    page.goto(f"{url}/events/{event.slug}/")
    page.get_by_label("Work e-mail").fill("aino@")
    page.get_by_label("Do you have dietary needs?").fill("no nuts")
    page.get_by_role("button", name="Sign up").click()
    summary = page.get_by_role("alert").filter(has_text="There is a problem")
    summary.wait_for()
    page.locator(".error-summary:focus").wait_for()
    assert page.title().startswith("Error: ")
    assert page.get_by_label("Work e-mail").input_value() == "aino@"
    assert page.get_by_label("Do you have dietary needs?").input_value() == "no nuts"
    for link in summary.get_by_role("link").all():
        link.click()
        page.locator(f"{link.get_attribute('href')}[aria-invalid=true]:focus").wait_for()
    assert violations_everywhere(page) == []
    assert not SignUp.objects.exists()


def test_the_summary_takes_the_focus_without_javascript_too(url: str, visit: Open, event: Event) -> None:
    page = visit(java_script_enabled=False)
    page.goto(f"{url}/events/{event.slug}/")
    assert page.locator("noscript p").is_visible()
    page.get_by_role("button", name="Sign up").click()
    page.locator(".error-summary:focus").wait_for()


def test_who_presses_twice_is_signed_up_once(url: str, page: "Page", settings: Any, complaints: list[str]) -> None:
    settings.ALTCHA_CHALLENGE = AS_IT_IS  # which is still being solved at the second press
    page.goto(f"{url}/whitepapers/calm-backups/")
    page.get_by_label("Work e-mail").fill("aino@fjordkraft.example")
    page.get_by_role("button", name="Get the guide").dblclick()
    page.get_by_role("heading", name="Check your inbox").wait_for()
    assert SignUp.objects.count() == 1
    assert complaints == []


def states(policy: PolicyVersion, event: Event) -> dict[str, str]:
    """Every page that a visitor of the sign-up side may see, by what it is."""
    at = timezone.now()
    waiting = visitors.asked(Wish.of_event(event), policy, at, consents=BOXES)
    news = visitors.asked(Wish.of_consent(), policy, at, consents=BOXES)
    full = visitors.event("webinar", capacity=0)
    return {
        "start": "/",
        "whitepaper": "/whitepapers/calm-backups/",
        "event": f"/events/{event.slug}/",
        "full": f"/events/{full.slug}/",
        "register": "/register/",
        "customer": "/register/?as=customer",
        "sent": "/check-your-inbox/",
        "embedded": "/embed/whitepapers/calm-backups/",
        "confirm": f"/confirm/{links.confirm(waiting)}/",
        "news": f"/confirm/{links.confirm(news)}/",
        "nothing": "/confirm/nothing/",
        "nowhere": "/nowhere/",
        **{f"{made.kind} confirmed": f"/confirm/{links.confirm(made)}/" for made in proven(policy, event)},
        "place": f"/places/{links.place(Registration.objects.get())}/",
    }


def proven(policy: PolicyVersion, event: Event) -> list[SignUp]:
    at = timezone.now()
    wishes = [Wish.of_event(event), Wish.of_whitepaper(WhitepaperFactory.create()), Wish.of_register("customer")]
    made = [visitors.asked(wish, policy, at, food="no nuts") for wish in wishes]
    return [proof.confirm(one.public_id, consent=False, policy=policy, at=at, by="visitor").sign_up for one in made]


@pytest.mark.parametrize("locale", ["en-GB", "sv-SE"])
def test_axe_finds_nothing_on_any_page_on_phone_and_desk_in_light_and_dark(
    locale: str, url: str, visit: Open, policy: PolicyVersion, event: Event
) -> None:
    page = visit(locale=locale)
    for name, path in states(policy, event).items():
        page.goto(url + path)
        if page.locator("altcha-widget").count():
            page.locator("altcha-widget input[type=checkbox]").wait_for()
        assert (name, violations_everywhere(page)) == (name, [])


@pytest.fixture
def website(tmp_path: Path, settings: Any, url: str) -> Iterator[str]:
    """A page of the company's own, on another origin, with our snippet in it."""
    snippet = (
        f'<script src="{url}/static/embed.js" data-form="/embed/whitepapers/calm-backups/" data-title="Guide"></script>'
    )
    (tmp_path / "index.html").write_text(
        f'<!DOCTYPE html><html lang="sv"><title>Nordvik</title><h1>Guide</h1>{snippet}<p style="height: 3000px">'
    )
    handler = partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def test_a_form_in_the_companys_own_page_is_as_high_as_it_needs_and_works(
    website: str, page: "Page", settings: Any, complaints: list[str]
) -> None:
    settings.EMBED_ORIGINS = [website]
    page.goto(website)
    frame = page.frame_locator("iframe[title=Guide]")
    frame.get_by_label("E-post i arbetet").fill("aino@fjordkraft.example")
    high = "document.querySelector('iframe').offsetHeight"
    page.wait_for_function(f"{high} > 900")
    frame.get_by_role("button", name="Hämta guiden").click()
    expect(frame.get_by_role("heading", name="Titta i din inkorg")).to_be_in_viewport()
    page.wait_for_function(f"{high} < 600")
    assert SignUp.objects.get().source == "embed"
    assert page.context.cookies() == []
    assert [line for line in complaints if "favicon" not in line and "404" not in line] == []


def test_a_page_of_somebody_elses_cannot_show_the_form(website: str, page: "Page", settings: Any) -> None:
    settings.EMBED_ORIGINS = ["https://www.nordvik.example"]
    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.goto(website)
    assert page.frame_locator("iframe").get_by_label("E-post").count() == 0
