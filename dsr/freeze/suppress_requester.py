"""Who asks to be deleted gets no more marketing, whatever comes of it (P12)."""

import datetime as dt
import uuid
from collections.abc import Mapping

from contacts.models import Suppression
from contacts.permission import objections
from contacts.words.addresses import keyed_hash, mailbox_hash
from contacts.words.vocabulary import Channel
from dsr.models import Request
from dsr.records import timeline
from dsr.words.vocabulary import Kind, RefusalGround, Step

# Keyed hashes of an address and of its mailbox → public_id of whoever had the address.
type Addresses = Mapping[tuple[str, str], uuid.UUID | None]


def mute(request: Request, address: str = "", *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Record an objection to all marketing for the people of a request, and for the normalised address it came from.

    The request has frozen them, so that this ends nobody before it is answered.
    """
    timeline.record(request, Step.OBJECTED, at=at, by=by)
    for (address_hash, box), public_id in known(request, address).items():
        objections.record(
            address_hash,
            mailbox_hash=box,
            public_id=public_id,
            channels=list(Channel),
            reason="asked to be deleted",
            day=day,
            at=at,
            by=by,
        )


def refused(request: Request, ground: RefusalGround, *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Do so for those who are not deleted although they asked for it; not where nobody can tell who did."""
    addresses = [address for address, _ in known(request, "")]
    told = Suppression.objects.filter(address_hash__in=addresses).count()
    is_known = told == len(addresses) * len(Channel)
    if request.kind == Kind.ERASURE and ground != RefusalGround.NOT_IDENTIFIED and not is_known:
        mute(request, day=day, at=at, by=by)


def known(request: Request, address: str) -> Addresses:
    """Return the keyed hashes of an address and of those on file, each with whom to look for besides its holder."""
    people = timeline.people(request)
    first = people[0].public_id if people else None
    asked_from = {(keyed_hash(address), mailbox_hash(address)): first} if address else {}
    on_file = {(str(each.address_hash), str(each.mailbox_hash)): each.public_id for each in people if each.email}
    return asked_from | on_file
