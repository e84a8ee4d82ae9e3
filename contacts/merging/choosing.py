"""Which values of two records stay where they differ, whatever was chosen: the person's word, then the stricter (L15).

What was put right on the person's word gives way to nothing that was not. Country and organisation decide which law
protects the person: no blank takes their place, and the two are one record at a place that opens no channel to either.
"""

import datetime as dt
from collections.abc import Collection
from itertools import chain, combinations
from typing import Any

from django.db.models import Exists, Q

from contacts.models import Contact
from contacts.people import correcting
from contacts.permission import customers, loosening
from contacts.permission.loosening import Place
from contacts.words.country_codes import codes

_PLACE = ("country", "company")


class UndecidedError(ValueError):
    """Neither place is the stricter one."""


def fields(keep: Contact, gone: Contact, wished: Collection[str], *, day: dt.date) -> set[str]:
    """Return what the record that stays takes over, where `wished` was chosen. Raises UndecidedError."""
    named = {*keep.corrected, *gone.corrected, *_PLACE}
    decided = {name: who for name in named if (who := _decided(keep, gone, name))}
    taken = (set(wished) - set(decided)) | {name for name, who in decided.items() if who is gone}
    free = [name for name in _PLACE if name not in decided and _says(keep, name) != _says(gone, name)]
    for flipped in chain.from_iterable(combinations(free, number) for number in range(len(free) + 1)):
        tried = taken ^ set(flipped)
        if not _opens(keep, gone, tried, free, day):
            return tried
    raise UndecidedError


def left_on(keep: Contact, gone: Contact, taken: Collection[str]) -> dt.date | None:
    """Return when we heard that the person left: of one organisation the earliest day that either record has."""
    if _is_one_employer(keep, gone):
        return min(filter(None, (keep.left_on, gone.left_on)), default=None)
    return gone.left_on if "company" in taken else keep.left_on


def _decided(keep: Contact, gone: Contact, name: str) -> Contact | None:
    """Return the record whose value stands whatever was chosen: put right on their word, or the one place known."""
    right = [person for person in (keep, gone) if name in person.corrected]
    if not right and name in _PLACE:
        right = [person for person in (keep, gone) if _is_known(person, name)]
    return right[0] if len(right) == 1 else None


def _is_known(person: Contact, name: str) -> bool:
    return person.country in codes() if name == "country" else person.organisation_id is not None


def _says(person: Contact, name: str) -> object:
    return person.country if name == "country" else person.organisation_id


def _opens(keep: Contact, gone: Contact, taken: set[str], free: Collection[str], day: dt.date) -> bool:
    """Tell whether the place that is left would open a channel which the law shuts at the place of either record,
    whatever fills its blanks one day.

    The address that is left and the reasons of both are no place: the law is asked about the one person that they are.
    """
    if not free:
        return False
    of_country, of_company = (gone if name in taken else keep for name in _PLACE)
    left = list(loosening.may_be(Place(of_country.country, of_company.organisation_id), day=day))
    told: dict[str, Any] = {"day": day, "email": (gone if "email" in taken else keep).email}
    told["customers"] = Q(Exists(customers.customer_bases().filter(contact__in=[keep, gone])))
    now = {place: [_now(person, place, free) for person in (keep, gone)] for place in left}
    asked = loosening.asked(keep, {*left, *chain.from_iterable(now.values())}, **told)
    return any(asked[before] - asked[place] for place in left for before in now[place])


def _now(person: Contact, place: Place, free: Collection[str]) -> Place:
    """Return where a record has the person work, as far as that is not settled."""
    filled = loosening.filled(person, place)
    country = filled.country if "country" in free else place.country
    return Place(country, filled.organisation_id if "company" in free else place.organisation_id)


def _is_one_employer(keep: Contact, gone: Contact) -> bool:
    """Tell whether both records name one employer; a record that names none speaks of the same."""
    here, there = (_employers(person) for person in (keep, gone))
    return not here or not there or bool(here & there)


def _employers(person: Contact) -> set[str]:
    named = [person.company, person.organisation.name if person.organisation else ""]
    return {correcting.spelled(name) for name in named} - {""}
