"""The home page in a browser: its charts arrive by themselves, read in light and dark and on a phone, and print."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from privacy_crm.figures.catalogue import FIGURES
from privacy_crm.tasks import count_figure
from retention.models import PurgeCount, PurgeRun
from tests.browser.test_admin import enter, visit
from tests.support.accessible import violations_everywhere
from tests.support.factories import crowd
from tests.support.listing import free_country, prospect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["free_country"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("free_country"),
]


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def home(
    browser: "Browser",
    complaints: list[str],
    log_in: Callable[[str], Client],
    live_server: LiveServer,
    policy: PolicyVersion,
) -> Iterator["Page"]:
    """The officer's home page, with something in each of its charts."""
    day = dt.datetime.now(tz=dt.UTC).date()
    crowd(4, "prospect", day - dt.timedelta(days=500), policy=policy)
    crowd(3, "event", day, policy=policy)
    prospect(policy, country="GB")
    now = dt.datetime.now(tz=dt.UTC)
    run = PurgeRun.objects.create(at=now, by="test", status="finished", started_at=now, finished_at=now)
    PurgeCount.objects.create(run=run, rule="prospect", contacts_deleted=128)
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for name in FIGURES:
            count_figure(name)
        enter(page, log_in("privacy officer"), live_server)
        visit(page, f"{live_server.url}/admin/")
        for name in FIGURES:
            page.locator(f"#figure-{name}").wait_for()
        yield page


def test_the_charts_arrive_and_can_be_read_by_everybody(home: "Page", complaints: list[str]) -> None:
    assert home.get_by_text("Counting…").count() == 0
    assert violations_everywhere(home, ".pc-stack") == []
    home.set_viewport_size({"width": 390, "height": 844})
    for name in ("leaving", "permissions"):
        wide = "table => table.parentElement.scrollWidth > table.parentElement.clientWidth"
        assert not home.locator(f"#figure-{name} table").evaluate(wide), name
    assert complaints == []


def test_a_chart_that_does_not_come_says_so_and_holds_up_no_other(home: "Page") -> None:
    home.route("**/figures/new/", lambda asked: asked.fulfill(status=500))
    home.route("**/figures/objections/", lambda asked: asked.abort())
    home.reload()
    home.locator(f"#figure-{list(FIGURES)[-1]}").wait_for()
    for title in ("New contacts by scenario", "Objections to marketing"):
        card = home.locator(".pc-card").filter(has=home.get_by_role("heading", name=title))
        card.get_by_text("This could not be counted.").wait_for()
    assert home.get_by_text("Counting…").count() == 0


def test_paper_shows_each_chart_with_its_table(home: "Page") -> None:
    table = home.locator("#figure-history table")
    table.wait_for(state="hidden")
    home.emulate_media(media="print")
    # Chromium draws no frames for a page that is laid out for paper, and `wait_for` would look once a frame.
    expect(table).to_be_visible()
    assert "128" in table.inner_text()
    assert home.locator("#figure-history svg").first.is_visible()
    hidden = [name for name in ("ahead", "new", "history") if not home.locator(f"#figure-{name} table").is_visible()]
    assert hidden == []
    assert home.locator(".pc-doors").is_hidden()
    home.set_viewport_size({"width": 700, "height": 900})  # of an A4 sheet between its margins
    assert home.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert home.pdf(format="A4").startswith(b"%PDF")
