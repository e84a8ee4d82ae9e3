"""Where a webhook may go: to a public address on the internet alone, looked up once and not asked for again.

Whoever may enter an address could otherwise make our server talk to machines that only it can reach (server-side
request forgery): by naming them, by a name that leads to them, or by a name that leads elsewhere when asked again
(rebinding).
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Resolve = Callable[[str, int], list[str]]

# They carry an address of the other version, which may be a private one: RFC 4291 (mapped), RFC 6052 and
# RFC 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo). Python calls some of them global.
_CARRIERS = [
    ipaddress.ip_network(network)
    for network in (
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "192.88.99.0/24",
    )
]

# Of version 6, what is given out to networks on the internet (IANA's registry of address space, RFC 4291). Python calls
# more of them global, among them the site-local ones that RFC 3879 took out of use and routers still keep inside.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")


class TargetRefusedError(ValueError):
    """Nothing may be sent there; the message says why, and names no address that was found."""


@dataclass(frozen=True)
class Target:
    """The one address that a webhook is sent to. `host` is who has to prove by TLS to be there."""

    secure: bool
    host: str
    port: int
    address: str
    path: str


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a host, those first that this machine reaches best. Raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a part of the name is longer than any can be
        raise OSError("no such name") from None
    return [str(each[4][0]) for each in found]


def check(url: str) -> None:
    """Raise TargetRefusedError where an address can be no webhook's, as far as that shows without looking it up."""
    parts = _split(url)
    if literal := _literal(str(parts.hostname)):
        _check_address(literal)


def aim(url: str, *, resolve: Resolve = resolved) -> Target:
    """Look the host up, once, and return where to connect to.

    Raises TargetRefusedError where any of its addresses is not public, or the URL is no webhook's; OSError where it has
    none.
    """
    parts = _split(url)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    found = [ipaddress.ip_address(text.partition("%")[0]) for text in resolve(host, port)]
    if not found:
        raise OSError("no address")
    for address in found:
        _check_address(address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, str(found[0]), path)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        known = parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or not url.isascii() or any(each <= " " for each in url):
        raise TargetRefusedError(_("This is no web address."))
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOKS_MAY_BE_LOCAL):
        raise TargetRefusedError(_("A webhook is sent by https alone."))
    if parts.username is not None or parts.password is not None:
        raise TargetRefusedError(_("A webhook's address has no password in it: the signature proves who we are."))
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _check_address(address: Address) -> None:
    if address.is_loopback and not _carries(address) and settings.WEBHOOKS_MAY_BE_LOCAL:
        return
    public = address.is_global and not (address.is_multicast or address.is_reserved)
    given_out = address.version == 4 or address in _GIVEN_OUT
    if not (public and given_out) or _carries(address):
        raise TargetRefusedError(_("This leads to an address that is not public, and nothing is sent there."))


def _carries(address: Address) -> bool:
    return any(address in network for network in _CARRIERS)
