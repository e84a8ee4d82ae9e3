"""Which bases are due: indexed anchors in a range, and objections to all marketing; never a walk over all contacts.

The same sets serve the dry run, the cap, the pick of a batch, and the second decision under the lock, so that none can
differ from another. Each is a pair of SQL and its parameters with the columns `contact_id` and `scenario`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contacts.base.days import day_of
from contacts.models import PolicyVersion, ScenarioRule
from contacts.outbox.links import DOWNLOAD_DAYS
from contacts.words.vocabulary import MARKETING_SCENARIOS, SCENARIO_OF_EVENT, Channel, Clock, Scenario
from retention.months import latest_due_anchor

type Sql = tuple[str, list[Any]]

_OF_EVENT = " ".join(f"WHEN '{kind}' THEN '{scenario}'" for kind, scenario in SCENARIO_OF_EVENT.items())

# The moment from which an objection to all marketing lets a basis of a contact lapse (Art. 17(1)(c) GDPR). A whitepaper
# is delivered once its last download link has ended, an event once it is over. NULL while a mail about what was asked
# for has not left; no row for an objection to less, or where it is not marketing that the person is held for.
FREED = f"""
    SELECT CASE WHEN NOT EXISTS (
        SELECT 1 FROM contacts_message message LEFT JOIN contacts_event event ON event.id = message.event_id
        WHERE message.contact_id = basis.contact_id AND message.purpose = 'service'
            AND message.sent_at IS NULL AND message.ended_at IS NULL
            AND CASE WHEN message.whitepaper_id IS NOT NULL THEN '{Scenario.WHITEPAPER}'
                     ELSE CASE event.kind {_OF_EVENT} END END = basis.scenario
    ) THEN GREATEST(
        max(objection.since)::timestamp AT TIME ZONE %s,
        (
            SELECT max(sign_up.confirmed_at) + INTERVAL '{DOWNLOAD_DAYS} days' FROM contacts_signup sign_up
            WHERE sign_up.contact_id = basis.contact_id AND sign_up.whitepaper_id IS NOT NULL
                AND sign_up.scenario = basis.scenario
        ),
        (
            SELECT max(event.over_at) FROM contacts_registration registration
            JOIN contacts_event event ON event.id = registration.event_id
            WHERE registration.contact_id = basis.contact_id AND registration.cancelled_at IS NULL
                AND event.cancelled_at IS NULL AND CASE event.kind {_OF_EVENT} END = basis.scenario
        )
    ) END AS at
    FROM contacts_suppression objection
    WHERE objection.address_hash = contact.address_hash
        AND basis.scenario IN ({", ".join(f"'{scenario}'" for scenario in MARKETING_SCENARIOS)})
    HAVING count(*) = {len(Channel)}"""

_OWN_CLOCK = """
    SELECT basis.contact_id, basis.scenario FROM contacts_basis basis
    WHERE basis.scenario = %s AND basis.clock_from <= %s"""

_CLOCK_OF_ORGANISATION = """
    SELECT basis.contact_id, basis.scenario FROM contacts_organisation organisation
    JOIN contacts_contact contact ON contact.organisation_id = organisation.id
    JOIN contacts_basis basis ON basis.contact_id = contact.id
    WHERE basis.scenario = %s AND basis.clock_from IS NULL AND organisation.agreements_ended_on <= %s"""

# The suppressions lead to the people: they are few, and most people have not objected.
_FREED_BY_OBJECTION = f"""
    SELECT basis.contact_id, basis.scenario FROM contacts_contact contact
    JOIN contacts_basis basis ON basis.contact_id = contact.id
    CROSS JOIN LATERAL ({FREED}) freed
    WHERE contact.address_hash IN (SELECT address_hash FROM contacts_suppression WHERE channel = '{Channel.EMAIL}')
        AND freed.at <= %s AND basis.scenario = %s"""


@dataclass(frozen=True)
class Night:
    """What a run decides by: the policy in force, the moment, and its day in the company's time zone."""

    policy: PolicyVersion
    at: dt.datetime

    @property
    def day(self) -> dt.date:
        return day_of(self.at, self.policy.zone)

    def lapsed(self, scenario: str, among: list[int] | None = None, organisations: list[int] | None = None) -> Sql:
        """Return the bases of a scenario whose period is over: of everyone, or of the contacts `among`, of whom those
        whose clock stands on an organisation count only if it is one of `organisations`, which the caller has locked.
        """
        parts = [_narrowed(self._own(scenario), "basis.contact_id", among)]
        if self.stands_on_organisations(scenario):
            shared = _narrowed(self._of_organisation(scenario), "basis.contact_id", among)
            parts.append(_narrowed(shared, "organisation.id", organisations))
        return union(parts)

    def freed(self, scenario: str, among: list[int] | None = None) -> Sql:
        """Return the bases of a scenario that an objection to all marketing lets lapse: of everyone, or of `among`."""
        freed = _FREED_BY_OBJECTION, [self.policy.time_zone, self.at, scenario]
        return _narrowed(freed, "basis.contact_id", among)

    def stands_on_organisations(self, scenario: str) -> bool:
        """Tell whether the clock of this scenario is that of an agreement."""
        return self.policy.rule(scenario).clock == Clock.AGREEMENT_END

    def all_due(self) -> Sql:
        """Return the bases due under any scenario, each once."""
        lapsed = {scenario: self.lapsed(scenario) for scenario in Scenario.values}
        freed = [_unless(self.freed(scenario), lapsed[scenario]) for scenario in MARKETING_SCENARIOS]
        return union([*lapsed.values(), *freed])

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


def _unless(sql: Sql, others: Sql) -> Sql:
    """Leave out the bases that the other query finds as well."""
    text, values = sql
    found = f"SELECT 1 FROM ({others[0]}) other WHERE other.contact_id = basis.contact_id"
    return f"{text} AND NOT EXISTS ({found})", [*values, *others[1]]


def union(parts: Iterable[Sql]) -> Sql:
    listed = list(parts)
    return " UNION ALL ".join(text for text, _ in listed), [value for _, values in listed for value in values]
