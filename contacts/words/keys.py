"""The keys of the keyed hashes: the first of `SUPPRESSION_KEYS` makes them, and all of them are tried (ADR 0057).

Each hash begins with the fingerprint of its key, so that the database says which keys it needs. A fingerprint may be
shown and kept anywhere: it tells nothing of the key.
"""

import hashlib
import hmac
from functools import cache

from django.conf import settings

LENGTH = 8  # of a fingerprint
UNNAMED = 64  # the length of a hash from before hashes named their keys


def fingerprint(key: str) -> str:
    """Return what names a key."""
    return _fingerprint(key)


def first() -> str:
    """Return the key under which hashes and links are made."""
    return known()[0]


def known() -> list[str]:
    """Return all keys that are tried, the first of them first: one that is set alone comes before the others."""
    alone, listed = settings.SUPPRESSION_KEY, settings.SUPPRESSION_KEYS
    return list(listed) if alone in listed else [alone, *listed]


def earlier() -> list[str]:
    """Return those under which no hash is made any more."""
    return [key for key in known() if key != first()]


def hashed(text: str, key: str) -> str:
    """Return the HMAC-SHA256 (RFC 2104) of a text in hexadecimal, after the name of its key."""
    return fingerprint(key) + hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def of(hashed: str) -> str:
    """Return the fingerprint of the key that a hash was made under."""
    return hashed[:LENGTH]


def named(hashed: str, key: str) -> str:
    """Return a hash with the name of its key, which those in mails from before do not say."""
    return fingerprint(key) + hashed if len(hashed) == UNNAMED else hashed


@cache
def _fingerprint(key: str) -> str:
    return hashlib.sha256(b"privacy-crm key: " + key.encode()).hexdigest()[:LENGTH]
