"""The site as it is served, while others send their requests slowly: by itself, and behind the proxy of compose."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest
from django.conf import settings

from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE, Site
from tests.support.slow_clients import seconds_for, slow_clients

SLOW_CLIENTS = 200
WITHIN = 1.0  # seconds
CADDYFILE = settings.BASE_DIR / "Caddyfile"
STOP = """
from contacts.outbox import links
print(links.page("unsubscribe", links.stop_of_stranger("ann@fjordkraft.example")), end="")
"""


@pytest.fixture
def port(installed: Site) -> Iterator[int]:
    """The site serves there."""
    number = free_port()
    installed.environment |= {"SITE_URL": f"http://localhost:{number}"}
    installed.start("manage.py", "serve", "--listen", f"127.0.0.1:{number}", output=subprocess.DEVNULL)
    eventually(lambda: answers(f"http://localhost:{number}/privacy/"), within=PATIENCE)
    yield number
    installed.end_all()


@pytest.fixture
def proxy(port: int, tmp_path: Path) -> Iterator[int]:
    """Compose's own proxy stands before the site, as far as that goes without containers."""
    number = free_port()
    with caddy(recipe(tmp_path, port), {"SITE_URL": f"http://localhost:{number}", "XDG_DATA_HOME": str(tmp_path)}):
        eventually(lambda: answers(f"http://localhost:{number}/privacy/"), within=PATIENCE)
        yield number


def recipe(folder: Path, port: int) -> Path:
    """The Caddyfile with the site at this port. Debian's Caddy is older, and buffers requests under another name."""
    changes = {"dynamic a web 8000": f"to 127.0.0.1:{port}", r"request_buffers \S+": "buffer_requests"}
    text = CADDYFILE.read_text()
    for pattern, instead in changes.items():
        text, found = re.subn(pattern, instead, text)
        assert found == 1, pattern
    changed = folder / "Caddyfile"
    changed.write_text(text.replace("servers {", "admin off\n\tservers {", 1))
    return changed


@contextmanager
def caddy(config: Path, environment: dict[str, str], log: int | IO[str] = subprocess.DEVNULL) -> Iterator[None]:
    command = ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]
    options = {"env": os.environ | environment, "stderr": log}
    with subprocess.Popen(command, **options) as process:  # type: ignore[call-overload]
        try:
            yield
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
        return bool(answer.status == 200)
    return False


def test_two_hundred_slow_clients_keep_nobody_from_reading_the_policy_or_from_unsubscribing(
    installed: Site, port: int
) -> None:
    stop, error = installed.start("manage.py", "shell", "-v", "0", "-c", STOP).communicate(timeout=PATIENCE)
    assert not error
    with slow_clients(port, SLOW_CLIENTS):
        assert seconds_for(f"http://localhost:{port}/privacy/") < WITHIN
        assert seconds_for(stop) < WITHIN


@pytest.mark.parametrize(
    ("path", "cookie", "most"), [("my-data/", "sessionid=x", 1), ("admin/", "", 1), ("admin/", "sessionid=x", 51)]
)
def test_more_than_a_form_holds_is_taken_from_staff_alone(port: int, path: str, cookie: str, most: int) -> None:
    megabyte = 1024 * 1024
    head = f"POST /{path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nContent-Length: "
    refused = {}
    for length in (most * megabyte - 1, most * megabyte):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
            client.sendall(f"{head}{length}\r\n\r\n".encode())
            client.shutdown(socket.SHUT_WR)  # nothing more comes, so that what was taken is let go
            refused[length] = b"413" in client.recv(100)
    assert list(refused.values()) == [False, True]


def test_behind_the_proxy_of_compose_neither(proxy: int) -> None:
    with slow_clients(proxy, SLOW_CLIENTS):
        assert seconds_for(f"http://localhost:{proxy}/privacy/") < WITHIN


def test_the_proxy_takes_from_a_visitor_no_more_than_a_form_holds(proxy: int) -> None:
    with pytest.raises(urllib.error.HTTPError, match=r"413|502"):  # the second from Debian's
        urllib.request.urlopen(f"http://localhost:{proxy}/my-data/", data=b"x" * 1_100_000)


def test_the_proxy_ends_a_request_that_does_not_come_to_its_end(tmp_path: Path) -> None:
    config = recipe(tmp_path, 1)
    adapted = subprocess.run(
        ["caddy", "adapt", "--config", str(config), "--adapter", "caddyfile"],
        env=os.environ | {"SITE_URL": "https://crm.example"}, capture_output=True, check=True,
    )  # fmt: skip
    [server] = json.loads(adapted.stdout)["apps"]["http"]["servers"].values()
    seconds = {name: nanoseconds / 1e9 for name, nanoseconds in server.items() if name.endswith("_timeout")}
    assert seconds == {"read_header_timeout": 10, "read_timeout": 600, "idle_timeout": 120}
    assert server["listen"] == [":443"]


@pytest.mark.promise("P17")
def test_the_proxy_logs_no_visitor_and_no_link_while_the_site_is_away(tmp_path: Path) -> None:
    """*Found*: each request that found no site stood there, with its sealed link, its address and its browser."""
    number, log = free_port(), tmp_path / "caddy.log"
    asked = urllib.request.Request(
        f"http://localhost:{number}/unsubscribe/5ealed/?q=5ealed", headers={"User-Agent": "8rowser"}
    )
    environment = {"SITE_URL": f"http://localhost:{number}", "XDG_DATA_HOME": str(tmp_path)}
    with log.open("w") as kept, caddy(recipe(tmp_path, 1), environment, kept):
        eventually(lambda: refused(asked) == 502, within=PATIENCE)
    said = log.read_text()
    assert "serving initial configuration" in said
    assert [word for word in ("5ealed", "8rowser", "remote_ip") if word in said] == []


def refused(request: urllib.request.Request) -> int | None:
    try:
        urllib.request.urlopen(request)  # noqa: S310 - our own server
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:  # it does not listen yet
        return None
    return None


def test_the_server_ends_when_it_is_told_to(installed: Site, port: int) -> None:
    [served] = installed.started[-1:]
    assert answers(f"http://localhost:{port}/privacy/")
    os.kill(served.pid, signal.SIGTERM)
    served.communicate(timeout=PATIENCE)
    assert served.returncode == 0


def test_an_address_that_cannot_be_had_ends_the_start_with_one_line(installed: Site, port: int) -> None:
    start = installed.start("manage.py", "serve", "--listen", f"127.0.0.1:{port}")
    _, error = start.communicate(timeout=PATIENCE)
    assert (start.returncode, error.count("\n")) == (2, 1)
    assert f"--listen 127.0.0.1:{port}" in error
