"""The links by which people prove an address: sealed against being made up, and telling nothing but a number."""

import re
import uuid
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from dsr.models import Proof

_TOKEN = re.compile(r"(?P<number>[0-9a-f]{32})\.(?P<seal>[A-Za-z0-9_-]{20,64})")


@dataclass(frozen=True)
class Token:
    """What a link said: which proof it is about, and whether our seal is on it."""

    public_id: uuid.UUID
    genuine: bool


def of(proof: Proof) -> str:
    return f"{proof.public_id.hex}.{_seal(proof.public_id)}"


def read(text: str) -> Token | None:
    """Return what a link says, also one that somebody made up; None where it is nothing like one of ours."""
    said = _TOKEN.fullmatch(text)
    if said is None:
        return None
    return Token(uuid.UUID(said["number"]), _is_ours(said["number"], said["seal"]))


def _seal(public_id: uuid.UUID) -> str:
    return _signer().signature(public_id.hex)


def _is_ours(number: str, seal: str) -> bool:
    """Tell whether a seal is ours, be it under an earlier SECRET_KEY."""
    try:
        _signer().unsign(f"{number}:{seal}")
    except BadSignature:
        return False
    return True


def _signer() -> Signer:
    return Signer(salt="dsr.proof", sep=":")
