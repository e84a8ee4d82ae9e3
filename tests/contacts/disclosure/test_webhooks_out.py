"""Posting a signed webhook: to the address that was checked, to whom TLS proves, within bounded time and size."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
import trustme
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from contacts.disclosure import webhook_client
from contacts.disclosure.ssrf_guard import Resolve
from contacts.disclosure.webhook_client import Answer, PostError
from contacts.models import Recipient
from tests.support.factories import NOON
from tests.support.sharing import RecipientFactory, Server

STOCKHOLM_NOON = NOON.astimezone(dt.timezone(dt.timedelta(hours=1)))


@pytest.fixture
def local(settings: Any) -> None:
    settings.WEBHOOKS_MAY_BE_LOCAL = True


@pytest.fixture
def server() -> Server:
    return Server()


def told_at(url: str) -> Recipient:
    return RecipientFactory.build(told_by="webhook", webhook_url=url)


def post(recipient: Recipient, **options: Any) -> Answer:
    return webhook_client.post(recipient, "notice-7", {"kind": "erased"}, STOCKHOLM_NOON, **options)


# What is sent, and what is heard


@pytest.mark.usefixtures("local")
def test_the_receiver_can_verify_who_sent_it_and_when(server: Server) -> None:
    with server.open() as port:
        recipient = told_at(f"http://127.0.0.1:{port}/in?from=crm")
        post(recipient)
    ((headers, body),) = server.received
    assert (headers["webhook-id"], headers["content-type"]) == ("notice-7", "application/json")
    with time_machine.travel(NOON):
        assert Webhook(webhook_client.secret(recipient)).verify(body, headers) == {"kind": "erased"}
        with pytest.raises(WebhookVerificationError):
            Webhook(webhook_client.secret(told_at("https://other.example/"))).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(webhook_client.secret(recipient)).verify(body.replace(b"erased", b"lifted"), headers)
    with time_machine.travel(NOON + dt.timedelta(minutes=6)), pytest.raises(WebhookVerificationError):
        Webhook(webhook_client.secret(recipient)).verify(body, headers)


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(
    ("status", "body", "acknowledged"),
    [
        (200, b'{"acknowledged": true}', True),
        (201, b'{"acknowledged": true, "more": [1]}', True),
        (200, b'{"acknowledged": "true"}', False),
        (200, b'{"acknowledged": 1}', False),
        (200, b"[true]", False),
        (200, b"thank you", False),
        (200, b"\xff\xfe", False),
        (200, b"[" * 10_000, False),
        (200, b'{"acknowledged": true, "padding": "' + b"x" * webhook_client.MOST_BYTES + b'"}', False),
        (202, b"", False),
        (204, b"", False),
    ],
)
def test_any_success_is_a_delivery_and_only_a_plain_word_acknowledges(
    status: int, body: bytes, acknowledged: bool, server: Server
) -> None:
    server.answer = lambda: (status, {}, body)
    with server.open() as port:
        assert post(told_at(f"http://127.0.0.1:{port}/")) == Answer(status, acknowledged)


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(
    ("status", "of_the_server"), [(400, False), (404, False), (410, False), (429, True), (500, True), (503, True)]
)
def test_any_other_answer_is_a_failure(status: int, of_the_server: bool, server: Server) -> None:
    server.answer = lambda: (status, {}, b'{"acknowledged": true}')
    with server.open() as port, pytest.raises(PostError) as failure:
        post(told_at(f"http://127.0.0.1:{port}/"))
    assert (failure.value.code, failure.value.of_the_server) == (f"status:{status}", of_the_server)


# Where it does not go


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, server: Server) -> None:
    elsewhere = Server()
    with elsewhere.open() as other, server.open() as port:
        server.answer = lambda: (status, {"Location": f"http://127.0.0.1:{other}/"}, b"")
        with pytest.raises(PostError, match=f"status:{status}"):
            post(told_at(f"http://127.0.0.1:{port}/"))
    assert (len(server.received), elsewhere.received) == (1, [])


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.7"])
def test_a_name_that_leads_inside_is_not_connected_to(address: str, server: Server) -> None:
    with server.open() as port, pytest.raises(PostError) as failure:
        post(told_at(f"https://hooks.example:{port}/"), resolve=lambda _host, _port: [address])
    assert (failure.value.code, server.received, server.names) == ("target", [], [])


def answering(*answers: str) -> tuple[Resolve, list[str]]:
    """A name server that says something else each time, and whom it was asked for."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [answers[len(asked) - 1]]

    return resolve, asked


@pytest.mark.usefixtures("local")
def test_a_name_that_leads_elsewhere_on_the_second_look_is_not_looked_up_twice(server: Server) -> None:
    inside = Server()
    with server.open("127.0.0.1") as port, inside.open("127.0.0.2", port):
        resolve, asked = answering("127.0.0.1", "127.0.0.2")
        post(told_at(f"http://hooks.example:{port}/"), resolve=resolve)
    assert asked == ["hooks.example"]
    ((headers, _body),) = server.received
    assert headers["host"] == f"hooks.example:{port}"
    assert inside.received == []


@pytest.mark.usefixtures("local")
def test_no_proxy_of_the_environment_sends_it_another_way(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Server()
    with proxy.open() as other, server.open() as port:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{other}")
        post(told_at(f"http://127.0.0.1:{port}/"))
    assert (len(server.received), proxy.received) == (1, [])


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trust(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def certified(authority: trustme.CA) -> ssl.SSLContext:
    """What the server of hooks.example proves itself by."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("hooks.example").configure_cert(context)
    return context


def to_loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.mark.usefixtures("local")
def test_the_checked_address_is_connected_to_and_the_name_is_proven_by_tls(
    server: Server, certified: ssl.SSLContext, trust: str
) -> None:
    with server.open(context=certified) as port:
        post(told_at(f"https://hooks.example:{port}/"), resolve=to_loopback, trust=trust)
    assert server.names == ["hooks.example"]
    assert len(server.received) == 1


@pytest.mark.usefixtures("local")
def test_whoever_cannot_prove_the_name_gets_nothing(server: Server, certified: ssl.SSLContext, trust: str) -> None:
    with server.open(context=certified) as port:
        for url in (f"https://other.example:{port}/", f"https://127.0.0.1:{port}/"):
            with pytest.raises(PostError) as failure:
                post(told_at(url), resolve=to_loopback, trust=trust)
            assert failure.value.code == "SSLCertVerificationError"
        with pytest.raises(PostError):
            post(told_at(f"https://hooks.example:{port}/"), resolve=to_loopback)  # an authority that nobody knows
    assert server.received == []


# Bounds


@pytest.fixture
def dripping() -> Iterator[int]:
    """A server that says one letter at a time and never comes to an end; gives its port."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            line, _ = listening.accept()
            with line:
                while not ended.wait(0.02):
                    try:
                        line.send(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        yield int(listening.getsockname()[1])
        ended.set()
        thread.join()


@pytest.mark.usefixtures("local")
def test_a_receiver_that_never_comes_to_an_end_is_cut_off(dripping: int) -> None:
    began = time.monotonic()
    with pytest.raises(PostError) as failure:
        post(told_at(f"http://127.0.0.1:{dripping}/"), deadline=0.3)
    assert failure.value.of_the_server
    assert time.monotonic() - began < 3


@pytest.mark.usefixtures("local")
def test_an_answer_without_end_is_read_up_to_its_bound(server: Server) -> None:
    server.answer = lambda: (200, {"Content-Length": "10000000000"}, b"x" * (webhook_client.MOST_BYTES * 2))
    with server.open() as port:
        assert post(told_at(f"http://127.0.0.1:{port}/")) == Answer(200, acknowledged=False)


@pytest.mark.usefixtures("local")
def test_a_server_that_is_away_is_a_failure_of_the_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(PostError) as failure:
        post(told_at(f"http://127.0.0.1:{port}/"))
    assert (failure.value.code, failure.value.of_the_server) == ("NewConnectionError", True)
