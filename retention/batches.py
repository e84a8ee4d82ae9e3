"""Delete in bounded batches, each a transaction of its own: lock in key order, decide again, act, count.

The decision is a second statement, after the locks. One statement that locks and decides removed people whose activity
was committed between its snapshot and its lock; in the second, what came in time is seen, and what comes later waits.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection, transaction

from contacts import erasure, vacancy
from contacts.erasure import People
from retention import ledger
from retention.due import Night, Sql
from retention.fates import FROZEN, UNDER_DUTY, UNDER_HOLD
from retention.models import Hold, PurgeRun, Rule

SIZE = 5_000


class Person(NamedTuple):
    """What the lock on a contact brings with it, true from then on."""

    public_id: uuid.UUID
    organisation: int | None
    reduced: bool


type Locked = dict[int, Person]


@dataclass
class Decision:
    """What the second look at one batch says of each of its people."""

    delete: list[int] = field(default_factory=list)
    reduce: list[int] = field(default_factory=list)
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
        with transaction.atomic():
            organisations = _lock_organisations(ids) if self.night.stands_on_organisations(scenario) else []
            locked = _lock_contacts(ids)
            decision = self._decide(scenario, ids, organisations)
            self._part_with(locked, decision, rule=scenario)
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
        with transaction.atomic():
            locked = _lock_contacts(ids)
            decision = self._after_hold(locked)
            self._part_with(locked, decision, rule=Rule.HOLD)
            Hold.objects.ended(self.night.day).filter(contact__in=ids).update(closed_on=self.night.day)
            ledger.count(self.run, Rule.HOLD, contacts_deleted=len(decision.delete))

    def _decide(self, scenario: str, ids: list[int], organisations: list[int]) -> Decision:
        due, values = self.night.due(scenario, ids, organisations)
        decision = Decision()
        with connection.cursor() as cursor:
            cursor.execute(_DECIDE.format(due=due), [scenario, self.night.day, *values, self.night.day])
            for contact_id, other_basis, under_duty in cursor:
                fate = decision.drop if other_basis else decision.reduce if under_duty else decision.delete
                fate.append(contact_id)
        return decision

    def _after_hold(self, locked: Locked) -> Decision:
        decision = Decision()
        with connection.cursor() as cursor:
            cursor.execute(_AFTER_HOLD, [self.night.day, self.night.day, list(locked)])
            for contact_id, under_hold, frozen in cursor:
                if not under_hold:
                    decision.delete.append(contact_id)
                elif locked[contact_id].reduced and not frozen:
                    decision.reduce.append(contact_id)
        return decision

    def _part_with(self, locked: Locked, decision: Decision, *, rule: str) -> None:
        erasure.delete(_named(locked, decision.delete), at=self.at, by=self.by, rule=rule)
        for keeps, ids in Hold.objects.standing(self.night.day).by_keeps(decision.reduce).items():
            erasure.reduce(_named(locked, ids), keeps, day=self.night.day, at=self.at, by=self.by, rule=rule)
        left = {locked[pk].organisation for pk in (*decision.delete, *decision.reduce)}
        vacancy.notice([organisation for organisation in left if organisation])


_DECIDE = f"""
    SELECT due.contact_id,
        EXISTS (
            SELECT 1 FROM contacts_basis other WHERE other.contact_id = due.contact_id AND other.scenario <> %s
        ),
        {UNDER_DUTY.format(contact="due.contact_id")}
    FROM ({{due}}) due
    WHERE NOT {FROZEN.format(contact="due.contact_id")}"""

_AFTER_HOLD = f"""
    SELECT person.id, {UNDER_HOLD.format(contact="person.id")}, {FROZEN.format(contact="person.id")}
    FROM unnest(%s) person (id)
    WHERE NOT EXISTS (SELECT 1 FROM contacts_basis basis WHERE basis.contact_id = person.id)"""


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


def _lock_contacts(ids: list[int]) -> Locked:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, organisation_id, minimised_on IS NOT NULL FROM contacts_contact"
            " WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [ids],
        )
        return {row[0]: Person(*row[1:]) for row in cursor}


def _named(locked: Locked, ids: Iterable[int]) -> People:
    return {pk: locked[pk].public_id for pk in ids}
