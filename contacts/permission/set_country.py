"""Complete the country of people of whom it is missing: without it, nobody knows whose law to ask (P11)."""

import datetime as dt

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from contacts.base import audit
from contacts.models import Contact
from contacts.outbox import notices
from contacts.people.activities import ContactGoneError
from contacts.permission import consent_law, unconfirmed
from contacts.words.country_codes import codes
from contacts.words.vocabulary import NoticeKind

MOST_NAMED = 100


class CompletingError(ValueError):
    """What was told cannot be noted; the message says why."""


@transaction.atomic
def country(contact_id: int, code: str, *, at: dt.datetime, by: str) -> bool:
    """Note the country of a person (ISO 3166-1 alpha-2), never in the place of another; return whether that is done.

    Where it was emptied on the person's word, and the law there would open a channel, it waits for their word. Raises
    CompletingError where no country has this code, or one is on record; ContactGoneError where the person is no longer
    held, or was reduced to what a duty names.
    """
    _check(code)
    people = Contact.objects.whole().filter(pk=contact_id)
    if people.filter(country="", corrected__contains=["country"]).exists():
        return not unconfirmed.correct(contact_id, {"country": code}, at=at, by=by).waits
    if not people.filter(consent_law.country_missing()).update(country=code):
        raise (
            CompletingError(gettext("A country is on record already."))
            if people.exists()
            else ContactGoneError(gettext("This person is no longer held."))
        )
    public_id = people.values_list("public_id", flat=True).get()
    notices.enqueue(NoticeKind.RECTIFIED, [contact_id], details=["country"], at=at)
    audit.record("contact.completed", at=at, by=by, public_id=public_id, rule="country")
    return True


def unknown(*, day: dt.date) -> list[tuple[str, int]]:
    """Return what people have for a country that nobody knows, with the number of people, the most frequent first."""
    found = _nowhere(day).order_by().values_list("country").annotate(people=Count("pk"))
    return list(found.order_by("-people", "country")[:MOST_NAMED])


@transaction.atomic
def of_all_named(name: str, code: str, *, day: dt.date, at: dt.datetime, by: str) -> int:
    """Note the country of everybody who has this name for it, and return how many they are.

    Whoever's details are only stored on `day` keeps what they have (Art. 18 GDPR). Raises CompletingError where no
    country has this code, or nobody has the name.
    """
    _check(code)
    locked = _nowhere(day).filter(country=name).order_by("pk").select_for_update()
    people = list(locked.values_list("pk", "public_id"))
    if not people:
        raise CompletingError(gettext("Nobody has this on record any more."))
    ids = [key for key, _ in people]
    Contact.objects.filter(pk__in=ids).update(country=code)
    notices.enqueue(NoticeKind.RECTIFIED, ids, details=["country"], at=at)
    audit.record_each("contact.completed", [public_id for _, public_id in people], at=at, by=by, rule="country")
    return len(people)


def _nowhere(day: dt.date) -> QuerySet[Contact]:
    """Those of whom a list has named a country that nobody knows."""
    return Contact.objects.whole().unrestricted(day).filter(consent_law.country_missing()).exclude(country="")


def _check(code: str) -> None:
    if code not in codes():
        raise CompletingError(gettext("No country has this code (ISO 3166-1, two letters)."))
