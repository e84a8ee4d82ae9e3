"""Delete in bounded batches, each a transaction of its own: lock in key order, decide again, act, count.

The decision is a second statement, after the locks. One statement that locks and decides removed people whose activity
was committed between its snapshot and its lock; in the second, what came in time is seen, and what comes later waits.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from contacts import erasure, vacancy
from contacts.erasure import People
from retention import ledger
from retention.due import Night, Sql
from retention.fates import FROZEN, UNDER_DUTY, UNDER_HOLD
from retention.models import Hold, HoldKind, PurgeRun, Rule

SIZE = 5_000


@dataclass
class Decision:
    """What the second look at one batch says of each of its people."""

    delete: People = field(default_factory=dict)
    reduce: People = field(default_factory=dict)
    drop: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """One run's part: what it decides by, and in whose name."""

    run: PurgeRun
    night: Night
    at: dt.datetime
    by: str

    def lapse(self, scenario: str, ids: list[int]) -> None:
        """Let the bases of one scenario lapse for these people, as far as they are still due."""
        vacancy.suspect(ids)
        with transaction.atomic():
            organisations = _lock_organisations(ids)
            _lock_contacts(ids)
            decision = self._decide(scenario, ids, organisations)
            erasure.delete(decision.delete, at=self.at, by=self.by, rule=scenario)
            self._reduce(decision.reduce, rule=scenario)
            erasure.drop_basis(scenario, decision.drop, policy=self.night.policy)
            ledger.count(
                self.run,
                scenario,
                bases_lapsed=len(decision.delete) + len(decision.reduce) + len(decision.drop),
                contacts_deleted=len(decision.delete),
                contacts_minimised=len(decision.reduce),
            )

    def end_holds(self, ids: list[int]) -> None:
        """Deal with people whose hold ended: those held by nothing else go, the reduced keep what still has a duty."""
        vacancy.suspect(ids)
        with transaction.atomic():
            _lock_contacts(ids)
            unheld, narrowed = self._after_hold(ids)
            erasure.delete(unheld, at=self.at, by=self.by, rule=Rule.HOLD)
            self._reduce(narrowed, rule=Rule.HOLD)
            Hold.objects.ended(self.night.day).filter(contact__in=ids).update(closed_on=self.night.day)
            ledger.count(self.run, Rule.HOLD, contacts_deleted=len(unheld))

    def _decide(self, scenario: str, ids: list[int], organisations: list[int]) -> Decision:
        due, values = self.night.due(scenario, ids, organisations)
        decision = Decision()
        with connection.cursor() as cursor:
            cursor.execute(_DECIDE.format(due=due), [scenario, self.night.day, *values, self.night.day])
            for contact_id, public_id, other_basis, under_duty in cursor:
                if other_basis:
                    decision.drop.append(contact_id)
                elif under_duty:
                    decision.reduce[contact_id] = public_id
                else:
                    decision.delete[contact_id] = public_id
        return decision

    def _after_hold(self, ids: list[int]) -> tuple[People, People]:
        unheld: People = {}
        narrowed: People = {}
        with connection.cursor() as cursor:
            cursor.execute(_AFTER_HOLD, [self.night.day, ids])
            for contact_id, public_id, under_hold, reduced in cursor:
                if not under_hold:
                    unheld[contact_id] = public_id
                elif reduced:
                    narrowed[contact_id] = public_id
        return unheld, narrowed

    def _reduce(self, people: People, *, rule: str) -> None:
        for keeps, group in _by_keeps(people, self.night.day).items():
            erasure.reduce(group, keeps, day=self.night.day, at=self.at, by=self.by, rule=rule)


_DECIDE = f"""
    SELECT due.contact_id, contact.public_id,
        EXISTS (
            SELECT 1 FROM contacts_basis other WHERE other.contact_id = due.contact_id AND other.scenario <> %s
        ),
        {UNDER_DUTY.format(contact="due.contact_id")}
    FROM ({{due}}) due JOIN contacts_contact contact ON contact.id = due.contact_id
    WHERE NOT {FROZEN.format(contact="due.contact_id")}"""

_AFTER_HOLD = f"""
    SELECT contact.id, contact.public_id,
        {UNDER_HOLD.format(contact="contact.id")},
        contact.minimised_on IS NOT NULL
    FROM contacts_contact contact
    WHERE contact.id = ANY(%s)
        AND NOT EXISTS (SELECT 1 FROM contacts_basis basis WHERE basis.contact_id = contact.id)"""


def due(night: Night, scenario: str, scope: Sql | None) -> Iterator[list[int]]:
    """Yield the ids of people with a basis of this scenario that is due, a batch at a time."""
    text, values = night.due(scenario)
    if scope:
        text, values = f"SELECT contact_id FROM ({text}) due WHERE contact_id IN ({scope[0]})", [*values, *scope[1]]
    return stream(text, values)


def stream(text: str, values: list[Any]) -> Iterator[list[int]]:
    """Yield the first column in batches, from a cursor that the server holds across our transactions."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(text, values)
        while rows := cursor.fetchmany(SIZE):
            yield [row[0] for row in rows]


def _lock_organisations(ids: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM contacts_organisation WHERE id IN"
            " (SELECT organisation_id FROM contacts_contact WHERE id = ANY(%s)) ORDER BY id FOR SHARE",
            [ids],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _lock_contacts(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM contacts_contact WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
        cursor.fetchall()


def _by_keeps(people: People, day: dt.date) -> dict[frozenset[str], dict[int, uuid.UUID]]:
    """Group people by the union of what their standing duties keep."""
    kept: dict[int, set[str]] = defaultdict(set)
    duties = Hold.objects.standing(day).filter(kind=HoldKind.DUTY, contact__in=list(people))
    for contact_id, keeps in duties.values_list("contact_id", "keeps"):
        kept[contact_id].update(keeps)
    groups: dict[frozenset[str], dict[int, uuid.UUID]] = defaultdict(dict)
    for contact_id, public_id in people.items():
        groups[frozenset(kept[contact_id])][contact_id] = public_id
    return groups
