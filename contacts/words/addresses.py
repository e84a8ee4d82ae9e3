"""E-mail addresses: one spelling for each, the mailbox it leads to, and the keyed hash that outlives the person.

What is written down is hashed under the first key. Who looks for what may have been written earlier asks for the hashes
under all keys (`contacts.words.keys`).
"""

import unicodedata
from collections.abc import Container

import idna
from email_validator import EmailNotValidError, validate_email

from contacts.words import keys


class MalformedAddressError(ValueError):
    """The text is no e-mail address."""


def normalise(text: str) -> str:
    """Return the one spelling under which an address is stored, compared and hashed.

    Lower case, Unicode form C, and the domain in its ASCII form (RFC 5891, UTS 46), so that no two spellings of an
    address become two people. Raises MalformedAddressError, which never quotes the address, for what is no plain
    address either (L16): a quoted name (RFC 5321 section 4.1.2), a literal (4.1.3), a domain without a dot or reserved
    for use on one network (RFC 6761).
    """
    address = unicodedata.normalize("NFC", text.strip(" \t")).lower()
    local, _, domain = address.partition("@")
    try:
        if not domain.isascii():
            address = f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except (UnicodeError, EmailNotValidError):
        raise MalformedAddressError from None
    return address


def mailbox(address: str) -> str:
    """Return the mailbox that a normalised address leads to: the address without the tag after a plus (RFC 5233)."""
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def hashes(address: str) -> dict[str, str]:
    """Return the keyed hashes of a normalised address and of its mailbox, by the names of the fields that hold them."""
    hashed, box = keyed_hash(address), mailbox(address)
    return {"address_hash": hashed, "mailbox_hash": hashed if box == address else keyed_hash(box)}


def mailbox_hash(address: str) -> str:
    """Return the keyed hash of the mailbox that a normalised address leads to: the same under every tag (L16)."""
    return keyed_hash(mailbox(address))


def keyed_hash(address: str) -> str:
    """Return the keyed hash of a normalised address, under the first key."""
    return keys.hashed(address, keys.first())


def every_hash(address: str) -> list[str]:
    """Return the keyed hashes of a normalised address under all keys, that of the first key first."""
    return list(known(address))


def is_among(address: str | None, coded: Container[str]) -> bool:
    """Tell whether one of these keyed hashes is of a normalised address, whichever key it is under."""
    return address is not None and any(each in coded for each in every_hash(address))


def known(address: str) -> dict[str, str]:
    """Return the keyed hash of a normalised address under each key, with that of its mailbox."""
    return _under(keys.known(), address)


def earlier(address: str) -> dict[str, str]:
    """Return those under the keys that hash nothing any more."""
    return _under(keys.earlier(), address)


def _under(tried: list[str], address: str) -> dict[str, str]:
    box = mailbox(address)
    return {keys.hashed(address, key): keys.hashed(box, key) for key in tried}
