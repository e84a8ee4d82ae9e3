"""What staff say of two records: that they may be one person, that they are two, or that this was a mistake."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from contacts.base import audit
from contacts.models import Contact, DuplicatePair
from contacts.words.vocabulary import Likeness


class PairError(ValueError):
    """What was asked for cannot be; the message says why."""


@transaction.atomic
def choose(contact_id: int, email: str, *, day: dt.date, at: dt.datetime, by: str) -> DuplicatePair:
    """Say that a person may be the one who is held under another address, and return the pair, to be looked at.

    Raises PairError where nobody else is held under it, or either of the two is only stored.
    """
    free = Contact.objects.whole().unrestricted(day)
    others = free.by_typed_address(email).exclude(pk=contact_id)
    people = list(free.filter(pk=contact_id).union(others).order_by("pk").values_list("pk", "public_id"))
    if len(people) < 2:
        raise PairError(gettext("Nobody else is on file under this address."))
    (one, _), (other, _) = people
    pair, _ = DuplicatePair.objects.get_or_create(
        one_id=one, other_id=other, defaults={"why": Likeness.CHOSEN, "found_on": day}
    )
    audit.record_each("contact.paired", [public_id for _, public_id in people], at=at, by=by, rule=f"pair:{pair.pk}")
    return pair


def dismiss(pair_id: int, *, at: dt.datetime, by: str) -> None:
    """Say that the two are two people. Raises PairError where somebody has decided already."""
    _decide(DuplicatePair.objects.open(), pair_id, "contact.told_apart", at, by, dismissed_at=at, dismissed_by=by)


def reopen(pair_id: int, *, at: dt.datetime, by: str) -> None:
    """Take that back. Raises PairError where nobody has said so."""
    said = DuplicatePair.objects.exclude(dismissed_at=None)
    _decide(said, pair_id, "contact.told_apart_taken_back", at, by, dismissed_at=None, dismissed_by="")


@transaction.atomic
def _decide(pairs: Any, pair_id: int, code: str, at: dt.datetime, by: str, **decision: Any) -> None:
    if not pairs.filter(pk=pair_id).update(**decision):
        raise PairError(gettext("Somebody has decided about these two meanwhile. Load the page again."))
    pair = DuplicatePair.objects.select_related("one", "other").get(pk=pair_id)
    both = [pair.one.public_id, pair.other.public_id]
    audit.record_each(code, both, at=at, by=by, rule=f"pair:{pair_id}")
