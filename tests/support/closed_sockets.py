"""Sockets that reach no further than this machine, where our own servers are.

An audit hook sees what every library of this process does, in all its threads and outside the tests themselves, and by
`connect_ex` and `sendto` as well; nothing can take it back.
"""

import ipaddress
import socket
import sys
from contextlib import suppress
from typing import Any

_TO_ADDRESSES = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_OF_NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_HERE = {"", "localhost", socket.gethostname()}  # a mail server greets by its own name


class ElsewhereError(RuntimeError):
    """No OSError, which the product takes for a server that is away."""


def close() -> None:
    """From now on, refuse every address that is not this machine's, and to ask for the address of any name."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _TO_ADDRESSES:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # others are sockets in the file system
    elif event in _OF_NAMES:
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        raise ElsewhereError(f"a test asked for {host!r}, which is not on this machine")


def _is_here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host or ""
    if name in _HERE:
        return True
    address = _address(name)
    return address is not None and (address.is_loopback or address.is_unspecified)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a name is, in any of its spellings (inet_aton(3) knows 127.1 and 0x7f000001)."""
    for parse in (ipaddress.ip_address, lambda text: ipaddress.IPv4Address(socket.inet_aton(text))):
        with suppress(ValueError, OSError):
            return parse(name)
    return None
