"""Whom a version of the policy uses for more than they were told, and for how many that use waits (L13, Art. 6(4))."""

from collections.abc import Callable, Iterator
from functools import partial

from django.db import connection
from psycopg2 import sql

from contacts.models import PolicyVersion, ScenarioRule
from contacts.policy import promised, purposes
from contacts.policy.promised import Promised
from contacts.words.vocabulary import HELD_BACK, Scenario, Use
from retention.due.due_bases import Sql, union

type Asked = Callable[[ScenarioRule, ScenarioRule], object]  # of the rule promised and the new one

_THEIRS = sql.SQL("SELECT basis.contact_id, basis.scenario FROM contacts_basis basis WHERE scenario = {} AND {}")
_NOBODY: Sql = sql.SQL("SELECT NULL::bigint AS contact_id, NULL::varchar AS scenario WHERE FALSE"), {}
_COUNT = sql.SQL("""
    SELECT scenario, count(DISTINCT contact_id) FROM ({}) found GROUP BY GROUPING SETS ((scenario), ())""")


def used_for_more(policy: PolicyVersion) -> Sql:
    """Return the bases under a rule that has a purpose which the one promised did not have."""
    return union([*_bases(policy, partial(purposes.new, language="en"), "more"), _NOBODY])


def told_of(policy: PolicyVersion) -> dict[str, int]:
    """Count by scenario, and under "" of people, who would be told of a new purpose; the version may be a draft."""
    return _counted(used_for_more(policy))


def waits_for(policy: PolicyVersion) -> dict[str, int]:
    """Return for each use that waits under a version for how many people it does."""
    found = {use: _counted(union([*_bases(policy, partial(_waits, use), use), _NOBODY]))[""] for use in HELD_BACK}
    return {use.value: number for use, number in found.items() if number}


def _waits(use: Use, old: ScenarioRule, new: ScenarioRule) -> bool:
    return use in purposes.uses_waiting(old, new)


def _bases(policy: PolicyVersion, asked: Asked, name: str) -> Iterator[Sql]:
    for scenario in Scenario.values:
        new = policy.rule(scenario)
        spans = [span for span in promised.spans() if asked(span.version.rule(scenario), new)]
        if spans:
            theirs, values = Promised(promised.key(new, policy), tuple(spans)).held(f"{scenario}_{name}")
            yield _THEIRS.format(sql.Literal(scenario), theirs), values


def _counted(found: Sql) -> dict[str, int]:
    query, values = found
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(query), values)
        return dict.fromkeys(["", *Scenario.values], 0) | {scenario or "": number for scenario, number in cursor}
