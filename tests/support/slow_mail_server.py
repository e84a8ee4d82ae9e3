"""A mail server that is silent, or drips its words byte by byte, from a line on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HELLO = b"220 here\r\n"
ANSWERS = {b"ehlo": b"250 hello\r\n", b"mail": b"250 OK\r\n", b"rcpt": b"250 OK\r\n", b"data": b"354 go on\r\n"}


class SlowServer:
    """Answers as a mail server does, up to what it is asked by `slow_at`, a command or "hello" or "end".

    There it says nothing more; with `drips`, it sends a byte each so many seconds, and never the end of the line.
    """

    def __init__(self, slow_at: str, drips: float = 0) -> None:
        self.slow_at, self.drips = slow_at.encode(), drips
        self._over = threading.Event()
        self._listens = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._listens.getsockname()[1]}"

    @contextmanager
    def open(self) -> Iterator[None]:
        serving = threading.Thread(target=self._serve)
        serving.start()
        try:
            yield
        finally:
            self._over.set()
            self._listens.shutdown(socket.SHUT_RDWR)
            serving.join()
            self._listens.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connected, _ = self._listens.accept()
            except OSError:  # it was closed
                return
            with connected:
                self._talk(connected)

    def _talk(self, connected: socket.socket) -> None:
        lines = connected.makefile("rb")
        asked, answer = b"hello", HELLO
        while not self._over.is_set():
            if asked == self.slow_at:
                return self._be_slow(connected)
            connected.sendall(answer)
            if not (line := lines.readline()):
                return None
            asked = line[:4].lower().strip()
            if asked == b"data":
                asked, answer = self._take(connected, lines) if self.slow_at != b"data" else (b"data", b"")
            else:
                answer = ANSWERS.get(asked, b"250 OK\r\n")
        return None

    def _take(self, connected: socket.socket, lines: socket.SocketIO) -> tuple[bytes, bytes]:
        connected.sendall(ANSWERS[b"data"])
        while lines.readline() != b".\r\n":
            pass
        return b"end", b"250 OK\r\n"

    def _be_slow(self, connected: socket.socket) -> None:
        while not self._over.wait(self.drips or None):
            try:
                connected.sendall(b"2")
            except OSError:
                return
