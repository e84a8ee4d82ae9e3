"""Whose record a sign-up is once its address is proven, and what it may say there.

A form under the name on file proves that the record is its reader's. Under another name the address may stand on the
wrong record: what differs waits for staff then, whatever the reader says to it (L15, ADR 0044).
"""

import datetime as dt
from collections.abc import Mapping

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion, SignUp
from contacts.people import address_trust, details, left_organisation, rekeying, tombstones
from contacts.words import addresses
from contacts.words.addresses import hashes
from contacts.words.details import FIELDS_OF, Detail
from contacts.words.vocabulary import AddressTrust, Channel, TrustReason


def person(
    made: SignUp, answers: details.Answers, *, own: bool, policy: PolicyVersion, at: dt.datetime, by: str
) -> Contact:
    """Return the contact of this address, locked, with what was typed as far as it is new; made where there is none.

    A leaver who names an employer has one again.
    """
    why = TrustReason.FORM_BUTTON if own else TrustReason.DOOR
    known = hashes(made.email) | address_trust.says(why, day_of(at, policy.zone))
    contact, _ = Contact.objects.select_for_update().get_or_create(email=made.email, defaults=known)
    rekeying.bring_forward([made.email])
    _come_back(contact, own, policy, at, by)
    if own:
        address_trust.pressed(contact, theirs=_is_called_so(contact, made), at=at, by=by)
        address_trust.forget_bounce(contact)
        contact.bounced_on = None
        contact.save(update_fields=["bounced_on"])
    frozen = is_frozen(contact, at, policy)
    details.write(contact, made, frozen=frozen, at=at, by=by)
    if answers and not frozen and contact.address_trust == AddressTrust.PROVEN:
        details.settle(contact.pk, answers, sign_up=made, at=at, by=by)
        contact.refresh_from_db()
    if (
        own
        and not frozen
        and details.agrees(contact, "company", made.company)
        and left_organisation.take_back(contact.pk, at=at, by=by)
    ):
        contact.left_on = None
    return contact


def is_theirs(contact: Contact, made: SignUp) -> bool:
    """Tell whether a record is known to be the reader's, or will be by the button of this sign-up's mail."""
    return address_trust.is_proven_by(contact, theirs=_is_called_so(contact, made))


def countable(consents: Mapping[str, str], *, theirs: bool) -> dict[str, str]:
    """Return which consents count: to mail alone where the phone number and the street may be somebody else's."""
    return {channel: wording for channel, wording in consents.items() if theirs or channel == Channel.EMAIL}


def _is_called_so(contact: Contact, made: SignUp) -> bool:
    """Tell whether a sign-up has the name that is on file, as far as one is."""
    held = [name for name in FIELDS_OF[Detail.NAME] if getattr(contact, name)]
    return all(details.agrees(contact, name, getattr(made, name)) for name in held)


def _come_back(contact: Contact, own: bool, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Let somebody come back who was erased at their request, by an act of their own alone (L12)."""
    known = addresses.known(str(contact.email))
    if own:
        tombstones.lift(known, public_id=contact.public_id, rule="own", at=at, by=by)
    else:
        tombstones.refuse(known, day=day_of(at, policy.zone))


def is_frozen(contact: Contact, at: dt.datetime, policy: PolicyVersion) -> bool:
    """Tell whether what is on file must stay as it is, while a request or a claim is open."""
    return contact.frozen_through is not None and contact.frozen_through >= day_of(at, policy.zone)
