"""The officer answers a lawyer's access request across three other systems, each heard in its own way (L17, L18)."""

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from contacts.models import PolicyVersion
from dsr.models import Enclosure
from dsr.systems import owner_links
from dsr.words.vocabulary import Kind
from tests.support.accessible import violations_everywhere
from tests.support.asking_systems import SystemFactory, task_of
from tests.support.factories import ContactFactory, hold
from tests.support.mailing import send
from tests.support.requesting import asked_by, fresh

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.promise("L17", "L18")]


@pytest.fixture
def page(browser: "Browser", live_server: LiveServer, log_in: Callable[[str], Client]) -> Iterator["Page"]:
    """The browser of an officer who is logged in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    session = log_in("privacy officer").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_the_officer_answers_a_lawyers_request_across_three_systems(
    page: "Page", browser: "Browser", live_server: LiveServer, policy: PolicyVersion, tmp_path: Path
) -> None:
    contact = ContactFactory.create(first_name="Ada", last_name="Berg", email="ada@fjordkraft.example", language="en")
    hold(contact, "event", dt.date(2026, 5, 24), policy=policy)
    invoices, support, sheet = (SystemFactory.create(name=name) for name in ("Invoices", "Support desk", "Guest list"))
    request = asked_by(contact, policy, Kind.ACCESS, at=_now())

    page.goto(f"{live_server.url}/admin/dsr/request/{request.public_id}/change/")
    page.wait_for_selector("html:not([x-cloak])")
    page.get_by_text("The answer waits for them until").wait_for()
    assert violations_everywhere(page, ".pc-stack") == []
    _lawyer_comes_in(page)
    _owner_answers(browser, f"{live_server.url}/systems/{owner_links.token(task_of(request, invoices))}/?lang=en")
    nothing = {"task": str(task_of(request, support).pk), "answer": "nothing"}
    _do(page, "Record an answer", "The answer is on record.", **nothing)
    emptied = {"task": str(task_of(request, sheet).pk), "why": "It was emptied after the event."}
    _do(page, "Excuse a system from answering", "The system need not answer.", **emptied)
    page.get_by_text("need not answer", exact=True).wait_for()
    assert page.get_by_text("The answer waits for them until").count() == 0

    assert "invoices.csv" in _package(page, tmp_path)
    _do(page, "Hand the package over", "It is on record that the package went by post.", "Send the letter")
    text = fresh(request).papers.get(kind="letter").text
    assert "Enclosed is everything that we hold about you." in text
    assert "What we hold about you in Invoices comes with it" in text
    assert "We also asked Support desk, where we hold nothing about you." in text
    assert "Guest list" not in text


def _lawyer_comes_in(page: "Page") -> None:
    """Lena acts for Ada, by a power of attorney; Ada hears of it before anything is handed over, and agrees."""
    today = timezone.localdate().isoformat()
    proof = {"proof": "power", "issued_by": "Ada Berg", "issued_on": today, "seen_on": today}
    lawyer = {"name": "Lena Lagman", "kind": "lawyer", "post": "Lagman AB\nStorgatan 1\n111 22 Stockholm"}
    _do(
        page,
        "Enter a representative",
        "The representative is on record.",
        "Enter the representative",
        **lawyer,
        **proof,
    )
    page.get_by_text("The person does not know yet.").first.wait_for()
    _do(page, "Tell the person about the representative", "The letter to the person is on its way.", "Send the letter")
    send(timezone.now())
    told = mail.outbox[-1]
    assert (told.to, "Lena Lagman" in told.body) == (["ada@fjordkraft.example"], True)
    _do(page, "Record that the person agrees", "Noted: the person agrees.", "Record that they agree", on=today)
    page.get_by_text("The answer can go to them.").first.wait_for()


def _package(page: "Page", folder: Path) -> list[str]:
    """Return what is in the package that the officer prints for the lawyer."""
    home = page.url
    page.get_by_role("link", name="Hand the package over").first.click()
    page.get_by_role("link", name="Look at the package").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the package to print").click()
    waiting.value.save_as(folder / "package.zip")
    page.goto(home)
    with zipfile.ZipFile(folder / "package.zip") as package:
        return [Path(name).name for name in package.namelist()]


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


def _do(page: "Page", act: str, told: str, button: str = "", **said: str) -> None:
    """Open an act of the page, fill its fields, and carry it out."""
    page.wait_for_selector("html:not([x-cloak])")
    page.get_by_role("link", name=act).first.click()
    for name, value in said.items():
        _fill(page.locator(f"#dialog [name={name}]"), value)
    page.locator("#dialog").get_by_role("button", name=button or act).click()
    page.get_by_text(told).wait_for()


def _fill(field: "Locator", value: str) -> None:
    match field.first.evaluate("field => field.type"):
        case "select-one":
            field.select_option(value)
        case "radio":
            field.and_(field.page.locator(f"[value={value}]")).check()
        case _:
            field.fill(value)
