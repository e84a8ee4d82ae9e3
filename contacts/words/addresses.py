"""E-mail addresses: one spelling for each, and the keyed hash that stands for one after the person has gone."""

import hashlib
import hmac
import re
import unicodedata

import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_well_formed = EmailValidator()
LONGEST = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets


class MalformedAddressError(ValueError):
    """The text is no e-mail address."""


def normalise(text: str) -> str:
    """Return the one spelling under which an address is stored, compared and hashed.

    Lower case, Unicode form C, and the domain in its ASCII form (RFC 5891, UTS 46), so that no two spellings of an
    address become two people. Raises MalformedAddressError, which never quotes the address.
    """
    address = unicodedata.normalize("NFC", text.strip(" \t")).lower()
    if _CONTROL.search(address) or address.count("@") != 1:
        raise MalformedAddressError
    local, _, domain = address.partition("@")
    try:
        if not domain.isascii():
            address = f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
        _well_formed(address)
    except (UnicodeError, ValidationError):
        raise MalformedAddressError from None
    if len(address) > LONGEST:
        raise MalformedAddressError
    return address


def keyed_hash(address: str) -> str:
    """Return the HMAC-SHA256 (RFC 2104) of a normalised address, in hexadecimal, under the suppression key."""
    return hmac.new(settings.SUPPRESSION_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()
