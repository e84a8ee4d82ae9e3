"""A recorded story: the officer answers an access request across three other systems, each heard in its own way."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from dsr.models import Enclosure
from dsr.systems import owner_links
from dsr.words.vocabulary import Kind
from tests.support.accessible import violations_everywhere
from tests.support.asking_systems import SystemFactory, task_of
from tests.support.factories import ContactFactory, hold
from tests.support.requesting import asked_by, fresh

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("L18")]


@pytest.fixture
def page(browser: "Browser", live_server: LiveServer, log_in: Callable[[str], Client]) -> Iterator["Page"]:
    """The browser of an officer who is logged in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    session = log_in("privacy officer").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_the_officer_answers_across_three_systems(
    page: "Page", browser: "Browser", live_server: LiveServer, policy: PolicyVersion
) -> None:
    contact = ContactFactory.create(first_name="Ada", last_name="Berg", email="ada@fjordkraft.example", language="en")
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    invoices, support, sheet = (SystemFactory.create(name=name) for name in ("Invoices", "Support desk", "Guest list"))
    request = asked_by(contact, policy, Kind.ACCESS, at=_now())
    home = f"{live_server.url}/admin/dsr/request/{request.public_id}/change/"

    page.goto(home)
    page.wait_for_selector("html:not([x-cloak])")
    page.get_by_text("The answer waits for them until").wait_for()
    assert violations_everywhere(page, ".pc-stack") == []
    _owner_answers(browser, f"{live_server.url}/systems/{owner_links.token(task_of(request, invoices))}/?lang=en")
    _do(
        page,
        home,
        "Note an answer",
        "The answer is on record.",
        task=str(task_of(request, support).pk),
        answer="nothing",
    )
    _do(
        page,
        home,
        "It need not answer",
        "The system need not answer.",
        task=str(task_of(request, sheet).pk),
        why="It was emptied after the event.",
    )

    page.goto(home)
    page.get_by_text("need not answer", exact=True).wait_for()
    assert page.get_by_text("The answer waits for them until").count() == 0
    page.get_by_role("link", name="Hand the package over").first.click()
    page.locator("textarea[name=text]").wait_for()
    page.get_by_role("button", name="Send the letter").click()
    page.get_by_text("The package can be fetched through").wait_for()
    text = fresh(request).papers.get(kind="letter").text
    assert "Everything that we hold about you is ready for you." in text
    assert "What we hold about you in Invoices comes with it" in text
    assert "We also asked Support desk, where we hold nothing about you." in text
    assert "Guest list" not in text


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _owner_answers(browser: "Browser", url: str) -> None:
    """The owner of a system has no account here: the link of their mail is enough."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(url)
    page.get_by_text("Ada Berg").wait_for()
    assert violations_everywhere(page) == []
    page.get_by_label("Here is what our system holds").check()
    page.get_by_label("Files for the person").set_input_files(
        {"name": "invoices.csv", "mimeType": "text/csv", "buffer": b"number,day\n1,2026-05-03\n"}
    )
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_text("Thank you, we have your answer").wait_for()
    assert Enclosure.objects.get().name == "invoices.csv"
    page.close()


def _do(page: "Page", home: str, act: str, told: str, **said: str) -> None:
    page.goto(home)
    page.get_by_role("link", name=act).click()
    page.locator("#dialog select[name=task]").select_option(said.pop("task"))
    for name, value in said.items():
        field = page.locator(f"#dialog [name={name}]")
        if name == "answer":
            page.locator(f"#dialog [name=answer][value={value}]").check()
        else:
            field.fill(value)
    page.locator("#dialog").get_by_role("button", name=act).click()
    page.get_by_text(told).wait_for()
