"""The pictures: whose page each shows, and the way there, by what is written on the pages."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from playwright.sync_api import FilePayload, Page

DESK, PHONE = (1280, 900), (390, 844)

SOMEBODY = "bjorn.berggren@ostmarka-logistik.example"
IN_ENGLAND = "priya.birchall@bramblewick-systems.example"
A_LIST = """E-mail,First name,Last name,Company,Country,Phone
jonna.sandell@sandell-lager.example,Jonna,Sandell,Sandell Lager AB,SE,+46 8 465 004 11
mats.ekwall@ekwall-frakt.example,Mats,Ekwall,Ekwall Frakt AB,SE,
bjorn.berggren@ostmarka-logistik.example,Björn,Berggren,Östmarka Logistik AB,SE,
eivind.moe@moe-bygg.example,Eivind,Moe,Moe Bygg AS,NO,
pirjo.aalto,Pirjo,Aalto,Aalto Oy,FI,
jonna.sandell@sandell-lager.example,Jonna,Sandell,Sandell Lager AB,SE,
"""

type Way = Callable[[Page, Demo], object]


@dataclass(frozen=True)
class Picture:
    """`who` is a log-in of the demo; it is empty where the page is public."""

    name: str
    who: str
    way: Way
    size: tuple[int, int] = DESK
    scheme: Literal["light", "dark"] = "light"


@dataclass(frozen=True)
class Demo:
    """A demo that is served at `site` and keeps its data in `var`."""

    site: str
    var: Path

    def show(self, page: Page, picture: Picture) -> None:
        if picture.who:
            self._log_in(page, picture.who)
        picture.way(page, self)
        page.wait_for_selector("html:not([x-cloak])")
        page.evaluate("document.fonts.ready")

    def _log_in(self, page: Page, who: str) -> None:
        page.goto("/admin/")
        page.get_by_label("Username").fill(who)
        page.get_by_label("Password").fill((self.var / "demo" / "password").read_text().strip())
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url("**/admin/")

    def link_for(self, address: str) -> str:
        """Return where the latest mail to this address leads, once it is there."""
        for _second in range(60):
            for mail in self._mails():
                body = mail.get_body(("plain",)) if mail["To"] == address else None
                if body and (found := re.search(r"/my-data/[0-9a-f]{32}\S+", body.get_content())):
                    return found[0]
            time.sleep(1)
        raise TimeoutError(f"no mail to {address} has come")

    def _mails(self) -> Iterator[EmailMessage]:
        """Yield what was sent, the latest first. Several mails that left together are in one file."""
        for file in sorted((self.var / "mail").glob("*.log"), reverse=True):
            for raw in reversed(file.read_bytes().split(b"-" * 79 + b"\n")):
                yield email.message_from_bytes(raw, policy=email.policy.default)


def at(path: str) -> Way:
    return lambda page, _demo: page.goto(path)


def home(page: Page, _demo: Demo) -> None:
    """Wait until a worker has counted the figures."""
    page.goto("/admin/")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.body.innerText.includes('Counting…')", timeout=120_000)


def contact(page: Page, _demo: Demo) -> None:
    page.goto(f"/admin/contacts/contact/?q={SOMEBODY}")
    page.locator("#result_list tbody a").first.click()
    page.locator("#timeline").wait_for()


def contacts(page: Page, _demo: Demo) -> None:
    page.goto("/admin/contacts/contact/?country=GB")
    page.locator(".pc-why summary").nth(2).click()


def segment(page: Page, _demo: Demo) -> None:
    page.goto("/admin/contacts/segment/")
    page.get_by_role("link", name="Sweden").click()
    page.get_by_text("may be reached").first.wait_for()


def audience(page: Page, _demo: Demo) -> None:
    page.goto("/admin/contacts/audience/add/?channel=email&purpose=customer&file_format=xlsx")
    page.get_by_text("would be on this list").wait_for()


def import_preview(page: Page, _demo: Demo) -> None:
    people: FilePayload = {"name": "spring-fair.csv", "mimeType": "text/csv", "buffer": A_LIST.encode()}
    page.goto("/admin/contacts/upload/add/")
    page.get_by_label("File").set_input_files(people)
    page.get_by_role("button", name="Send the file").click()
    page.wait_for_url("**/match/")
    page.get_by_label("Why do we hold these people?").select_option("prospect")
    page.get_by_label("Where does the list come from?").fill("Spring fair in Malmö")
    page.get_by_label("the person", exact=True).check()
    last_week = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=7)
    page.get_by_label("When were they collected?").fill(last_week.isoformat())
    page.get_by_role("button", name="Show me what would happen").click()
    page.get_by_text("would come in").first.wait_for()


def mailing_check(page: Page, _demo: Demo) -> None:
    page.goto("/admin/contacts/mailing/")
    page.get_by_role("link", name="Winter news on the cloud").click()
    page.get_by_role("link", name="Send it now").click()
    page.get_by_text("Nobody gets it twice").wait_for()


def mailing_report(page: Page, _demo: Demo) -> None:
    page.goto("/admin/contacts/mailing/")
    page.get_by_role("link", name="News on operations").click()
    page.get_by_text("What became of it").wait_for()


def check_in(page: Page, _demo: Demo) -> None:
    page.goto("/admin/contacts/event/?q=Open+House")
    page.get_by_role("link", name="Open House").tap()
    page.get_by_role("link", name="Check-in").tap()
    page.get_by_text("are in", exact=False).first.wait_for()


def caterer(page: Page, _demo: Demo) -> None:
    page.goto("/admin/contacts/event/?q=Open+House")
    page.get_by_role("link", name="Open House").tap()
    page.get_by_role("link", name="For the caterer").tap()
    page.get_by_text("told what they eat").wait_for()


def duplicates(page: Page, _demo: Demo) -> None:
    page.goto("/admin/contacts/duplicatepair/")
    page.get_by_role("link", name="Wallander").first.click()
    page.get_by_text("Are they one person?").wait_for()


def request(page: Page, _demo: Demo) -> None:
    page.goto("/admin/dsr/request/")
    page.locator("#result_list tbody a").first.click()


def my_data(page: Page, demo: Demo) -> None:
    page.goto("/my-data/")
    page.get_by_label("See what you hold about me").check()
    page.get_by_label("Your e-mail address").fill(IN_ENGLAND)
    page.get_by_role("button", name="Send me the link").click()
    page.get_by_role("heading", name="Check your inbox").wait_for()
    page.goto(demo.link_for(IN_ENGLAND))
    page.get_by_role("button", name="Open “My data”").click()
    page.get_by_role("heading", name="My data", exact=True).wait_for()


PICTURES = (
    Picture("home-marketing", "marketing", home),
    Picture("contacts", "marketing", contacts),
    Picture("contact", "marketing", contact),
    Picture("segment", "marketing", segment),
    Picture("import", "marketing", import_preview),
    Picture("audience", "marketing", audience),
    Picture("mailing-check", "marketing", mailing_check),
    Picture("mailing-report", "marketing", mailing_report),
    Picture("duplicates", "marketing", duplicates),
    Picture("check-in", "events", check_in, PHONE),
    Picture("caterer", "events", caterer, PHONE),
    Picture("home-officer", "privacy-officer", home, scheme="dark"),
    Picture("request", "privacy-officer", request),
    Picture("system", "administrator", at("/admin/system/")),
    Picture("sign-up", "", at("/whitepapers/patching-without-fear/?lang=en"), (1280, 1360)),
    Picture("sign-up-phone", "", at("/events/nordic-summit/?lang=sv"), PHONE, "dark"),
    Picture("policy", "", at("/privacy/?lang=en")),
    Picture("my-data", "", my_data),
)
