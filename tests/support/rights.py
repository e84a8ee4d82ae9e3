"""A person and an officer at browsers of their own: what passes between them is pressed, read and really mailed."""

import re
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from tests.support.accessible import violations_everywhere
from tests.support.mail_sink import Sink, part
from tests.support.mailing import send

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "ferry-juniper-birch-willow"
# Our own part of a page of the admin; the frame around it is Unfold's.
OURS = (".pc-stack", "#dialog")


class Person:
    """Somebody at the public pages, who reads what comes to `address`."""

    def __init__(self, page: "Page", sink: Sink, address: str, language: str = "en") -> None:
        self.page, self.sink, self.address, self.language = page, sink, address, language
        self.words = SWEDISH if language == "sv" else ENGLISH

    def ask(self, wish: str, words: str = "") -> None:
        """Fill in the form, and find that a mail is on its way."""
        self.page.goto(f"/my-data/?lang={self.language}")
        self.page.get_by_label(wish, exact=True).check()
        self.page.locator("[name=words]").fill(words)
        self.page.locator("[name=email]").fill(self.address)
        self.page.get_by_role("button", name=self.words["send"]).click()
        self.page.get_by_role("heading", name=self.words["sent"]).wait_for()

    def prove(self) -> None:
        """Follow the link of the last mail, and press its button, which shows "My data"."""
        self.link = self.link_of_mail()
        self.page.goto(self.link)
        self.page.get_by_role("button", name=self.words["open"]).click()
        self.page.get_by_role("button", name=self.words["close"]).wait_for()
        look_at(self.page)

    def mails(self) -> list[str]:
        """What has come to the address, after whatever is due was sent."""
        send(at=timezone.now())
        mails = zip(self.sink.recipients, self.sink.mails, strict=True)
        return [f"{mail['Subject']}\n{part(mail, 'text/plain')}" for to, mail in mails if to == self.address]

    def link_of_mail(self, to: str = "my-data") -> str:
        """Where the button of the last mail leads, which is to one of these pages."""
        found = re.search(rf"https?://\S+/{to}/\S*", self.mails()[-1])
        assert found
        return found[0]


ENGLISH = {"send": "Send me the link", "sent": "Check your inbox", "open": "open “My data”", "close": "Close my data"}
SWEDISH = {
    "send": "Skicka länken till mig",
    "sent": "Titta i din inkorg",
    "open": "öppna ”Mina uppgifter”",
    "close": "Stäng mina uppgifter",
}


class Officer:
    """A member of staff at the admin, who opens requests from the inbox and presses buttons."""

    def __init__(self, page: "Page", role: str = "privacy officer") -> None:
        self.page, self.role = page, role
        log_in(page, role)

    def come_back(self) -> None:
        """Log in on another day, since no log-in lasts so long, and go on where they were."""
        there = self.page.url
        log_in(self.page, self.role)
        self.page.goto(there)

    def open(self, number: str) -> None:
        """Find a request at the top of the inbox, and open it."""
        self.page.get_by_role("link", name="Requests").first.click()
        self.page.wait_for_url("**/dsr/request/")
        row = self.page.locator("tbody tr").first
        assert number in row.inner_text()
        row.get_by_role("link", name=number).click()
        self.page.wait_for_url("**/change/**")
        self.look()

    def follow(self, link: str, to: str) -> None:
        """Go where a link of a page leads."""
        self.page.get_by_role("link", name=link).click()
        self.page.wait_for_url(to)
        self.look()

    def look(self) -> None:
        """Wait until the scripts of a page have run, and see that it is for everybody."""
        self.page.wait_for_selector("html:not([x-cloak]) .pc-stack")
        look_at(self.page, *OURS)

    def press(self, act: str, **fields: str) -> None:
        """Open an act in its dialog, and say there what it asks for."""
        self.page.get_by_role("link", name=act, exact=True).click()
        self.page.wait_for_function("document.querySelector('#dialog')?.contains(document.activeElement)")
        for name, value in fields.items():
            self.say(name, value)

    def say(self, name: str, value: str) -> None:
        field = self.page.locator(f"#dialog [name={name}]")
        if field.first.get_attribute("type") == "radio":
            self.page.locator(f"#dialog [name={name}][value={value}]").check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    def read(self, words: str) -> str:
        """Have the letter shown, and return it once it says these words."""
        if (show := self.page.get_by_role("button", name="Show the letter")).count():
            show.click()
        sheet = self.page.frame_locator("iframe.pc-letter-sheet")
        sheet.get_by_text(words).first.wait_for()
        look_at(self.page, *OURS)
        return sheet.locator("body").inner_text()

    def send(self, button: str, told: str) -> None:
        """Carry the act out, and read what came of it."""
        self.page.locator("#dialog").get_by_role("button", name=button, exact=True).click()
        self.page.get_by_text(told).first.wait_for()

    def again(self) -> Any:
        self.page.reload()
        self.look()
        return self.page.locator(".pc-stack")


def look_at(page: "Page", *within: str) -> None:
    """See that a page, or these parts of it, is for everybody."""
    found = violations_everywhere(page, *within)
    assert found == [], found
    page.set_viewport_size({"width": 1280, "height": 900})


def log_in(page: "Page", role: str) -> None:
    """Log in with a name and a password, as staff do."""
    name = role.replace(" ", "-")
    known = User.objects.filter(username=name).first()
    user = known or User.objects.create_user(name, password=PASSWORD, is_staff=True)
    user.groups.set([Group.objects.get(name=role)])
    page.goto("/admin/")
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("html:not([x-cloak]) .pc-stack")
