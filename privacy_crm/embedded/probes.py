"""Ask a server over its Unix socket how it is, with nothing but the standard library."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY = "ready"
UNREACHABLE = "unreachable"
NO_DATABASE = "3D000"
NO_ROLE = "28000"
_PROTOCOL_3_0 = 196608
_PATIENCE = 5.0


def postgres_answer(path: Path, role: str, database: str) -> str:
    """READY, UNREACHABLE or the SQLSTATE with which PostgreSQL refuses a role or a database."""
    try:
        with _connected(path) as server:
            server.sendall(_startup_message(role, database))
            return _first_verdict(server)
    except OSError:
        return UNREACHABLE


def valkey_answers(path: Path) -> bool:
    return valkey_reply(path, b"PING").startswith(b"+PONG")


def valkey_reply(path: Path, command: bytes) -> bytes:
    """The start of the reply; empty where nobody listens or the server goes away instead of replying."""
    try:
        with _connected(path) as server:
            server.sendall(command + b"\r\n")
            return server.recv(64)
    except OSError:
        return b""


def listens(path: Path) -> bool:
    try:
        with _connected(path):
            return True
    except OSError:
        return False


@contextmanager
def _connected(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.settimeout(_PATIENCE)
        server.connect(str(path))
        yield server


def _startup_message(role: str, database: str) -> bytes:
    body = struct.pack("!i", _PROTOCOL_3_0) + f"user\0{role}\0database\0{database}\0\0".encode()
    return struct.pack("!i", len(body) + 4) + body


def _first_verdict(server: socket.socket) -> str:
    for kind, body in _messages(server):
        if kind == b"Z":
            # Without the goodbye PostgreSQL would log a connection that was lost.
            server.sendall(b"X\0\0\0\4")
            return READY
        if kind == b"E":
            return next(field[1:].decode() for field in body.split(b"\0") if field[:1] == b"C")
    return UNREACHABLE


def _messages(server: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    with server.makefile("rb") as stream:
        while len(head := stream.read(5)) == 5:
            kind, length = struct.unpack("!ci", head)
            yield kind, stream.read(length - 4)
