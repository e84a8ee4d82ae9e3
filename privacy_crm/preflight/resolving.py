"""What the DNS says, as far as it is asked here."""

from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.resolver
from dns.resolver import Resolver

__all__ = ["NoAnswerError", "Resolver", "addresses", "of_this_machine", "texts"]

_PATIENCE = 10.0  # seconds for one question, with all its repetitions


class NoAnswerError(Exception):
    """The DNS did not answer: whether there is such a record is not known."""


def of_this_machine() -> Resolver:
    """Return the resolver that the machine names; where it names none, one that nobody answers."""
    try:
        return dns.resolver.get_default_resolver()
    except dns.resolver.NoResolverConfiguration:
        return Resolver(configure=False)


def addresses(resolver: Resolver, name: str) -> Iterator[str]:
    """Yield the addresses of a host. Raises NoAnswerError."""
    for kind in ("A", "AAAA"):
        yield from (record.to_text() for record in _ask(resolver, name, kind))


def texts(resolver: Resolver, name: str) -> list[str]:
    """Return the TXT records of a name, each put together of its parts. Raises NoAnswerError."""
    return [b"".join(record.strings).decode("utf-8", "replace") for record in _ask(resolver, name, "TXT")]


def _ask(resolver: Resolver, name: str, kind: str) -> list[Any]:
    try:
        answer = resolver.resolve(name, kind, lifetime=_PATIENCE, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.exception.SyntaxError, dns.name.EmptyLabel):
        return []
    except dns.exception.DNSException as error:
        raise NoAnswerError(type(error).__name__) from None
    return list(answer)
