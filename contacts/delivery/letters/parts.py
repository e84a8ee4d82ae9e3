"""What a letter is made of. Text and HTML are made from the same parts, so that they cannot disagree."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from contacts.models import Contact, Event, Message, PolicyVersion, SignUp
from contacts.outbox import links


@dataclass(frozen=True)
class Text:
    """Paragraphs, with a blank line between two."""

    kind: ClassVar[str] = "text"
    text: str

    @property
    def paragraphs(self) -> list[str]:
        return [paragraph.strip() for paragraph in self.text.split("\n\n") if paragraph.strip()]


@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Button:
    """A link that one is meant to follow. It leads to a page; nothing happens before a button there is pressed."""

    kind: ClassVar[str] = "button"
    label: str
    url: str


@dataclass(frozen=True)
class Facts:
    """What is so, by name."""

    kind: ClassVar[str] = "facts"
    rows: list[tuple[str, str]]


type Part = Text | Heading | Button | Facts


@dataclass(frozen=True)
class Letter:
    """What one mail says. `why` ends it: why this person gets it. `to_list` is the list that its way out is about."""

    subject: str
    parts: list[Part]
    why: str
    scenario: str = ""
    to_list: str = links.EVERYTHING
    calendar: str = ""
    calendar_method: str = ""


@dataclass(frozen=True)
class Occasion:
    """What a letter is written about, and for whom."""

    message: Message
    policy: PolicyVersion
    language: str
    at: dt.datetime

    @property
    def contact(self) -> Contact | None:
        return self.message.contact

    @property
    def sign_up(self) -> SignUp:
        """The sign-up that is to be confirmed. Raises LetterError where the message has none."""
        if self.message.sign_up is None:
            raise LetterError("This letter is about a sign-up, and there is none.")
        return self.message.sign_up

    @property
    def event(self) -> Event:
        """The event that the letter is about. Raises LetterError where the message has none."""
        if self.message.event is None:
            raise LetterError("This letter is about an event, and there is none.")
        return self.message.event

    @property
    def address(self) -> str:
        """The address that the mail goes to. Raises LetterError where there is none left."""
        address = self.message.address or (self.contact.email if self.contact else self.sign_up.email)
        if not address:
            raise LetterError("There is no address to write to.")
        return address

    @property
    def company(self) -> str:
        return str(self.policy.controller["name"])


class LetterError(ValueError):
    """The message lacks what its template writes about."""


def said_in(texts: dict[str, str], language: str) -> str:
    """Return a text in a language, in English where it has none, empty where it has neither."""
    return texts.get(language) or texts.get("en") or ""
