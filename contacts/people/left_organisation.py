"""Hear that somebody has left their organisation: marketing stops, and they may ask to be deleted earlier (P4).

What was noted by mistake is taken back: nothing but the day was noted, so that nothing else has to be undone.
"""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.journal import writing
from contacts.models import Contact
from contacts.people.activities import ContactGoneError
from contacts.words.journal import JournalAct, LookWhy


class LeavingError(ValueError):
    """What was heard cannot be; the message says why."""


@transaction.atomic
def heard(contact_id: int, *, on: dt.date, at: dt.datetime, by: str) -> None:
    """Note that we heard on a day that a person has left their organisation.

    Raises LeavingError where that is known already, ContactGoneError where the person is no longer held, or was reduced
    to what a duty names.
    """
    people = Contact.objects.whole().filter(pk=contact_id)
    if not people.filter(left_on__isnull=True).update(left_on=on):
        raise (
            LeavingError(_("It is known already that they have left."))
            if people.exists()
            else ContactGoneError(_("This person is no longer held."))
        )
    public_id = people.values_list("public_id", flat=True).get()
    audit.record("contact.left", at=at, by=by, public_id=public_id)
    writing.write(JournalAct.LOOK, [public_id], at=at, why=LookWhy.LEFT)


@transaction.atomic
def take_back(contact_id: int, *, at: dt.datetime, by: str) -> bool:
    """Forget that we heard of a person that they have left, and return whether that was noted of them.

    False where somebody was faster, or the person is no longer held, or was reduced to what a duty names. Mail that was
    skipped meanwhile stays skipped.
    """
    people = Contact.objects.whole().filter(pk=contact_id)
    if not people.filter(left_on__isnull=False).update(left_on=None):
        return False
    public_id = people.values_list("public_id", flat=True).get()
    audit.record("contact.left_taken_back", at=at, by=by, public_id=public_id)
    return True
