"""Object to marketing: it is written down, and what is held for marketing alone goes (P12, Art. 17(1)(c) GDPR).

What is still to be delivered, or still to come, goes with the nightly run after it (`retention.due.due_bases`).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Unpack

from django.db import connection, transaction
from psycopg2 import sql

from contacts.base import retry
from contacts.base.days import day_of
from contacts.models import PolicyVersion
from contacts.permission import objections
from contacts.permission.objections import Said
from contacts.words.vocabulary import MARKETING_SCENARIOS, Scenario
from retention.due.due_bases import RetentionDate
from retention.lapses import lapse_decisions
from retention.lapses.lapse_decisions import Parting

RULE = "objection"


@dataclass
class Consequence:
    """What an objection led to: how many people were deleted, or reduced to what the law makes us keep."""

    deleted: int = 0
    reduced: int = 0


def object_to_marketing(
    address_hash: str, *, policy: PolicyVersion, at: dt.datetime, by: str, **said: Unpack[Said]
) -> Consequence:
    """Record an objection, and where no channel is left, part with whoever is held for marketing alone.

    A prospect goes at once, a whitepaper once delivered, webinar and event once over; a freeze spares and a duty
    reduces, as in any run. Said again, it changes nothing.
    """
    day = day_of(at, policy.zone)

    def whole() -> Consequence:
        with transaction.atomic():
            heard = objections.record(address_hash, **said, day=day, at=at, by=by)
            return part_with(heard.people, policy=policy, at=at, by=by)

    return retry.persist(whole)


def part_with(
    ids: list[int],
    *,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
    scenarios: Collection[Scenario] = MARKETING_SCENARIOS,
) -> Consequence:
    """Part with those of these people who are held for marketing alone, and have objected to all of it.

    Call it in the transaction in which the last of their channels was stopped.
    """
    act = Parting(RetentionDate(policy, at), at=at, by=by)
    locked, done = lapse_decisions.lock_contacts(ids), Consequence()
    freed = _freed(act.night, ids) if locked else ()
    for scenario in [scenario for scenario in scenarios if scenario in freed]:
        decision = act.lapse(locked, scenario, act.night.freed(scenario, ids), rule=RULE)
        done.deleted += len(decision.delete)
        done.reduced += len(decision.reduce)
    return done


_SCENARIOS = sql.SQL("SELECT DISTINCT scenario FROM ({}) freed")


def _freed(night: RetentionDate, ids: list[int]) -> set[str]:
    """Return under which scenarios a basis of these people lapses: most objections leave a channel, and free none."""
    freed, values = night.freed_of_any(ids)
    with connection.cursor() as cursor:
        cursor.execute(_SCENARIOS.format(freed), values)
        return {scenario for (scenario,) in cursor}
