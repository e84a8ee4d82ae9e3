"""Part with people whose reasons are over: those under no duty are deleted, the others reduced or freed of one basis.

The night and an objection do it alike: lock in key order, then decide in a second statement, then act, all in one
transaction. One statement that locks and decides removed people whose activity was committed between its snapshot and
its lock; in the second, what came in time is seen, and what comes later waits.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from psycopg2 import sql

from contacts.people import empty_organisations, erasure
from contacts.people.erasure import People
from retention.due.due_bases import RetentionDate, Sql
from retention.lapses.purge_preview import frozen, under_duty, under_hold
from retention.models import Hold


class Person(NamedTuple):
    """What the lock on a contact brings with it, true from then on."""

    public_id: uuid.UUID
    organisation: int | None
    reduced: bool


type Locked = dict[int, Person]


@dataclass
class Decision:
    """What the second look says of each of the people locked."""

    delete: list[int] = field(default_factory=list)
    reduce: list[int] = field(default_factory=list)
    drop: list[int] = field(default_factory=list)

    @property
    def lapsed(self) -> int:
        """How many bases are over."""
        return len(self.delete) + len(self.reduce) + len(self.drop)


@dataclass(frozen=True)
class Parting:
    """What is decided by, and in whose name. The night's part is not `journaled`: it would be decided again."""

    night: RetentionDate
    at: dt.datetime
    by: str
    journaled: bool = True

    def lapse(self, locked: Locked, scenario: str, due: Sql, *, rule: str) -> Decision:
        """Let the bases of a scenario lapse that `due` finds of the people locked."""
        decision = self._decide(scenario, due)
        self._part_with(locked, decision, rule)
        erasure.drop_basis(scenario, decision.drop, policy=self.night.policy)
        return decision

    def end_holds(self, locked: Locked, *, rule: str) -> Decision:
        """Let those go who are held by nothing any more; the reduced keep what still has a duty."""
        decision = self._after_hold(locked)
        self._part_with(locked, decision, rule)
        return decision

    def _decide(self, scenario: str, due: Sql) -> Decision:
        query, values = due
        decision = Decision()
        with connection.cursor() as cursor:
            cursor.execute(_DECIDE.format(due=query, **_HELD), values | {"scenario": scenario, "day": self.night.day})
            for contact_id, other_basis, is_under_duty in cursor:
                fate = decision.drop if other_basis else decision.reduce if is_under_duty else decision.delete
                fate.append(contact_id)
        return decision

    def _after_hold(self, locked: Locked) -> Decision:
        decision = Decision()
        with connection.cursor() as cursor:
            cursor.execute(_AFTER_HOLD, {"people": list(locked), "day": self.night.day})
            for contact_id, is_under_hold, is_frozen in cursor:
                if not is_under_hold:
                    decision.delete.append(contact_id)
                elif locked[contact_id].reduced and not is_frozen:
                    decision.reduce.append(contact_id)
        return decision

    def _part_with(self, locked: Locked, decision: Decision, rule: str) -> None:
        done: dict[str, Any] = {"at": self.at, "by": self.by, "rule": rule, "journaled": self.journaled}
        erasure.delete(_named(locked, decision.delete), **done)
        for keeps, ids in Hold.objects.standing(self.night.day).by_keeps(decision.reduce).items():
            erasure.minimise(_named(locked, ids), keeps, day=self.night.day, **done)
        left = {locked[pk].organisation for pk in (*decision.delete, *decision.reduce)}
        empty_organisations.notice([organisation for organisation in left if organisation])


_DECIDE = sql.SQL("""
    SELECT due.contact_id,
        EXISTS (
            SELECT 1 FROM contacts_basis other
            WHERE other.contact_id = due.contact_id AND other.scenario <> %(scenario)s
        ),
        {under_duty}
    FROM ({due}) due
    WHERE NOT {frozen}""")

_HELD = {"under_duty": under_duty("due"), "frozen": frozen("due")}

_AFTER_HOLD = sql.SQL("""
    SELECT person.contact_id, {under_hold}, {frozen}
    FROM unnest(%(people)s) person (contact_id)
    WHERE NOT EXISTS (SELECT 1 FROM contacts_basis basis WHERE basis.contact_id = person.contact_id)""").format(
    under_hold=under_hold("person"), frozen=frozen("person")
)

# The ORM knows no FOR SHARE, and a batch of 5,000 keys takes it 1.6 times as long.
_LOCK_ORGANISATIONS = """
    SELECT id FROM contacts_organisation
    WHERE id IN (SELECT organisation_id FROM contacts_contact WHERE id = ANY(%(people)s))
    ORDER BY id FOR SHARE"""

_LOCK_CONTACTS = """
    SELECT id, public_id, organisation_id, minimised_on IS NOT NULL
    FROM contacts_contact WHERE id = ANY(%(people)s) ORDER BY id FOR UPDATE"""


def lock_organisations(ids: list[int]) -> list[int]:
    """Lock the organisations of these contacts against a change of their clocks, and return their keys."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ORGANISATIONS, {"people": ids})
        return [pk for (pk,) in cursor.fetchall()]


def lock_contacts(ids: list[int]) -> Locked:
    """Lock those of these contacts that are still there."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_CONTACTS, {"people": ids})
        return {row[0]: Person(*row[1:]) for row in cursor}


def _named(locked: Locked, ids: Iterable[int]) -> People:
    return {pk: locked[pk].public_id for pk in ids}
