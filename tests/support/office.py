"""A day's work in a browser: the product is served, with a worker and a mail server, in processes of their own."""

from __future__ import annotations

import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from tests.support.accessible import violations
from tests.support.embedded_users import eventually
from tests.support.mail_sink import Sink
from tests.support.processes import PATIENCE, Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PATIENT = PATIENCE * 1000  # milliseconds, where a worker does something first
PASSWORD, AUTHOR = "a quiet day in the office", "author@nordvik.example"
STAFF = f"""
from django.contrib.auth.models import Group, User
from privacy_crm import roles
roles.apply()
user = User.objects.create_user("kim", "{AUTHOR}", "{PASSWORD}", is_staff=True)
user.groups.set([Group.objects.get(name="marketing")])
"""


@dataclass(frozen=True)
class Office:
    """The product, its mail, and who works with it."""

    site: Site
    sink: Sink
    page: Page
    visitors: BrowserContext

    def open(self, menu: str) -> Page:
        """Go to a list by the menu's address, and look whether everybody can use it."""
        self.page.goto(f"/admin/contacts/{menu}/")
        self.look("#content-main")
        return self.page

    def look(self, part: str = ".pc-card") -> None:
        """Have axe look at what is ours on this page."""
        self.page.wait_for_selector("html:not([x-cloak])")
        assert (self.page.url, violations(self.page, part)) == (self.page.url, [])

    def arrived(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.sink.mails if mail["To"] == address]

    def await_mails(self, address: str, number: int) -> None:
        eventually(lambda: len(self.arrived(address)) == number, within=PATIENCE)

    def a_minute_passes(self) -> None:
        self.site.enqueue("privacy_crm.tasks.run_mailings")  # as beat does each minute


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    with sink.open():
        yield sink


@pytest.fixture
def site(installed: Site, sink: Sink) -> Iterator[Site]:
    """The product as it is served, with one member of staff and the table of countries."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://localhost:{probe.getsockname()[1]}"
    installed.environment |= {"EMAIL_URL": sink.url, "SITE_URL": url, "SECOND_FACTOR": "off"}
    installed.manage("adopt_country_rules")
    installed.manage("shell", "-v", "0", "-c", STAFF)
    served = ("manage.py", "serve", "--listen", url.removeprefix("http://"))
    installed.start(*served, output=subprocess.DEVNULL)
    eventually(lambda: _answers(f"{url}/privacy/"), within=PATIENCE)
    with installed.worker():
        yield installed
    installed.end_all()


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        return bool(answer.status == 200)
    return False


@pytest.fixture
def office(browser: Browser, site: Site, sink: Sink) -> Iterator[Office]:
    """Kim of marketing has logged in."""
    options = {"base_url": site.environment["SITE_URL"], "locale": "en-GB"}
    with browser.new_context(**options) as desk, browser.new_context(**options) as visitors:
        page = desk.new_page()
        page.goto("/admin/")
        page.get_by_label("Username").fill("kim")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.get_by_role("heading", name="Your tasks").wait_for()
        yield Office(site, sink, page, visitors)
