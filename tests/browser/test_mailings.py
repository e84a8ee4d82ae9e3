"""A mailing in a browser: written, checked, sent and followed; approved by the officer; readable for everybody."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.mailings import approval
from contacts.models import Mailing, PolicyVersion
from tests.support.accessible import violations_everywhere
from tests.support.factories import NOON, SegmentFactory, TopicFactory
from tests.support.mailings import AUTHOR, LIST, MINUTE, bound, drafted, fresh, minute, of, readers, scheduled, tick

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    context = browser.new_context(viewport=DESK)
    yield context.new_page()
    context.close()


def enter(page: "Page", client: Client, server: LiveServer, path: str) -> None:
    """Open a page as somebody who is logged in."""
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    page.goto(server.url + path)
    page.wait_for_selector("html:not([x-cloak])")


@pytest.mark.promise("P11")
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_marketing_writes_checks_and_sends_a_mailing(
    viewport: dict[str, int],
    page: "Page",
    live_server: LiveServer,
    log_in: Callable[[str], Client],
    policy: PolicyVersion,
) -> None:
    from playwright.sync_api import expect

    topic = TopicFactory.create()
    people = readers(policy, drafted(topics=[topic]), 2)
    SegmentFactory.create(name="Swedes", shared=True, filters={"country": "SE"})
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    enter(page, log_in("marketing"), live_server, f"{LIST}add/")
    page.get_by_label("Name").fill("Autumn news")
    page.get_by_label("Who gets it?").select_option(label="Swedes")
    page.get_by_label("Cloud", exact=True).check()
    for language, word in (("English", "News"), ("Swedish", "Nytt")):
        page.get_by_label(f"Subject in {language}").fill(word)
        page.get_by_label(f"Text in {language}").fill(f"{word}.")
    page.get_by_role("button", name="Write a mailing").click()
    expect(page.get_by_text("A draft: nobody has got it")).to_be_visible()
    expect(page.frame_locator("iframe").first.get_by_text("News.")).to_be_visible()
    page.get_by_role("link", name="Send it now").click()
    expect(page.get_by_text("2 people get it")).to_be_visible()
    page.get_by_role("button", name="Send to 2 people").click()
    expect(page.get_by_text("the first mails leave within a minute")).to_be_visible()
    made = Mailing.objects.get(name="Autumn news")
    minute(policy, made.scheduled_for or NOON)
    assert {person.messages.count() for person in people} == {1}


def test_a_page_that_stays_open_follows_how_far_it_is_and_shows_the_report_at_its_end(
    page: "Page", live_server: LiveServer, log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    from playwright.sync_api import expect

    mailing = drafted(topics=[TopicFactory.create()], rate=1)
    readers(policy, mailing, 2)
    scheduled(mailing, policy)
    minute(policy, NOON)
    enter(page, log_in("marketing"), live_server, of(mailing))
    expect(page.get_by_role("status")).to_contain_text("1 of 2 have left")
    minute(policy, NOON + MINUTE)
    expect(page.get_by_role("status")).to_contain_text("2 of 2 have left")
    tick(policy, NOON + 2 * MINUTE)
    expect(page.get_by_text(re.compile("Sent to 2 of 2 people"))).to_be_visible()


def test_a_moment_is_chosen_shown_and_scheduled(
    page: "Page", live_server: LiveServer, log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    from playwright.sync_api import expect

    mailing = drafted(topics=[TopicFactory.create()])
    readers(policy, mailing, 2)
    enter(page, log_in("marketing"), live_server, of(mailing, "schedule"))
    page.locator("input[type=date]").fill("2099-11-26")
    page.locator("input[type=time]").fill("09:00")
    page.get_by_role("button", name="Show what will happen then").click()
    page.get_by_role("button", name="Schedule for 2 people on 26 November 2099 at 09:00").click()
    expect(page.get_by_text("Leaves on 26 November 2099 at 09:00", exact=True)).to_be_visible()
    assert fresh(mailing).state == "scheduled"


@pytest.mark.parametrize("role", ["marketing", "privacy officer"])
def test_no_page_of_a_mailing_shuts_anybody_out(
    role: str, page: "Page", live_server: LiveServer, log_in: Callable[[str], Client], policy: PolicyVersion
) -> None:
    mailing = drafted(topics=[TopicFactory.create()], rate=1)
    readers(policy, mailing, 2)
    waiting, under_way = drafted(kind="important"), scheduled(drafted(topics=mailing.topics.all(), rate=1), policy)
    bound(policy)
    approval.submit(waiting, at=NOON, by=AUTHOR)
    minute(policy, NOON)
    paths = [of(mailing), of(waiting), of(under_way)]
    own = {
        "marketing": [f"{LIST}add/", of(mailing, "send"), of(mailing, "schedule")],
        "privacy officer": [of(waiting, "approve")],
    }
    client = log_in(role)
    for path in paths + own[role]:
        enter(page, client, live_server, path)
        assert (path, violations_everywhere(page, ".pc-card")) == (path, [])
