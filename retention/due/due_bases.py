"""Which bases are due: indexed anchors in a range, and objections to all marketing; never a walk over all contacts.

The same sets serve the dry run, the cap, the pick of a batch, and the second decision under the lock, so that none can
differ from another. Each is a pair of SQL and its named values with the columns `contact_id` and `scenario`; a name
means the same in all of them, so that they can be joined.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg2 import sql

from contacts.base.days import day_of
from contacts.models import PolicyVersion, ScenarioRule
from contacts.outbox.links import OPEN_DAYS
from contacts.people.suppressions import SAME_MAILBOX
from contacts.policy import promised
from contacts.policy.promised import Span
from contacts.words.vocabulary import MARKETING_SCENARIOS, SCENARIO_OF_EVENT, Channel, MailTemplate, Scenario
from retention.due import periods
from retention.due.months import latest_due_anchor
from retention.due.periods import Over

type Sql = tuple[sql.Composable, dict[str, Any]]

_OF_EVENT = sql.SQL("CASE event.kind {} END").format(
    sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(kind), sql.Literal(scenario))
        for kind, scenario in SCENARIO_OF_EVENT.items()
    )
)

_MARKETING = sql.SQL(", ").join(map(sql.Literal, MARKETING_SCENARIOS))


# A mail about what was asked for has not left, or the one that says that they are about to be deleted.
_MAIL_WAITS = sql.SQL("""
    SELECT 1 FROM contacts_message message LEFT JOIN contacts_event event ON event.id = message.event_id
    WHERE message.contact_id = basis.contact_id AND message.purpose = 'service'
        AND message.sent_at IS NULL AND message.ended_at IS NULL
        AND (
            message.template = {parting}
            OR CASE WHEN message.whitepaper_id IS NOT NULL THEN {whitepaper} ELSE {of_event} END = basis.scenario
        )""").format(
    parting=sql.Literal(MailTemplate.PARTING), whitepaper=sql.Literal(Scenario.WHITEPAPER), of_event=_OF_EVENT
)

# A whitepaper is delivered once its last download link has ended, an event once it is over.
_LINK_ENDS = sql.SQL("""
    SELECT max(sign_up.confirmed_at) + {open} FROM contacts_signup sign_up
    WHERE sign_up.contact_id = basis.contact_id AND sign_up.whitepaper_id IS NOT NULL
        AND sign_up.scenario = basis.scenario""").format(open=sql.Literal(dt.timedelta(days=OPEN_DAYS)))
_EVENT_IS_OVER = sql.SQL("""
    SELECT max(event.over_at) FROM contacts_registration registration
    JOIN contacts_event event ON event.id = registration.event_id
    WHERE registration.contact_id = basis.contact_id AND registration.cancelled_at IS NULL
        AND event.cancelled_at IS NULL AND {of_event} = basis.scenario""").format(of_event=_OF_EVENT)


def freed_at(zone: sql.Composable) -> sql.Composed:
    """Return the query for the moment from which an objection to all marketing lets a basis of a contact lapse
    (Art. 17(1)(c) GDPR), in a time zone.

    NULL while a mail waits that they are still owed; no row for an objection to less, or where it is not marketing that
    the person is held for.
    """
    return sql.SQL("""
    SELECT CASE WHEN NOT EXISTS ({mail_waits})
        THEN GREATEST(max(objection.since)::timestamp AT TIME ZONE {zone}, ({link_ends}), ({event_is_over}))
    END AS at
    FROM (
        SELECT min(suppression.since) AS since FROM contacts_suppression suppression
        WHERE {of_theirs} GROUP BY suppression.channel
    ) objection
    WHERE basis.scenario IN ({marketing})
    HAVING count(*) = {channels}""").format(
        mail_waits=_MAIL_WAITS,
        zone=zone,
        link_ends=_LINK_ENDS,
        event_is_over=_EVENT_IS_OVER,
        of_theirs=SAME_MAILBOX.format(one=sql.Identifier("suppression"), other=sql.Identifier("contact")),
        marketing=_MARKETING,
        channels=sql.Literal(len(Channel)),
    )


# The suppressions lead to the people: they are few, and most people have not objected. Of those who objected to all
# channels: whoever only unsubscribes says nothing of post.
_FREED_BY_OBJECTION = sql.SQL("""
    SELECT basis.contact_id, basis.scenario FROM contacts_contact contact
    JOIN contacts_basis basis ON basis.contact_id = contact.id
    CROSS JOIN LATERAL ({freed}) freed
    WHERE contact.id IN (
            SELECT person.id FROM contacts_contact person JOIN contacts_suppression USING (mailbox_hash)
            WHERE channel = {post}
            UNION
            SELECT person.id FROM contacts_contact person JOIN contacts_suppression USING (address_hash)
            WHERE channel = {post} AND person.mailbox_hash <> person.address_hash
        )
        AND freed.at <= %(at)s""").format(freed=freed_at(sql.Placeholder("zone")), post=sql.Literal(Channel.POST))


_FROM_BASES = sql.SQL("""
    SELECT basis.contact_id, basis.scenario FROM contacts_basis basis
    WHERE basis.scenario = {scenario} AND {over}""")

_FROM_ORGANISATIONS = sql.SQL("""
    SELECT basis.contact_id, basis.scenario FROM contacts_basis basis
    JOIN contacts_contact contact ON contact.id = basis.contact_id
    LEFT JOIN contacts_organisation organisation ON organisation.id = contact.organisation_id
    WHERE basis.scenario = {scenario} AND {over}""")


@dataclass(frozen=True)
class RetentionDate:
    """What a run decides by: the policy in force, the moment, and its day in the company's time zone.

    And what each person was promised before: a basis is due by whichever of the two ends earlier (L13).
    """

    policy: PolicyVersion
    at: dt.datetime

    @property
    def day(self) -> dt.date:
        return day_of(self.at, self.policy.zone)

    @cached_property
    def spans(self) -> list[Span]:
        """The versions that people were promised."""
        return promised.spans()

    def over(self, scenario: str) -> list[Over]:
        """Return when a basis of this scenario is over: each is true of other bases than the one before."""
        return list(periods.over(scenario, self.policy, self.spans, self.day))

    def lapsed(self, scenario: str, among: list[int] | None = None, organisations: list[int] | None = None) -> Sql:
        """Return the bases of a scenario whose period is over: of everyone, or of the contacts `among`, of whom those
        whose clock stands on an organisation count only if it is one of `organisations`, which the caller has locked.
        """
        return union(
            self._part(over, scenario, f"{scenario}_{number}", among, organisations)
            for number, over in enumerate(self.over(scenario))
        )

    def _part(
        self, over: Over, scenario: str, name: str, among: list[int] | None, organisations: list[int] | None
    ) -> Sql:
        condition, values = over.as_sql(name)
        query = _FROM_ORGANISATIONS if over.joins else _FROM_BASES
        found = query.format(scenario=sql.Literal(scenario), over=condition), values
        these = organisations if over.stands_on_organisations else None
        return _narrowed(_narrowed(found, _AMONG, "among", among), _OF_THESE, "organisations", these)

    def freed(self, scenario: str, among: list[int] | None = None) -> Sql:
        """Return the bases of a scenario that an objection to all marketing lets lapse: of everyone, or of `among`."""
        freed, values = self.freed_of_any()
        return _narrowed((freed + _OF_SCENARIO.format(sql.Literal(scenario)), values), _AMONG, "among", among)

    def freed_of_any(self, among: list[int] | None = None) -> Sql:
        """Return the same of any scenario."""
        freed = _FREED_BY_OBJECTION, {"zone": self.policy.time_zone, "at": self.at}
        return _narrowed(freed, _AMONG, "among", among)

    def stands_on_organisations(self, scenario: str) -> bool:
        """Tell whether the clock of this scenario is that of an agreement, for anybody."""
        return any(over.stands_on_organisations for over in self.over(scenario))

    def all_due(self) -> Sql:
        """Return the bases due under any scenario, each once."""
        lapsed = union(map(self.lapsed, Scenario.values))
        return union([lapsed, _unless(self.freed_of_any(), lapsed)])

    def anchor(self, rule: ScenarioRule) -> dt.date:
        """Return the latest anchor that is due today."""
        return latest_due_anchor(self.day, rule.months)


_OF_SCENARIO = sql.SQL(" AND basis.scenario = {}")
_AMONG = sql.SQL(" AND basis.contact_id = ANY(%(among)s)")
_OF_THESE = sql.SQL(" AND (contact.organisation_id IS NULL OR organisation.id = ANY(%(organisations)s))")


def _narrowed(found: Sql, condition: sql.SQL, name: str, ids: list[int] | None) -> Sql:
    query, values = found
    return found if ids is None else (query + condition, values | {name: ids})


def _unless(found: Sql, others: Sql) -> Sql:
    """Leave out the bases that the other query finds as well."""
    query = sql.SQL("""{found} AND NOT EXISTS (
        SELECT 1 FROM ({others}) other
        WHERE other.contact_id = basis.contact_id AND other.scenario = basis.scenario)""")
    return query.format(found=found[0], others=others[0]), found[1] | others[1]


def union(parts: Iterable[Sql]) -> Sql:
    listed = list(parts)
    values = {name: value for _, named in listed for name, value in named.items()}
    return sql.SQL(" UNION ALL ").join(query for query, _ in listed), values
