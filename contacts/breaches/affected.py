"""Who is affected by a breach: found once, then counted. The nightly deletion goes on, and the numbers stay."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from psycopg2 import sql

from contacts.base import audit
from contacts.base.limits import limits
from contacts.base.queries import composed
from contacts.models import (
    AffectedGroup,
    AffectedPerson,
    Basis,
    Breach,
    Contact,
    Disclosure,
    FoodPreference,
    LetterCount,
    Message,
    Recipient,
)
from contacts.words.breaches import LetterFate
from contacts.words.categories import FIELDS, NULLABLE, Category

# In key order, as every act locks people; somebody who is deleted meanwhile is passed over.
_ADD = sql.SQL("""
    INSERT INTO contacts_affectedperson (breach_id, contact_id, fate)
    SELECT %(breach)s, found.id, '' FROM ({found} FOR KEY SHARE OF contacts_contact) found (id)
    ON CONFLICT DO NOTHING""")


@dataclass(frozen=True)
class Numbers:
    """How many were found, what became of their letters by fate, and the others.

    `waiting` have a letter that has not left, `without` none yet. `gone` went, or were merged, before one left.
    """

    people: int
    fates: dict[LetterFate, int]
    waiting: int
    without: int

    @property
    def told(self) -> int:
        return self.fates.get(LetterFate.TOLD, 0)

    @property
    def unreached(self) -> int:
        return sum(self.fates.values()) - self.told

    @property
    def gone(self) -> int:
        return self.people - sum(self.fates.values()) - self.waiting - self.without


def given_to(recipient: Recipient) -> QuerySet[Contact]:
    """Return the people on record as given to a recipient, or held for what it has standing access to (P15)."""
    told = Q(Exists(Disclosure.objects.filter(contact=OuterRef("pk"), recipient=recipient)))
    if recipient.standing:
        told |= Q(Exists(Basis.objects.filter(contact=OuterRef("pk"), scenario__in=recipient.purposes)))
    return Contact.objects.filter(told)


@transaction.atomic
def add(breach: Breach, people: QuerySet[Contact], *, asked: str, at: dt.datetime, by: str) -> AffectedGroup | None:
    """Note these people as affected, and count those who were not yet; None where the breach is closed.

    `asked` says in words how they were found. Whoever is held at this moment is found, reduced people as well.
    """
    if not Breach.objects.standing().select_for_update(no_key=True).filter(pk=breach.pk):
        return None
    ours = AffectedPerson.objects.filter(breach=breach)
    before = ours.aggregate(last=Max("pk"))["last"] or 0
    found, values = composed(people.order_by("pk").values_list("pk"))
    with limits(statement="10min"), connection.cursor() as cursor:
        cursor.execute(_ADD.format(found=found), values | {"breach": breach.pk})
        number = int(cursor.rowcount)
    fresh = Contact.objects.filter(pk__in=ours.filter(pk__gt=before).values("contact"))
    group = AffectedGroup.objects.create(
        breach=breach,
        asked=asked,
        people=number,
        found_at=at,
        by=by,
        scenarios=_scenarios(fresh),
        categories=_categories(fresh),
    )
    audit.record("breach.people_found", at=at, by=by, rule=f"breach:{breach.pk}")
    return group


def unsettled(breach: Breach) -> QuerySet[AffectedPerson]:
    """Return those whose letter has neither left nor failed."""
    return AffectedPerson.objects.filter(breach=breach, fate="")


def without_letter(breach: Breach) -> QuerySet[AffectedPerson]:
    """Return those for whom no letter was approved yet, or whose letter was dropped after a restore."""
    return unsettled(breach).filter(~Exists(_waiting(breach).filter(contact=OuterRef("contact"))))


def letters_wait(breach: Breach) -> bool:
    return _waiting(breach).exists()


def numbers(breach: Breach) -> Numbers:
    """Return the numbers of a breach as they stand."""
    counted = LetterCount.objects.filter(breach=breach).values_list("fate", "number")
    without, everybody = without_letter(breach).count(), unsettled(breach).count()
    people = AffectedGroup.objects.filter(breach=breach).aggregate(number=Sum("people"))["number"] or 0
    fates = {LetterFate(fate): number for fate, number in counted}
    return Numbers(people, fates, waiting=everybody - without, without=without)


def by_code(breach: Breach, field: str) -> dict[str, int]:
    """Return how many people were found, by the codes of "scenarios" or "categories", most of them first."""
    found: dict[str, int] = {}
    for counted in AffectedGroup.objects.filter(breach=breach).values_list(field, flat=True):
        for code, number in counted.items():
            found[code] = found.get(code, 0) + number
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _waiting(breach: Breach) -> QuerySet[Message]:
    return Message.objects.filter(breach_letter__breach=breach, sent_at__isnull=True, ended_at__isnull=True)


def _scenarios(people: QuerySet[Contact]) -> dict[str, int]:
    held = Basis.objects.filter(contact__in=people).order_by().values_list("scenario")
    return dict(held.annotate(number=Count("contact", distinct=True)))


def _categories(people: QuerySet[Contact]) -> dict[str, int]:
    """Return of how many of these people we hold something in each category of data, by code."""
    asked: dict[str, Any] = {category.value: Count("pk", filter=_has(category)) for category in FIELDS}
    counted: dict[str, int] = people.aggregate(**asked)
    food = FoodPreference.objects.filter(registration__contact__in=people)
    counted[Category.FOOD_PREFERENCES.value] = food.aggregate(n=Count("registration__contact", distinct=True))["n"]
    return {code: number for code, number in counted.items() if number}


def _has(category: Category) -> Q:
    has = Q()
    for name in FIELDS[category]:
        has |= Q((f"{name}__isnull", False)) if name in NULLABLE else ~Q((name, ""))
    return has
