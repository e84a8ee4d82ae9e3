"""Complete the country of somebody of whom it is missing: without it, nobody knows whose law to ask (P11)."""

import datetime as dt

from django.db import transaction

from contacts.base import audit
from contacts.models import Contact
from contacts.outbox import notices
from contacts.people.activities import ContactGoneError
from contacts.permission import consent_law
from contacts.words.country_codes import codes
from contacts.words.vocabulary import NoticeKind


class CompletingError(ValueError):
    """What was told cannot be noted; the message says why."""


@transaction.atomic
def country(contact_id: int, code: str, *, at: dt.datetime, by: str) -> None:
    """Note the country of a person (ISO 3166-1 alpha-2), never in the place of another.

    Raises CompletingError where no country has this code, or one is on record; ContactGoneError where the person is no
    longer held, or was reduced to what a duty names.
    """
    if code not in codes():
        raise CompletingError("No country has this code (ISO 3166-1, two letters).")
    people = Contact.objects.whole().filter(pk=contact_id)
    if not people.filter(consent_law.country_missing()).update(country=code):
        raise (
            CompletingError("A country is on record already.")
            if people.exists()
            else ContactGoneError("This person is no longer held.")
        )
    public_id = people.values_list("public_id", flat=True).get()
    notices.enqueue(NoticeKind.RECTIFIED, [contact_id], details=["country"], at=at)
    audit.record("contact.completed", at=at, by=by, public_id=public_id, rule="country")
