"""Clients that begin a request and never end it, and how long others wait meanwhile."""

import socket
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

HALF_A_HEAD = b"GET /privacy/ HTTP/1.1\r\nHost: localhost\r\nAccept-Lang"
HALF_A_BODY = b"POST /unsubscribe/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\ntoken="


@contextmanager
def slow_clients(port: int, number: int) -> Iterator[None]:
    """As many connections, half of which have sent half a head, the others half a body."""
    with ExitStack() as connections:
        for n in range(number):
            client = connections.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(HALF_A_HEAD if n % 2 else HALF_A_BODY)
        yield


def seconds_for(url: str, *, times: int = 5) -> float:
    """Return the median of what a page takes, in seconds."""
    return statistics.median(_seconds_for(url) for _ in range(times))


def _seconds_for(url: str) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - our own server
        assert answer.status == 200
    return time.monotonic() - began
