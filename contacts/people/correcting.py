"""Put right what is wrong about a person, on their word: no import overwrites it afterwards (Art. 16 GDPR, P19)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.journal import writing
from contacts.models import Contact
from contacts.outbox import notices
from contacts.people import clocks, empty_organisations
from contacts.people.activities import ContactGoneError
from contacts.words.journal import JournalAct, LookWhy
from contacts.words.vocabulary import NoticeKind

# The address has an act of its own, since objections hang on it (`addressing`).
CORRECTABLE = (
    *("first_name", "last_name", "job_title", "phone", "company"),
    *("address", "postal_code", "city", "country", "language"),
)


@dataclass(frozen=True)
class Change:
    """One field that was put right. Both values are the person's own: they belong into no log and no audit."""

    field: str
    old: str
    new: str


@transaction.atomic
def correct(contact_id: int, values: Mapping[str, str], *, at: dt.datetime, by: str) -> list[Change]:
    """Give fields of a person their right values, and return what that changed, in the order of `values`.

    An empty value empties the field. What changed stands from now on against any import, and recipients are owed a
    notice of it. Whoever names another company than their organisation belongs to it no longer. Raises
    ContactGoneError where the person is no longer held, or was reduced to what a duty names; KeyError for a field that
    cannot be corrected here: then nothing is changed.
    """
    if unknown := set(values) - set(CORRECTABLE):
        raise KeyError(*sorted(unknown))
    person = Contact.objects.whole().select_for_update().filter(pk=contact_id).first()
    if person is None:
        raise ContactGoneError(_("This person is no longer held."))
    changes = [
        Change(name, old, value) for name, value in values.items() if value != (old := str(getattr(person, name)))
    ]
    if changes:
        _write(person, changes)
        _tell(person, changes, at, by)
    return changes


def spelled(value: str) -> str:
    """Return a value without what people spell differently and mean the same by: case and blanks."""
    return " ".join(value.split()).casefold()


def leaves(person: Contact, company: str) -> bool:
    """Tell whether a company that is named is another than the organisation that somebody is matched to."""
    return person.organisation is not None and spelled(company) != spelled(person.organisation.name)


def _write(person: Contact, changes: list[Change]) -> None:
    right = {change.field: change.new for change in changes}
    Contact.objects.filter(pk=person.pk).update(corrected=sorted({*person.corrected, *right}), **right)
    if person.organisation_id and "company" in right and leaves(person, right["company"]):
        _unmatch(person.pk, person.organisation_id)


def _unmatch(contact_id: int, organisation_id: int) -> None:
    """End the match to an organisation: its agreements are the person's clock no longer, and staff match anew."""
    Contact.objects.filter(pk=contact_id).update(organisation=None)
    empty_organisations.notice([organisation_id])
    clocks.refresh_contacts([contact_id])


def _tell(person: Contact, changes: list[Change], at: dt.datetime, by: str) -> None:
    fields = [change.field for change in changes]
    notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=fields, at=at)
    audit.record("contact.corrected", at=at, by=by, public_id=person.public_id, rule=",".join(fields))
    writing.write(JournalAct.LOOK, [person.public_id], at=at, why=LookWhy.CORRECTED)
