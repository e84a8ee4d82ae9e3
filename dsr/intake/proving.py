"""Prove an address: a link goes there, and a button behind it is pressed once, soon, and by whoever holds it."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import F, QuerySet

from contacts.base import held
from contacts.delivery.letters import written
from contacts.delivery.letters.parts import Letter
from contacts.models import Contact
from contacts.outbox import outbox
from contacts.words.addresses import keyed_hash
from contacts.words.vocabulary import AddressTrust
from dsr.intake import proof_tokens
from dsr.models import Proof, Request

LINK_LIVES = dt.timedelta(hours=24)
VISIT_LASTS = dt.timedelta(minutes=30)
MOST_ATTEMPTS = 5  # wrong seals, before the link is dead


class ProofError(ValueError):
    """The link proves nothing: made up, used, or too old."""


class EndedProofError(ProofError):
    """It was one of ours, and its time has passed or it was used."""


def begin(address: str, language: str, *, request: Request | None, at: dt.datetime) -> Proof:
    """Make a link for a normalised address; the caller owes the letter that carries it (`send`)."""
    return Proof.objects.create(
        request=request, address=address, language=language, created_at=at, expires_at=at + LINK_LIVES
    )


def send(proof: Proof, letter: Letter, *, at: dt.datetime) -> None:
    """Owe the mail with the link, to the address that was typed, whoever is held under it."""
    packed = written.pack(letter, proof.language)
    outbox.enqueue_written(packed, address=proof.address, once=f"proof:{proof.pk}", at=at)


def token_of(proof: Proof) -> str:
    return proof_tokens.of(proof)


def find(text: str, *, at: dt.datetime) -> Proof:
    """Return what a link would prove at `at`, with its request. It changes nothing, and counts nothing.

    Raises what `prove` raises.
    """
    token = proof_tokens.read(text)
    if token is None or not token.genuine:
        raise ProofError
    proof = _usable(at).select_related("request").filter(public_id=token.public_id).first()
    if proof is None:
        raise EndedProofError
    return proof


def prove(text: str, *, then: Callable[[Proof], None], at: dt.datetime) -> Proof:
    """Take the press of the button: the address is proven, `then` is done with it, and the visit begins. It works once.

    Raises EndedProofError for a link of ours that is used, dead or too old; ProofError for one that is made up, which
    counts as a wrong try against the link that it imitates.
    """
    token = proof_tokens.read(text)
    if token is None:
        raise ProofError
    if not token.genuine:
        Proof.objects.filter(public_id=token.public_id, attempts__lt=MOST_ATTEMPTS).update(attempts=F("attempts") + 1)
        raise ProofError
    with transaction.atomic():
        if not _usable(at).filter(public_id=token.public_id).update(proven_at=at, visit_until=at + VISIT_LASTS):
            raise EndedProofError
        proof = Proof.objects.select_related("request").get(public_id=token.public_id)
        proof.contact = holder(proof.address)  # who stays until this is done
        proof.save(update_fields=["contact"])
        then(proof)
    return proof


def visit(public_id: str, *, at: dt.datetime) -> Proof | None:
    """Return the proof whose visit is still open at `at`. It ends once its person is reached by another address."""
    proof = Proof.objects.filter(public_id=public_id, visit_until__gt=at).select_related("contact").first()
    moved = proof and proof.contact and proof.contact.address_hash not in {None, keyed_hash(proof.address)}
    return None if moved else proof


def leave(proof: Proof, *, at: dt.datetime) -> None:
    """End a visit, as its visitor asks."""
    Proof.objects.filter(pk=proof.pk, visit_until__gt=at).update(visit_until=at)


def sweep(at: dt.datetime) -> int:
    """Forget the addresses of links that ended a day ago, and return how many there were."""
    return held.delete(Proof.objects.filter(expires_at__lte=at - dt.timedelta(days=1)))


def holder(address: str) -> Contact | None:
    """Return who is known to have a normalised address, and is held whole, locked until the transaction ends.

    Nobody, where a list or staff brought the address (ADR 0044): its reader may be anybody, and the officer finds out.
    """
    sure = Contact.objects.whole().filter(address_trust=AddressTrust.PROVEN)
    return sure.select_for_update().filter(address_hash=keyed_hash(address)).first()


def likely(address: str) -> Contact | None:
    """Return whose record a normalised address is on that is not proven, and not doubted either."""
    unproven = Contact.objects.of_unproven_address(keyed_hash(address))
    return unproven.exclude(address_trust=AddressTrust.DOUBTED).first()


def _usable(at: dt.datetime) -> QuerySet[Proof]:
    return Proof.objects.filter(proven_at__isnull=True, expires_at__gt=at, attempts__lt=MOST_ATTEMPTS)
