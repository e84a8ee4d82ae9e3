"""Whether an address is known to be its person's: one state, its reason and its day, that this module alone says (L15).

*Unproven* is what staff typed, what came in a list, what a guest typed at the door: it gets the mail that the law
allows, and opens nothing. *Proven* opens "My data". *Doubted* gets no mail but the question whose it is (ADR 0044).
"""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from psycopg2 import sql

from contacts.base import audit
from contacts.journal import writing
from contacts.models import Bounce, Contact, EarlierHash
from contacts.people import restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.words.journal import JournalAct, LookWhy
from contacts.words.vocabulary import DOUBTS_OF_MAIL, REASONS_OF, AddressTrust, TrustReason

_STATE_OF = {reason: state for state, reasons in REASONS_OF.items() for reason in reasons}

# The record came about with its address, and nothing says that they belong together: a button of their own does.
_BY_BUTTON = (TrustReason.LIST, TrustReason.STAFF, TrustReason.DOOR, TrustReason.NOT_KNOWN)

# What the question asks about, and is sent for. What the owner of the address before it doubts, the officer settles.
_ASKED_ABOUT = (TrustReason.CHANGED, TrustReason.DENIED)

# Where nothing may be used: who typed an address that may be anybody's may have typed all that stands beside it, too.
# That mail comes back, or is unwanted, says nothing of a phone number.
IN_DOUBT = Q(address_trust=AddressTrust.DOUBTED) & ~Q(address_trust_reason__in=DOUBTS_OF_MAIL)

COLUMNS = ("address_trust", "address_trust_reason", "address_trust_since")

# What an import says of the addresses that it brings, by column; the statement knows the `day`.
IN_A_LIST: dict[str, sql.Composable] = {
    "address_trust": sql.Literal(str(AddressTrust.UNPROVEN)),
    "address_trust_reason": sql.Literal(str(TrustReason.LIST)),
    "address_trust_since": sql.SQL("%(day)s"),
}


class TrustError(ValueError):
    """What was said of the address cannot be; the message says why."""


def says(reason: TrustReason, day: dt.date | None) -> dict[str, Any]:
    """Return the columns that say so, for a statement that writes the address itself."""
    return dict(zip(COLUMNS, (_STATE_OF[reason], reason, day), strict=True))


def merged(chosen: Contact, other: Contact, *, day: dt.date) -> dict[str, Any]:
    """Return what is known of the address of two records that are one from now on, of which `chosen` had it.

    It was proven for its own record alone: the other's details belong to its owner only where both were one mailbox's.
    """
    both = {each.address_trust for each in (chosen, other)} == {AddressTrust.PROVEN}
    one_mailbox = both and chosen.mailbox_hash == other.mailbox_hash
    if one_mailbox or chosen.address_trust == AddressTrust.DOUBTED:
        return {name: getattr(chosen, name) for name in COLUMNS}
    return says(TrustReason.MERGED, day)


def note(contact: Contact, reason: TrustReason, *, at: dt.datetime, by: str) -> None:
    """Say so of a contact that the caller has locked. What is no longer doubted takes mail again."""
    told = says(reason, restriction_guard.today(at))
    if told["address_trust"] != AddressTrust.DOUBTED:
        told["bounced_on"] = None
        forget_bounce(contact)
    for name, value in told.items():
        setattr(contact, name, value)
    contact.save(update_fields=list(told))
    audit.record("address.trust", at=at, by=by, public_id=contact.public_id, rule=f"{contact.address_trust}:{reason}")


def forget_bounce(contact: Contact) -> None:
    """Forget why mail came back, of a contact whose address takes mail again, or who has another."""
    if contact.bounced_on:
        Bounce.objects.filter(contact=contact.pk).delete()


def is_proven_by(contact: Contact, *, theirs: bool) -> bool:
    """Tell whether an address is proven, or becomes so by the button of a form's mail (`pressed`)."""
    return contact.address_trust == AddressTrust.PROVEN or (theirs and contact.address_trust_reason in _BY_BUTTON)


def pressed(contact: Contact, *, theirs: bool, at: dt.datetime, by: str) -> None:
    """Take the button of a form's mail: somebody reads the address. The caller has locked the contact.

    `theirs` says that they call themselves what the record is called. A doubt ends, but no button opens a record whose
    address was doubted once, or that two were merged into.
    """
    if contact.address_trust == AddressTrust.DOUBTED and contact.address_trust_reason != TrustReason.CONTESTED:
        note(contact, TrustReason.ANSWERED, at=at, by=by)
    elif contact.address_trust != AddressTrust.PROVEN and is_proven_by(contact, theirs=theirs):
        note(contact, TrustReason.FORM_BUTTON, at=at, by=by)


def doubt_mail(contact: Contact, reason: TrustReason, *, at: dt.datetime, by: str) -> None:
    """Doubt an address for what became of a mail to it, unless it is doubted already. The caller has locked it.

    Mail that came back says that the mailbox was closed: who opens it again may be somebody else. That a mail was
    unwanted says nothing where it is known who reads it.
    """
    known = contact.address_trust == AddressTrust.PROVEN and reason == TrustReason.COMPLAINED
    if contact.address_trust != AddressTrust.DOUBTED and not known:
        note(contact, reason, at=at, by=by)


@transaction.atomic
def complained(public_id: uuid.UUID, address_hash: str, *, at: dt.datetime, by: str) -> None:
    """Take it that the reader of an address called a mail of ours unwanted, if it is on that record still."""
    contact = Contact.objects.select_for_update().filter(public_id=public_id, address_hash=address_hash).first()
    if contact is not None:
        doubt_mail(contact, TrustReason.COMPLAINED, at=at, by=by)


@transaction.atomic
def contest(public_id: uuid.UUID, address_hash: str, *, at: dt.datetime, by: str) -> None:
    """Doubt the address of a record because the owner of the one that it replaced, by its hash, says that it is wrong.

    Nothing else changes: the privacy officer finds out which is right.
    """
    others = Contact.objects.whole().filter(email__isnull=False).exclude(address_hash=address_hash)
    contact = others.select_for_update().filter(public_id=public_id).first()
    if contact is not None:
        note(contact, TrustReason.CONTESTED, at=at, by=by)
        writing.write(JournalAct.LOOK, [public_id], hashes={address_hash: ""}, at=at, why=LookWhy.CONTESTED)


@transaction.atomic
def prove(contact_id: int, evidence: TrustReason, *, at: dt.datetime, by: str) -> None:
    """Note by what it is known that an address is the person's.

    Raises TrustError where that is known already, or the reason stands for something else; ContactGoneError where they
    are no longer held, or were reduced to what a duty names.
    """
    contact = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    if contact is None:
        raise ContactGoneError(_("This person is no longer held."))
    if contact.address_trust == AddressTrust.PROVEN:
        raise TrustError(_("It is known already that the address is theirs."))
    if _STATE_OF[evidence] != AddressTrust.PROVEN:
        raise TrustError(_("This says nothing about whose address it is."))
    note(contact, evidence, at=at, by=by)


def is_asked(public_id: uuid.UUID, address_hash: str) -> bool:
    """Tell whether an address is doubted still, and still on that record."""
    return _asked(address_hash).filter(public_id=public_id).exists()


@transaction.atomic
def answer(public_id: uuid.UUID, address_hash: str, *, mine: bool, at: dt.datetime, by: str) -> bool:
    """Take the answer to the question that a doubted address was sent, and return whether it was still asked."""
    contact = _asked(address_hash).select_for_update().filter(public_id=public_id).first()
    if contact is None:
        return False
    note(contact, TrustReason.ANSWERED if mine else TrustReason.DENIED, at=at, by=by)
    return True


def _asked(address_hash: str) -> QuerySet[Contact]:
    doubted = Contact.objects.filter(address_trust=AddressTrust.DOUBTED, address_trust_reason__in=_ASKED_ABOUT)
    earlier = EarlierHash.objects.filter(address_hash=address_hash).values("contact")
    return doubted.filter(Q(address_hash=address_hash) | Q(pk__in=earlier))
