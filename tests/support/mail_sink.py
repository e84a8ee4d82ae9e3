"""A mail server that keeps what it gets, raw; it can be told what to answer, and be taken away."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """`answers` says, for an address, what the server answers to its RCPT; it takes all others.

    `asked` is called with each address before that answer, and `taken` with each mail before the server says that it
    has it.
    """

    def __init__(self, port: int | None = None) -> None:
        self.port = port or _free_port()
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.answers: dict[str, str] = {}
        self.asked: Callable[[str], None] = lambda _address: None
        self.taken: Callable[[bytes], None] = lambda _mail: None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw]

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    @contextmanager
    def open(self) -> Iterator[None]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()

    @contextmanager
    def holding(self, number: int, patience: float) -> Iterator[threading.Event]:
        """Hold the answer to the mail of this number back meanwhile; yields the event that it has come."""
        has_come, over = threading.Event(), threading.Event()

        def hold(_mail: bytes) -> None:
            if len(self.raw) == number:
                has_come.set()
                over.wait(patience)

        self.taken = hold
        try:
            yield has_come
        finally:
            over.set()

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd asks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        self.asked(address)
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.recipients += envelope.rcpt_tos
        self.taken(content)
        return "250 OK"


def _free_port() -> int:
    with kept_port() as kept:
        return int(kept.getsockname()[1])


def kept_port(number: int = 0) -> socket.socket:
    """A port that nobody gets by chance for as long as this is open: only who asks for it can listen there."""
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", number))
    return kept


def header_lines(raw: bytes) -> dict[str, str]:
    """The headers of a mail as they travelled, by name in lower case, unfolded but not decoded."""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ").replace("\r\n\t", " ")
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n"))}


def part(mail: EmailMessage, kind: str) -> str:
    """The text of the one part of this type."""
    (found,) = [each for each in mail.walk() if each.get_content_type() == kind]
    return str(found.get_content())
