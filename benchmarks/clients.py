"""Clients that post sign-ups as cheaply as Python can: they share the machine's cores with what is measured."""

import json
import socket
import threading
import time
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True)
class Load:
    """Seconds that each answered post took, and the seconds that all of it took."""

    each: list[float]
    whole: float

    @property
    def per_second(self) -> float:
        return len(self.each) / self.whole

    @property
    def p95(self) -> float:
        return sorted(self.each)[int(len(self.each) * 0.95)]


def post(ports: list[int], path: str, key: str, body: dict[str, object], *, connections: int, seconds: float) -> Load:
    """Post `body` under an address of its own each time, until the seconds are over. Raises where one is refused.

    The connections are shared out evenly over the ports.
    """
    numbers, took, failed = count(), [], []
    began = time.perf_counter()

    def client(port: int) -> None:
        try:
            with _Connection(port, path, key) as connection:
                while (now := time.perf_counter()) < began + seconds:
                    connection.post(json.dumps(body | {"email": f"visitor{next(numbers)}@bench.example"}).encode())
                    took.append(time.perf_counter() - now)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=client, args=[ports[n % len(ports)]]) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return Load(took, time.perf_counter() - began)


class _Connection:
    """One HTTP/1.1 connection, opened again where the server closes it."""

    def __init__(self, port: int, path: str, key: str) -> None:
        self.port = port
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        self.socket: socket.socket | None = None

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.socket:
            self.socket.close()

    def post(self, body: bytes) -> None:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(self.head + str(len(body)).encode() + b"\r\n\r\n" + body)
        head, answer = self._answer(self.socket)
        if not head.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(f"refused: {answer[:500]!r}")
        if b"\r\nConnection: close" in head:
            self.socket.close()
            self.socket = None

    def _answer(self, stream: socket.socket) -> tuple[bytes, bytes]:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._some(stream)
        head, _, answer = received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(answer) < length:
            answer += self._some(stream)
        return head, answer

    def _some(self, stream: socket.socket) -> bytes:
        received = stream.recv(65_536)
        if not received:
            raise RuntimeError("the server closed the connection without an answer")
        return received
