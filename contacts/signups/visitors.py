"""Whose browser a request came from, as far as the proxies tell that are ours.

Each proxy appends to X-Forwarded-For the address that it was called from. With so many proxies of ours in front
(`PROXY_HOPS`), that many entries from the right were written by them; what stands left of those, anybody can make up.
"""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest

# As some proxies write it: with a port, and an IPv6 address in brackets.
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[\d.]+):\d+")

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(request: HttpRequest) -> Address | None:
    """Return the address of who sent a request; None where the server listens on a socket that has none."""
    forwarded = _forwarded(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    return forwarded or _address(request.META.get("REMOTE_ADDR", ""))


def _forwarded(header: str) -> Address | None:
    """Return what the outermost of our proxies was called from, or who called the first of them that was passed by."""
    hops = settings.PROXY_HOPS
    entries = [entry.strip() for entry in header.split(",") if entry.strip()]
    return _address(entries[-min(hops, len(entries))]) if hops and entries else None


def _address(text: str) -> Address | None:
    if found := _WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None
    return mapped or address
