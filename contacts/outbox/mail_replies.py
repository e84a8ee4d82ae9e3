"""What a mail server said: whether it is about the address, and by which words two replies are alike (RFC 3463).

A reply may quote the address, a name or a host of theirs. So of its words we keep those that servers use of mail, and
no other: what is kept names nobody, and does not differ from one recipient to the next.
"""

import re

# The enhanced status code of the recipient's address: 5.1.7 and 5.1.8 are about the sender's, 5.1.0 and 5.2.0 say
# nothing, and a mailbox that is full (5.2.2) is emptied again. A code of three digits alone is no word on an address:
# a server that relays for nobody says "550 Relaying denied" of each.
_OF_THE_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})

# It begins the text (RFC 2034), or follows the code in what a server passes on of another's reply.
_ENHANCED = re.compile(r"(?:^|\b[245]\d\d[ -])\s*([245]\.\d{1,3}\.\d{1,3})(?![.\d])")
_CODE = re.compile(r"(?<![.\d])([45]\d\d)(?![.\d])")

BY_A_PROVIDER = "AnymailRecipientsRefused"  # each refusal of an address, where a provider says nothing else of it

_LONGEST = 12  # words

_VOCABULARY = """
    access account accepted address administrative allowed authentication authenticated bad banned blacklisted blocked
    blocklisted client closed configured connection content credentials daily data delivery denied disabled dmarc does
    domain error exceeded exist exists expired failed failure for found full greylisted host inactive insufficient
    internal invalid limit listed local lookup mail mailbox many message messages no not over permitted policy
    prohibited quota rate recipient recipients refused rejected relay relaying reputation required reverse route sender
    sending server service size space spam spf storage such suspended suspicious system temporarily temporary this
    timeout too try unable unauthenticated unauthorized unavailable unknown unrouteable user users verification verify
    virus later
"""
_WORDS = frozenset(_VOCABULARY.split())


def names_the_address(said: bytes | str) -> bool:
    """Tell whether a refusal is about the address it went to: its enhanced status code alone says so."""
    return _enhanced(_text(said)) in _OF_THE_ADDRESS


def blames_the_address(alike: str) -> bool:
    """Tell the same of what is kept of a refusal, a provider's among them."""
    return alike == BY_A_PROVIDER or names_the_address(alike)


def is_reply(said: bytes | str) -> bool:
    """Tell whether a text has the code of a reply in it, and not a provider's own words alone."""
    text = _text(said)
    return bool(_enhanced(text) or _CODE.search(text))


def alike(code: int | None, said: bytes | str) -> str:
    """Return what alike replies have in common, such as "550 5.1.1 user unknown". It names nobody."""
    text = _text(said)
    found = _CODE.search(text)
    number = str(code) if code else found[1] if found else ""
    words = [word for word in re.findall("[a-z]+", text.lower()) if word in _WORDS][:_LONGEST]
    return " ".join(filter(None, (number, _enhanced(text), *words)))


def _enhanced(text: str) -> str:
    found = _ENHANCED.search(text)
    return found[1] if found else ""


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
