"""Find the person whom a request is about by what the officer has: a name, an organisation, an address, an old one.

An address that somebody had before is on record nowhere as such. It is found where they gave it up in a merge, where
an earlier request came from it, or where somebody named it in a request: no longer than that request is kept.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from contacts.models import Contact, MergedAddress
from contacts.words.addresses import MalformedAddressError, every_hash, normalise
from dsr.models import Paper, Request, Subject
from dsr.words.vocabulary import PaperKind

MOST = 20
SHORTEST = 2  # letters of a part of a name


@dataclass(frozen=True)
class Found:
    """The people that fit, the surest first, and whether there are more of them than MOST."""

    people: list[Contact]
    more: bool = False


def find(term: str) -> Found:
    """Return who fits a term: whose address it is or was, or who has all its words in name, company or address."""
    by_address = _by_address(term)
    by_words = _by_words(term)
    found = list(dict.fromkeys([*by_address, *by_words]))
    return Found(found[:MOST], more=len(found) > MOST)


def _by_address(term: str) -> list[Contact]:
    """Return who has an address, gave it up in a merge, asked for something from it, or named it as theirs."""
    try:
        address = normalise(term)
    except MalformedAddressError:
        return []
    holders = _people().filter(email=address)
    asked = Request.objects.filter(address_hash__in=every_hash(address))
    named = Paper.objects.filter(
        Q(kind=PaperKind.ADDRESS, text=address)
        | Q(kind=PaperKind.STATEMENT, data__address=address)
        | Q(kind=PaperKind.STATEMENT, data__old_address=address),
        contact__isnull=False,
    )
    before = Q(pk__in=Subject.objects.filter(request__in=asked).values("contact"))
    before |= Q(pk__in=MergedAddress.objects.filter(address_hash__in=every_hash(address)).values("contact"))
    if not holders.exists():  # whoever gave an address that is somebody else's may have been somebody else
        before |= Q(pk__in=named.values("contact"))
    return [*holders, *_people().filter(before).order_by("pk")[:MOST]]


def _by_words(term: str) -> QuerySet[Contact, Any] | list[Contact]:
    words = [word for word in term.replace(",", " ").split() if len(word) >= SHORTEST]
    if not words:
        return []
    people = _people()
    for word in words:
        people = people.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__contains=word.lower())
            | Q(company__icontains=word)
            | Q(organisation__name__icontains=word)
        )
    return people.order_by("last_name", "first_name", "pk")[: MOST + 1]


def _people() -> QuerySet[Contact, Any]:
    return Contact.objects.select_related("organisation").prefetch_related("bases")
