"""Food preferences go straight after their event; no hold and no cap delays that (P8)."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Lower, Trim

from contacts.base import audit, held
from contacts.journal import writing
from contacts.models import Event, FoodPreference, Registration
from contacts.words.addresses import is_among, keyed_hash, mailbox_hash
from contacts.words.journal import JournalAct


def overdue(at: dt.datetime) -> int:
    """Return how many a sweep at `at` would delete."""
    return FoodPreference.objects.overdue(at).count()


def sweep(at: dt.datetime) -> int:
    """Delete the food preferences that may no longer exist at `at`, and return how many those were.

    Overlapping sweeps each delete what the other has not: the statement is its own lock. What somebody else holds is
    left for the next.
    """
    return held.delete(FoodPreference.objects.overdue(at))


def due(at: dt.datetime) -> Iterator[list[int]]:
    """Yield the keys of those that a sweep at `at` would delete, a batch at a time."""
    return held.by_key(FoodPreference.objects.overdue(at))


def delete(ids: list[int], at: dt.datetime) -> int:
    """Delete these as far as they may still no longer exist, and return how many went."""
    overdue = FoodPreference.objects.overdue(at).filter(pk__in=ids)
    deleted, _ = FoodPreference.objects.filter(pk__in=overdue.values("pk")).delete()
    return deleted


def of_address(address: str) -> QuerySet[FoodPreference]:
    """Return what the owner of a normalised address told about their food, at proven sign-ups and others."""
    return FoodPreference.objects.filter(Q(registration__contact__email=address) | Q(sign_up__email=address))


def withdraw(address: str, *, public_id: uuid.UUID | None, at: dt.datetime, by: str) -> int:
    """Take back the consent to note what somebody eats: it is deleted at once, and how many notes there were returned.

    The address is normalised and proven; `public_id` is of whoever is held under it, if anybody.
    """
    coded = {keyed_hash(address): mailbox_hash(address)}
    return _take_back(of_address(address), public_id, at, by, hashes=coded)


@transaction.atomic
def withdraw_at(place: Registration, *, at: dt.datetime, by: str) -> None:
    """Take the same consent back for one event, as whoever has the link to their place may. Said again, it is as it is.

    It is no activity, so it lengthens nothing.
    """
    found = FoodPreference.objects.filter(registration=place)
    _take_back(found, place.contact.public_id, at, by, event=place.event.slug)


def take_back_again(
    public_ids: Collection[uuid.UUID], coded: Mapping[str, str], *, event: str, at: dt.datetime, by: str
) -> int:
    """Take back, after a restore, what people took back before: at one event, named by its slug, or at all (L11).

    They are found by their numbers, or by the keyed hashes of addresses, whichever key those are under.
    """
    told = FoodPreference.objects.values_list("pk", "registration__contact__email", "sign_up__email")
    theirs = [pk for pk, *of_guest in told if any(is_among(address, coded) for address in of_guest)]
    found = FoodPreference.objects.filter(Q(registration__contact__public_id__in=public_ids) | Q(pk__in=theirs))
    at_event = Q(registration__event__slug=event) | Q(sign_up__event__slug=event)
    return _take_back(found.filter(at_event) if event else found, next(iter(public_ids), None), at, by)


def _take_back(
    found: QuerySet[FoodPreference], public_id: uuid.UUID | None, at: dt.datetime, by: str, **which: Any
) -> int:
    withdrawn, _ = FoodPreference.objects.filter(pk__in=found.values("pk")).delete()
    if withdrawn:
        audit.record("consent.withdrawn", at=at, by=by, public_id=public_id, rule="food")
        writing.write(JournalAct.FOOD, [public_id] if public_id else [], at=at, **which)
    return withdrawn


def counted(event: Event, *, at: dt.datetime) -> list[tuple[str, int]]:
    """Return what the guests of an event told about their food and how many said it, the most frequent first (P8).

    For the caterer: nobody is named, spellings that differ by case alone are one, and what may no longer exist at `at`
    is not counted. Whoever has not proven their address has no place, and is not cooked for.
    """
    told = FoodPreference.objects.filter(registration__event=event)
    standing = told.exclude(pk__in=told.overdue(at).values("pk"))
    groups = standing.values(group=Lower(Trim("preference"))).annotate(said=Min(Trim("preference")), number=Count("pk"))
    return list(groups.order_by("-number", "group").values_list("said", "number"))
