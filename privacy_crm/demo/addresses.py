"""What the demo company knows of its addresses: most came in a list, some were confirmed, and two are doubted (L15)."""

import datetime as dt

from contacts.delivery import change_address_notified
from contacts.models import Contact, PolicyVersion
from contacts.people import address_trust
from contacts.words.vocabulary import EVIDENCE, AddressTrust

BY = "demo"
CONFIRMED = 24


def be_known(policy: PolicyVersion, at: dt.datetime) -> int:
    """Have staff confirm some addresses, and change two that nobody could make sure of; return how many are proven."""
    unproven = Contact.objects.whole().filter(address_trust=AddressTrust.UNPROVEN, email__isnull=False, phone__gt="")
    free = unproven.filter(frozen_through=None, left_on=None, bounced_on=None, organisation__agreement_state="open")
    *known, moved, wrong = free.order_by("-pk")[: CONFIRMED + 2]
    for number, person in enumerate(known):
        then = at - dt.timedelta(days=3 * number)
        address_trust.prove(person.pk, EVIDENCE[number % len(EVIDENCE)], at=then, by=BY)
    for person in (moved, wrong):
        _move(person, at - dt.timedelta(hours=5))
    wrong.refresh_from_db()
    address_trust.answer(wrong.public_id, str(wrong.address_hash), mine=False, at=at, by="visitor")
    return Contact.objects.filter(address_trust=AddressTrust.PROVEN).count()


def _move(person: Contact, at: dt.datetime) -> None:
    """Somebody called, and said a new address that nobody could make sure of."""
    local, _, domain = (person.email or "").partition("@")
    change_address_notified.change(person.pk, f"{local}.new@{domain}", evidence=None, at=at, by=BY)
