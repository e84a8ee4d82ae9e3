"""Whose details are only stored, on their wish, is changed by nobody of us but on a request of theirs (Art. 18, L6)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from contacts.models import Contact, PolicyVersion
from contacts.people.activities import ContactGoneError


class StoredOnlyError(ContactGoneError):
    """The person asked that we do nothing with their details but store them."""

    def __init__(self) -> None:
        super().__init__(_("Their details are only stored, as they asked."))


@contextmanager
def changing(contact_id: int, *, at: dt.datetime) -> Iterator[None]:
    """Change a person on our own account: they are locked until it is done, so that no restriction comes in between.

    Raises StoredOnlyError, with nothing changed.
    """
    with transaction.atomic():
        person = Contact.objects.select_for_update().filter(pk=contact_id).first()
        if person is not None and is_restricted(person, at=at):
            raise StoredOnlyError
        yield


def is_restricted(contact: Contact, *, at: dt.datetime) -> bool:
    """Tell whether somebody's details are only stored on the day of a moment."""
    return contact.restricted_through is not None and contact.restricted_through >= today(at)


def today(at: dt.datetime) -> dt.date:
    policy = PolicyVersion.objects.in_force()
    return day_of(at, policy.zone) if policy else timezone.localdate(at)
