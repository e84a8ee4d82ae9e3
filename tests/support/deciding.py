"""What the officer decides with: letters as the drafts have them, and the form of an act filled in step by step."""

import datetime as dt
import re
from html import unescape
from typing import Any

from django.test import Client

from contacts.models import Contact, Message, PolicyVersion
from dsr.answers.answering import Draft
from dsr.letters.common import Writer
from dsr.models import Request
from dsr.words.vocabulary import Kind
from tests.support.factories import NOON, ContactFactory, hold
from tests.support.requesting import asked_by

LIST = "/admin/dsr/request/"
TODAY = NOON.date()
TOMORROW = TODAY + dt.timedelta(days=1)
BECAUSE = "Because the moon is round."

_FIELD = re.compile(r"<(?:input|textarea)\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_SHEET = re.compile(r'<iframe class="pc-letter-sheet"[^>]* srcdoc="([^"]*)"')


def ada(policy: PolicyVersion, scenario: str = "prospect", **fields: Any) -> Contact:
    """Somebody held for one reason, who speaks Swedish where nothing else is said."""
    known = {"first_name": "Ada", "last_name": "Berg", "email": "ada@fjordkraft.example", "language": "sv", **fields}
    contact = ContactFactory.create(**known)
    hold(contact, scenario, dt.date(2026, 5, 24), policy=policy)
    return contact


def asks(policy: PolicyVersion, kind: Kind, at: dt.datetime = NOON, **fields: Any) -> Request:
    """An open request of such a person."""
    return asked_by(ada(policy, **fields), policy, kind, at=at)


def draft(write: Writer, request: Request, policy: PolicyVersion, language: str = "en", **facts: Any) -> Draft:
    return write(request, policy, language, facts)


def letters(request: Request) -> list[str]:
    """What was written to the person, as it is kept."""
    return list(request.papers.filter(kind="letter").values_list("text", flat=True))


def owed_mails() -> int:
    return Message.objects.filter(template="written").count()


def url(request: Request, act: str) -> str:
    return f"{LIST}{request.public_id}/{act}/"


class Desk:
    """An officer at the form of an act: `fill` shows the letter, `send` carries the act out."""

    def __init__(self, client: Client, request: Request, act: str) -> None:
        self.client, self.url = client, url(request, act)
        self.html = client.get(self.url).content.decode()
        self.typed: dict[str, Any] = {}

    def fill(self, **typed: Any) -> str:
        self.typed |= typed
        return self._post(show="1")

    def send(self, **typed: Any) -> str:
        self.typed |= typed
        return self._post()

    @property
    def letter(self) -> str:
        """The text of the letter as the form has it."""
        found = re.search(r'<textarea name="text"[^>]*>\n?(.*?)</textarea>', self.html, re.DOTALL)
        return unescape(found[1]) if found else ""

    @property
    def sheet(self) -> str:
        """The page that the preview shows; empty where there is none."""
        found = _SHEET.search(self.html)
        return unescape(found[1]) if found else ""

    def _post(self, **pressed: str) -> str:
        hidden = {name: _value(self.html, name) for name in ("drafted", "shown")}
        late = {"subject": _value(self.html, "subject"), "text": self.letter}
        data = {name: value for name, value in {**late, **hidden, **self.typed, **pressed}.items() if value is not None}
        answer = self.client.post(self.url, data, follow=True)
        self.html = answer.content.decode()
        return self.html


def _value(html: str, name: str) -> str:
    for tag in _FIELD.findall(html):
        attributes = dict(_ATTRIBUTE.findall(tag))
        if attributes.get("name") == name:
            return unescape(attributes.get("value", ""))
    return ""
