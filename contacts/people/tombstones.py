"""Who was erased at their request stays erased: keyed hashes stand for their addresses, for a set time (L12).

Each door of staff and of programs asks here before it holds somebody anew. The person's own proven act lifts it, or the
privacy officer with a reason (`contacts.signups.readmitting`).
"""

import datetime as dt
import uuid

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext

from contacts.base import audit, held
from contacts.base.days import add_months
from contacts.journal import writing
from contacts.models import Tombstone
from contacts.people import suppressions
from contacts.people.activities import ContactGoneError
from contacts.people.suppressions import Hashes
from contacts.words.journal import JournalAct


class ErasedError(ContactGoneError):
    """Somebody was erased at their request; the message says when, and who can lift that."""

    def __init__(self, on: dt.date) -> None:
        text = gettext(
            "They were erased at their request on %(day)s. They can sign up again themselves; otherwise ask"
            " the privacy officer."
        )
        super().__init__(text % {"day": date_format(on)})


def last_day(erased_on: dt.date) -> dt.date:
    """Return the last day on which somebody who is erased on a day is kept from coming back."""
    return add_months(erased_on, settings.TOMBSTONE_MONTHS)


def put_up(hashes: Hashes, *, residue: uuid.UUID | None, day: dt.date, at: dt.datetime) -> None:
    """Keep these addresses from coming back, whose person is erased on a day; `residue` is what stays of them."""
    stones = [
        Tombstone(address_hash=address, mailbox_hash=box, erased_on=day, ends_on=last_day(day), residue=residue)
        for address, box in sorted(hashes.items())
    ]
    writing.write(
        JournalAct.KEPT_OUT, hashes=hashes, at=at, day=day.isoformat(), residue=str(residue) if residue else None
    )
    Tombstone.objects.bulk_create(
        stones,
        update_conflicts=True,
        unique_fields=["address_hash"],
        update_fields=["mailbox_hash", "erased_on", "ends_on", "residue"],
    )


def standing(hashes: Hashes, *, day: dt.date) -> Tombstone | None:
    """Return the latest that holds for one of these addresses, or for its mailbox, on a day."""
    found = Tombstone.objects.filter(suppressions.under(hashes), ends_on__gte=day)
    return found.order_by("-erased_on", "-pk").first()


def refuse(hashes: Hashes, *, day: dt.date) -> None:
    """Raise ErasedError where the person of one of these addresses was erased at their request."""
    if stone := standing(hashes, day=day):
        raise ErasedError(stone.erased_on)


def lift(hashes: Hashes, *, public_id: uuid.UUID, rule: str, at: dt.datetime, by: str) -> None:
    """Let the person of an address come back, as the contact `public_id`; `rule` is a code for who let them."""
    lifted, _ = Tombstone.objects.filter(suppressions.under(hashes)).delete()
    if lifted:
        audit.record("tombstone.lifted", at=at, by=by, public_id=public_id, rule=rule)


def sweep(day: dt.date) -> int:
    """Delete those whose last day is over on `day`, and return how many those were."""
    return held.delete(Tombstone.objects.filter(ends_on__lt=day))
