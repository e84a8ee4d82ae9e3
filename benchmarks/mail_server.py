"""A mail server in a process of its own that takes every mail at once, or after so many seconds, and counts them."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any


@dataclass(frozen=True)
class Server:
    """`taken` counts the mails that it has."""

    port: int
    taken: Any

    @property
    def options(self) -> dict[str, Any]:
        """What an entry of Django's MAILERS says of it."""
        return {"host": "127.0.0.1", "port": self.port, "timeout": 30}


@contextmanager
def serving(seconds: float = 0) -> Iterator[Server]:
    """Serve meanwhile; a mail takes so many seconds."""
    fork = get_context("fork")
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        server = Server(listening.getsockname()[1], fork.Value("i"))
        process = fork.Process(target=_serve, args=(listening, seconds, server.taken), daemon=True)
        process.start()
        try:
            yield server
        finally:
            process.terminate()
            process.join()


def _serve(listening: socket.socket, seconds: float, taken: Any) -> None:
    while True:
        client, _ = listening.accept()
        threading.Thread(target=_talk, args=(client, seconds, taken), daemon=True).start()


def _talk(client: socket.socket, seconds: float, taken: Any) -> None:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with client, client.makefile("rb") as lines:
        client.sendall(b"220 bench\r\n")
        for line in lines:
            command = line[:4].upper().strip()
            if command == b"DATA":
                client.sendall(b"354 go on\r\n")
                _read_mail(lines)
                time.sleep(seconds)
                with taken.get_lock():
                    taken.value += 1
            client.sendall(b"221 bye\r\n" if command == b"QUIT" else b"250 OK\r\n")
            if command == b"QUIT":
                return


def _read_mail(lines: Any) -> None:
    while lines.readline() not in {b".\r\n", b""}:
        pass
