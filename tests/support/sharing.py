"""Recipients, what they were given, and the notices that they are owed; and a web server that plays one."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import factory
from factory.django import DjangoModelFactory

from contacts.disclosure import notifying
from contacts.disclosure.webhook_client import Post, post
from contacts.models import Contact, Disclosure, Recipient, RecipientNotice
from contacts.words.vocabulary import NoticeKind, Scenario
from tests.support.factories import NOON

YESTERDAY = NOON - dt.timedelta(days=1)


class RecipientFactory(DjangoModelFactory):
    """A printing house in Sweden, whose agreement is open and covers everybody."""

    class Meta:
        model = Recipient

    name = factory.Sequence(lambda n: f"Tryckhuset {n} AB")
    kind = "processor"
    service = "Prints and posts letters"
    agreement_reference = "PUB-7"
    agreement_from = dt.date(2024, 1, 1)
    purposes = factory.LazyFunction(lambda: list(Scenario.values))
    country = "SE"
    contact_email = factory.Sequence(lambda n: f"dataskydd@tryckhuset{n}.example")
    sends_our_mail = False
    standing = factory.SelfAttribute("sends_our_mail")


def by_webhook(port: int, **fields: Any) -> Recipient:
    """A recipient whose server listens on this port of this machine."""
    return RecipientFactory.create(told_by="webhook", webhook_url=f"http://127.0.0.1:{port}/in", **fields)


def gave(recipient: Recipient, *people: Contact, purpose: str = "event") -> None:
    """Have a recipient hold data of these people, since yesterday."""
    batch = uuid.uuid4()
    Disclosure.objects.bulk_create(
        Disclosure(contact=person, recipient=recipient, at=YESTERDAY, kind="mailing", purpose=purpose, batch=batch)
        for person in people
    )


def notice(recipient: Recipient, kind: str = "erased", **fields: Any) -> RecipientNotice:
    """A notice about somebody who is gone, owed since noon."""
    fields = {"reference": uuid.uuid4(), "created_at": NOON, "not_before": NOON, **fields}
    return RecipientNotice.objects.create(recipient=recipient, kind=kind, **fields)


def owed(recipient: Recipient | None = None) -> list[tuple[str, uuid.UUID, list[str]]]:
    """What recipients are owed notices of: kind, person and details, in the order in which it came about."""
    notices = RecipientNotice.objects.order_by("created_at", "pk")
    found = notices.filter(recipient=recipient) if recipient else notices
    return [(str(NoticeKind(each.kind)), each.reference, each.details) for each in found]


def tell(at: dt.datetime = NOON, post: Post = post) -> int:
    return notifying.send_due(at=at, now=lambda: at, post=post)


class Server:
    """A recipient's web server. `answer` says what it answers: a status, headers and a body."""

    def __init__(self) -> None:
        self.answer: Callable[[], tuple[int, dict[str, str], bytes]] = lambda: (202, {}, b"")
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.names: list[str | None] = []  # that TLS asked for

    @contextmanager
    def open(self, host: str = "127.0.0.1", port: int = 0, context: ssl.SSLContext | None = None) -> Iterator[int]:
        """Serve until the block ends; gives the port."""
        http = ThreadingHTTPServer((host, port), self._handler())
        if context:
            context.sni_callback = lambda _socket, name, _context: self.names.append(name)
            http.socket = context.wrap_socket(http.socket, server_side=True)
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield http.server_port
        finally:
            http.shutdown()
            thread.join()
            http.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status, headers, said = server.answer()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(said)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_said: Any) -> None:
                """Say nothing on the console."""

        return Handler
