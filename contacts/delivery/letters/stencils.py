"""A mailing's letter, composed once for each language, and then filled in for each reader.

What is filled in is their name, the seal of their way out and the headers of each mail. All else is as `letters.write`
has it, which a test compares. That takes a tenth of the time of composing a mail anew (ADR 0051).
"""

import re
import secrets
from binascii import b2a_qp
from dataclasses import dataclass
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from django.utils import translation
from django.utils.html import escape

from contacts.base.fields import one_line
from contacts.base.languages import spoken
from contacts.delivery import letters
from contacts.delivery.letters import mailings
from contacts.delivery.letters.envelope import Envelope
from contacts.delivery.letters.parts import Occasion
from contacts.models import Contact, Message
from contacts.outbox import links, outbox

# How other addresses are written in a header takes thought: they are left to `letters.write`.
_PLAIN = re.compile(r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_OF_EACH = frozenset({"to", "date", "message-id", "list-unsubscribe", "content-type"})
_PART = "--{}\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"


@dataclass(frozen=True)
class Stencil:
    """A letter with marks where something of each reader goes; `sender` is the bare address that it leaves from."""

    sender: str
    to_list: str
    name: str  # the marks
    stop: str
    boundary: str
    head: str
    way_out: str
    text: str
    html: str

    def fill(self, message: Message, reader: Contact) -> bytes:
        """Return the mail to a reader, as it travels."""
        name, stop = one_line(reader.first_name), links.stop(reader, self.to_list)
        head = (
            f"{self.head}To: {reader.email}\r\nDate: {formatdate()}\r\nMessage-ID: {outbox.message_id(message)}\r\n"
            f"List-Unsubscribe: {self.way_out.replace(self.stop, stop)}\r\n"
            f'Content-Type: multipart/alternative; boundary="{self.boundary}"\r\n\r\n'
        )
        parts = (
            self._part("plain", self.text.replace(self.name, name).replace(self.stop, stop)),
            self._part("html", self.html.replace(self.name, escape(name)).replace(self.stop, escape(stop))),
        )
        return b"".join((head.encode("ascii"), *parts, f"--{self.boundary}--\r\n".encode("ascii")))

    def _part(self, kind: str, content: str) -> bytes:
        head = _PART.format(self.boundary, kind).encode("ascii")
        return head + b2a_qp(content.encode(), istext=True) + b"\r\n"


def key(reader: Contact) -> tuple[str, bool] | None:
    """Return what the readers of one stencil have in common; None where this one needs a mail of their own."""
    if not reader.email or not _PLAIN.fullmatch(reader.email):
        return None
    return spoken(reader.language), bool(one_line(reader.first_name))


def of(occasion: Occasion, *, named: bool) -> Stencil:
    """Return the letter of an occasion of a mailing, without what is its reader's."""
    name, stop, boundary = (secrets.token_hex(16) for _ in range(3))
    with translation.override(occasion.language):
        letter = mailings.mailing(occasion)
        envelope = letters.envelope(occasion, letter, name=name if named else "", stop=stop)
    _, sender = parseaddr(envelope.from_email)
    ((html, _kind),) = envelope.alternatives
    way_out = envelope.extra_headers["List-Unsubscribe"]
    text, html = _lines(str(envelope.body)), _lines(str(html))
    return Stencil(sender, letter.to_list, name, stop, boundary, _alike(envelope), way_out, text, html)


def _alike(envelope: Envelope) -> str:
    """Return the headers that all readers' mails have alike, as they travel."""
    built = envelope.message(policy=SMTP)
    alike = ((name, value) for name, value in built.items() if name.lower() not in _OF_EACH)
    return "".join(built.policy.fold(name, value) for name, value in alike)


def _lines(text: str) -> str:
    return "\r\n".join(text.splitlines()) + "\r\n"
