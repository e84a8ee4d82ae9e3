"""Staff change what is on file about a person: what would open a channel waits for the person's own word (L15).

Only the page behind the button in their mail, "My data", and the answer to a request of theirs are their word. All else
that staff write is written at once: it closes a channel, or none hangs on it.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain, combinations

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Contact, ProposedDetail
from contacts.people import correcting, details, restriction_guard
from contacts.people.activities import ContactGoneError
from contacts.people.correcting import Change
from contacts.people.details import Answers
from contacts.permission import loosening
from contacts.permission.loosening import Place
from contacts.words.details import FIELDS_OF, Detail

type Values = Mapping[str, str]  # field → what it becomes

_PLACE = (Detail.COUNTRY, Detail.COMPANY)


@dataclass(frozen=True)
class Outcome:
    """What was changed, and which details wait for the person's word."""

    changes: list[Change]
    waits: list[Detail]


@transaction.atomic
def correct(contact_id: int, values: Values, *, at: dt.datetime, by: str) -> Outcome:
    """Do what `correcting.correct` does with what staff say, but propose to the person what would open a channel.

    Raises as it does.
    """
    person = _lock(contact_id)
    waits = _waits(person, values, at)
    held = {name: values[name] for detail in waits for name in FIELDS_OF[detail]}
    changes = correcting.correct(
        contact_id, {name: value for name, value in values.items() if name not in held}, at=at, by=by
    )
    details.propose(person, held, source="staff", at=at, by=by)
    return Outcome(changes, waits)


@transaction.atomic
def settle(contact_id: int, answers: Answers, *, grounds: str, at: dt.datetime, by: str) -> Outcome:
    """Do what `details.settle` does with the answers that staff heard; what would open a channel waits on.

    Raises as it does.
    """
    person = _lock(contact_id)
    right = [detail for detail, said in answers.items() if said]
    proposed = ProposedDetail.objects.filter(contact=person, detail__in=right)
    waits = _waits(person, {name: value for each in proposed for name, value in each.typed.items()}, at)
    heard = {detail: said for detail, said in answers.items() if detail not in waits}
    return Outcome(details.settle(contact_id, heard, grounds=grounds, at=at, by=by), waits)


def _lock(contact_id: int) -> Contact:
    person = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    if person is None:
        raise ContactGoneError(_("This person is no longer held."))
    return person


def _waits(person: Contact, values: Values, at: dt.datetime) -> list[Detail]:
    """Return which details have to wait, so that what is left opens no channel: none where it can be."""
    said = [detail for detail in _PLACE if detail.value in values]
    day = restriction_guard.today(at)
    for held in chain.from_iterable(combinations(said, number) for number in range(len(said))):
        if not loosening.opens(person, _place(person, values, held), day=day):
            return list(held)
    return said


def _place(person: Contact, values: Values, held: Collection[Detail]) -> Place:
    """Return where the person would work, without the details that are held."""
    left = {detail: values[detail] for detail in _PLACE if detail in values and detail not in held}
    stays = Detail.COMPANY not in left or not correcting.leaves(person, left[Detail.COMPANY])
    return Place(left.get(Detail.COUNTRY, person.country), person.organisation_id if stays else None)
