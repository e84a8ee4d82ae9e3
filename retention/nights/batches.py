"""Delete in bounded batches, a transaction each: lock, decide again and act (`lapse_decisions`), and count."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction
from psycopg2 import sql

from contacts.base.budgets import Budget
from contacts.events import dietary
from contacts.people import empty_organisations
from contacts.words.vocabulary import Scenario
from retention.due.due_bases import RetentionDate, Sql
from retention.lapses import lapse_decisions
from retention.lapses.lapse_decisions import Parting
from retention.models import Hold, PurgeRun, Rule
from retention.nights import run_log

SIZE = 5_000


@dataclass(frozen=True)
class Job:
    """One run's part: what it decides by, and in whose name."""

    run: PurgeRun
    night: RetentionDate
    at: dt.datetime
    by: str
    budget: Budget = field(default_factory=Budget)

    def lapse(self, scenario: str, ids: list[int]) -> None:
        """Let the bases of one scenario lapse for these people, as far as their period is still over."""
        with transaction.atomic():
            shared = self.night.stands_on_organisations(scenario)
            organisations = lapse_decisions.lock_organisations(ids) if shared else []
            self._part_with(scenario, ids, self.night.lapsed(scenario, ids, organisations))

    def free(self, scenario: str, ids: list[int]) -> None:
        """Let the bases lapse for people who objected to all marketing, as far as that still stands (P12)."""
        with transaction.atomic():
            self._part_with(scenario, ids, self.night.freed(scenario, ids))

    def end_holds(self, ids: list[int]) -> None:
        """Deal with people whose hold ended: those held by nothing else go, the reduced keep what still has a duty."""
        with transaction.atomic():
            decision = self._parting.end_holds(lapse_decisions.lock_contacts(ids), rule=Rule.HOLD)
            Hold.objects.ended(self.night.day).filter(contact__in=ids).update(closed_on=self.night.day)
            run_log.count(self.run, Rule.HOLD, contacts_deleted=len(decision.delete))

    def sweep_food(self, ids: list[int]) -> None:
        """Delete these dietary needs, as far as they may still no longer exist."""
        with transaction.atomic():
            run_log.count(self.run, Rule.FOOD, others_deleted=dietary.delete(ids, self.at))

    def sweep_organisations(self, ids: list[int]) -> None:
        """Delete these organisations, as far as still nobody belongs to them."""
        with transaction.atomic():
            deleted = empty_organisations.sweep(ids, **self._vacant_by())
            run_log.count(self.run, Rule.ORGANISATION, others_deleted=deleted)

    def vacant(self) -> Sql:
        """Find the organisations that may be empty, and whose time is over."""
        return empty_organisations.DUE, dict(self._vacant_by())

    def _vacant_by(self) -> dict[str, dt.date]:
        """Return by which day the last agreement must have ended, or the organisation been entered."""
        policy = self.night.policy
        longest = max((policy.rule(s) for s in (Scenario.CUSTOMER, Scenario.PARTNER)), key=lambda rule: rule.months)
        entered_by = self.night.anchor(policy.rule(Scenario.PROSPECT))
        return {"ended_by": self.night.anchor(longest), "entered_by": entered_by}

    def _part_with(self, scenario: str, ids: list[int], due: Sql) -> None:
        decision = self._parting.lapse(lapse_decisions.lock_contacts(ids), scenario, due, rule=scenario)
        run_log.count(
            self.run,
            scenario,
            bases_lapsed=decision.lapsed,
            contacts_deleted=len(decision.delete),
            contacts_minimised=len(decision.reduce),
        )

    @property
    def _parting(self) -> Parting:
        return Parting(self.night, at=self.at, by=self.by, journaled=False)


def pick(due: Sql, scope: Sql | None) -> Iterator[list[int]]:
    """Yield the ids of people with a basis that is due, a batch at a time."""
    if scope is None:
        return stream(due)
    query = sql.SQL("SELECT contact_id FROM ({due}) due WHERE contact_id IN ({scope})")
    return stream((query.format(due=due[0], scope=scope[0]), due[1] | scope[1]))


def stream(found: Sql) -> Iterator[list[int]]:
    """Yield the first column in batches, from a cursor that the server holds across our transactions."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(*found)
        while rows := cursor.fetchmany(SIZE):
            yield [row[0] for row in rows]
