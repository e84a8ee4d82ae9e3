"""Which bases are due on a day: range scans on indexed anchors, never a walk over all contacts.

The same sets serve the dry run, the cap, the pick of a batch, and the second decision under the lock, so that none can
differ from another. Each is a pair of SQL and its parameters with the columns `contact_id` and `scenario`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contacts.models import PolicyVersion, ScenarioRule
from contacts.vocabulary import Clock, Scenario
from retention.months import latest_due_anchor

type Sql = tuple[str, list[Any]]

_OWN_CLOCK = """
    SELECT basis.contact_id, basis.scenario FROM contacts_basis basis
    WHERE basis.scenario = %s AND basis.clock_from <= %s"""

_CLOCK_OF_ORGANISATION = """
    SELECT basis.contact_id, basis.scenario FROM contacts_organisation organisation
    JOIN contacts_contact contact ON contact.organisation_id = organisation.id
    JOIN contacts_basis basis ON basis.contact_id = contact.id
    WHERE basis.scenario = %s AND basis.clock_from IS NULL AND organisation.agreements_ended_on <= %s"""


@dataclass(frozen=True)
class Night:
    """What a run decides by: the policy in force and the day."""

    policy: PolicyVersion
    day: dt.date

    def due(self, scenario: str, among: list[int] | None = None, organisations: list[int] | None = None) -> Sql:
        """Return the bases of a scenario that are due: of everyone, or of the contacts `among`, of whom those whose
        clock stands on an organisation count only if it is one of `organisations`, which the caller has locked.
        """
        parts = [_narrowed(self._own(scenario), "basis.contact_id", among)]
        if self.stands_on_organisations(scenario):
            shared = _narrowed(self._of_organisation(scenario), "basis.contact_id", among)
            parts.append(_narrowed(shared, "organisation.id", organisations))
        return union(parts)

    def stands_on_organisations(self, scenario: str) -> bool:
        """Tell whether the clock of this scenario is that of an agreement."""
        return self.policy.rule(scenario).clock == Clock.AGREEMENT_END

    def all_due(self) -> Sql:
        """Return the bases due under any scenario."""
        return union([self.due(scenario) for scenario in Scenario.values])

    def anchor(self, rule: ScenarioRule) -> dt.date:
        """Return the latest anchor that is due today."""
        return latest_due_anchor(self.day, rule.months)

    def own_clock_rule(self, scenario: str) -> ScenarioRule:
        """Return the rule for a basis with a clock of its own: the prospect's for a customer or partner unverified."""
        rule = self.policy.rule(scenario)
        return self.policy.rule(Scenario.PROSPECT) if rule.clock == Clock.AGREEMENT_END else rule

    def _own(self, scenario: str) -> Sql:
        return _OWN_CLOCK, [scenario, self.anchor(self.own_clock_rule(scenario))]

    def _of_organisation(self, scenario: str) -> Sql:
        return _CLOCK_OF_ORGANISATION, [scenario, self.anchor(self.policy.rule(scenario))]


def _narrowed(sql: Sql, column: str, among: list[int] | None) -> Sql:
    text, values = sql
    return sql if among is None else (f"{text} AND {column} = ANY(%s)", [*values, among])


def union(parts: Iterable[Sql]) -> Sql:
    listed = list(parts)
    return " UNION ALL ".join(text for text, _ in listed), [value for _, values in listed for value in values]
