"""Post a signed webhook and read what the receiver says, within bounded time and size (Standard Webhooks, ADR 0013).

The connection goes to the very address that was checked; TLS has to prove the name. No redirect is followed, and no
proxy is asked.
"""

import base64
import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import Any, Protocol

from django.conf import settings
from django.utils.crypto import salted_hmac
from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from contacts.disclosure import ssrf_guard
from contacts.disclosure.ssrf_guard import Resolve, Target, TargetRefusedError

PATIENCE = 5.0  # seconds for the connection, and for each silence after that
DEADLINE = 20.0  # seconds for everything after the connection
MOST_BYTES = 16 * 1024  # of an answer; what is longer says nothing to us


@dataclass(frozen=True)
class Answer:
    """That the receiver has it, and whether it says that it has done what was asked."""

    status: int
    acknowledged: bool


class PostError(Exception):
    """`code` names the failure and quotes nothing; `of_the_server` says that the next post would fail as well."""

    def __init__(self, code: str, *, of_the_server: bool) -> None:
        super().__init__(code)
        self.code = code
        self.of_the_server = of_the_server


class Receiver(Protocol):
    """Whoever a webhook goes to: a recipient, or another system of the company."""

    public_id: uuid.UUID
    webhook_url: str


# What `post` does, with or without its options.
type Post = Callable[[Any, str, dict[str, Any], dt.datetime], Answer]


def secret(receiver: Receiver) -> str:
    """Return what signs a receiver's webhooks: derived from SECRET_KEY anew each time, and stored nowhere."""
    key = salted_hmac("contacts.webhook", receiver.public_id.hex, algorithm="sha256").digest()
    return "whsec_" + base64.b64encode(key).decode()


def post(
    receiver: Receiver,
    message_id: str,
    payload: dict[str, Any],
    at: dt.datetime,
    *,
    resolve: Resolve = ssrf_guard.resolved,
    trust: str | None = None,
    deadline: float = DEADLINE,
) -> Answer:
    """Post JSON to a receiver's webhook, and return its answer where that is one of success. Raises PostError.

    `trust` is a file of certificates to trust in place of the system's; `deadline` is in seconds.
    """
    body = json.dumps(payload)
    try:
        target = ssrf_guard.aim(receiver.webhook_url, resolve=resolve)
        with _connected(target, trust, deadline) as connection:
            headers = _headers(receiver, target, message_id, body, at)
            connection.request("POST", target.path, body.encode(), headers, preload_content=False)
            with closing(connection.getresponse()) as response:
                return _answer(response)
    except TargetRefusedError:
        raise PostError("target", of_the_server=True) from None
    except (HTTPError, HTTPException, OSError) as error:
        raise PostError(type(error).__name__, of_the_server=True) from None


@contextmanager
def _connected(target: Target, trust: str | None, deadline: float) -> Iterator[HTTPConnection]:
    """Connect, and cut the line at the deadline: a receiver that says one letter at a time holds nobody up."""
    connection = _connection(target, trust)
    connection.connect()
    cut = Timer(deadline, _cut, [connection.sock])
    cut.start()
    try:
        yield connection
    finally:
        cut.cancel()
        connection.close()


def _cut(line: socket) -> None:
    with suppress(OSError):  # it has ended meanwhile
        line.shutdown(SHUT_RDWR)


def _connection(target: Target, trust: str | None) -> HTTPConnection:
    if not target.secure:
        return HTTPConnection(target.address, target.port, timeout=PATIENCE)
    return HTTPSConnection(
        target.address,
        target.port,
        timeout=PATIENCE,
        server_hostname=target.host,
        cert_reqs="CERT_REQUIRED",
        ca_certs=trust,
    )


def _headers(receiver: Receiver, target: Target, message_id: str, body: str, at: dt.datetime) -> dict[str, str]:
    name = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.secure else 80
    # The library takes any moment for one in UTC.
    signature = Webhook(secret(receiver)).sign(message_id, at.astimezone(dt.UTC), body)
    return {
        "Host": name if target.port == usual else f"{name}:{target.port}",
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"privacy-crm ({settings.SITE_URL})",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def _answer(response: BaseHTTPResponse) -> Answer:
    status = response.status
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        busy = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        raise PostError(f"status:{status}", of_the_server=busy)
    return Answer(status, _acknowledges(response.read(MOST_BYTES + 1, decode_content=False)))


def _acknowledges(body: bytes) -> bool:
    try:
        said = json.loads(body) if len(body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("acknowledged") is True
