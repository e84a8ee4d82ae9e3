"""Whom a waiting run would touch, and why each of them is due: what an approval covers, and what an officer reads."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from psycopg2 import sql

from contacts.base.days import day_of
from contacts.base.queries import composed
from contacts.models import Contact, PolicyVersion
from contacts.words.vocabulary import Clock, Scenario
from retention.due import retention_schedule
from retention.due.due_bases import RetentionDate, Sql
from retention.lapses import purge_preview
from retention.models import Cause, Part, PurgeCandidate, PurgeCause, PurgeRun
from retention.nights import foreseen

_NAMES: dict[str, sql.Composable] = {cause.name: sql.Literal(cause.value) for cause in Cause} | {
    "AGREEMENT_END": sql.Literal(Clock.AGREEMENT_END.value),
    "HELD": sql.Literal(Part.HOLD.value),
    # Of the causes of a person's bases, the first in this order is the person's.
    "ORDER": sql.Literal([cause.value for cause in (Cause.AGREEMENT, Cause.OBJECTION, Cause.CATCH_UP, Cause.PERIOD)]),
}

# By the policy of that run: what a new one changes is told apart afterwards.
# An agreement's end that lies before the last finished run came on record after it, or that run had let it lapse;
# unless a freeze stood in its way.
_REMEMBER = sql.SQL("""
    {start},
    leaver AS MATERIALIZED (SELECT contact_id FROM fate WHERE leaves AND {counted}),
    lapse AS MATERIALIZED ({lapses}),
    reason AS (
        SELECT lapse.contact_id, lapse.scenario, lapse.lapses_on,
            CASE WHEN lapse.by_objection THEN {OBJECTION}
                 WHEN lapse.clock = {AGREEMENT_END} AND lapse.lapses_on <= %(last_day)s AND NOT EXISTS (
                     SELECT 1 FROM retention_hold hold WHERE hold.contact_id = lapse.contact_id
                         AND hold.kind = 'freeze' AND hold.until >= lapse.lapses_on) THEN {AGREEMENT}
                 WHEN lapse.lapses_on < %(day)s THEN {CATCH_UP}
                 ELSE {PERIOD} END AS cause
        FROM lapse
    ),
    told AS (
        SELECT DISTINCT ON (contact_id) contact_id, scenario, cause FROM reason
        ORDER BY contact_id, array_position({ORDER}, cause), lapses_on DESC, scenario
    )
    INSERT INTO retention_purgecandidate (run_id, contact_id, part, cause)
    SELECT %(run)s, contact_id, COALESCE(told.scenario, ''), COALESCE(told.cause, '')
    FROM fate LEFT JOIN told USING (contact_id)""")

_REMEMBER_HOLDS = sql.SQL("""
    INSERT INTO retention_purgecandidate (run_id, contact_id, part, cause)
    SELECT DISTINCT %(run)s, contact_id, {HELD}, {HOLD} FROM ({ending}) ending""")

# Under the policy of the last finished run they would have stayed.
_BLAME_POLICY = sql.SQL("""
    WITH due AS MATERIALIZED ({due})
    UPDATE retention_purgecandidate candidate SET part = stays.scenario, cause = {POLICY}
    FROM (
        SELECT DISTINCT ON (basis.contact_id) basis.contact_id, basis.scenario
        FROM contacts_basis basis JOIN retention_purgecandidate leaver USING (contact_id)
        WHERE leaver.run_id = %(run)s AND leaver.cause <> '' AND (
            basis.scenario = ANY(%(other_clocks)s)
            OR (basis.contact_id, basis.scenario) NOT IN (SELECT contact_id, scenario FROM due))
        ORDER BY basis.contact_id, basis.scenario
    ) stays
    WHERE candidate.contact_id = stays.contact_id AND candidate.run_id = %(run)s""")

_COUNT = sql.SQL("""
    INSERT INTO retention_purgecause (run_id, part, cause, to_delete, to_minimise)
    SELECT %(run)s, part, cause, count(*) FILTER (WHERE NOT duty), count(*) FILTER (WHERE duty)
    FROM (
        SELECT part, cause, {under_duty} AS duty FROM retention_purgecandidate candidate
        WHERE run_id = %(run)s AND cause <> ''
    ) leaver
    GROUP BY part, cause""")


def remember(run: PurgeRun, night: RetentionDate, *, with_holds: bool) -> tuple[int, int]:
    """Write down everyone whom a waiting run would touch, with the causes, and return how many go and are reduced.

    People whose hold has just ended count only `with_holds`: otherwise the run has dealt with them already. Call it in
    one snapshot.
    """
    last = foreseen.last_finished(night.at)
    before = (last and last.policy_version) or night.policy
    last_day = day_of(last.at, night.policy.zone) if last else None
    _remember(run, night, before, last_day, with_holds=with_holds)
    if before.pk != night.policy.pk:
        _blame_policy(run, night, before)
    _execute(_COUNT.format(under_duty=purge_preview.under_duty("candidate")), {"run": run.pk, "day": night.day})
    counted = PurgeCause.objects.filter(run=run)
    return tuple(counted.aggregate(Sum("to_delete", default=0), Sum("to_minimise", default=0)).values())


_COVERED = sql.SQL("""
    SELECT contact_id FROM retention_purgecandidate candidate WHERE run_id = %(run)s
        AND (cause <> '' OR %(unsaid)s OR contact_id NOT IN ({start} SELECT contact_id FROM fate WHERE leaves))""")


def covered(run: PurgeRun, night: RetentionDate) -> Sql:
    """Return whom an approval of the run covers: who was only to lose a reason does not go altogether instead, as a
    policy that was published since would have it. Runs from before causes were written down cover all on their list.
    """
    start, values = purge_preview.with_fates(night)
    return _COVERED.format(start=start), values | {"run": run.pk, "unsaid": not run.waits_because}


def _remember(
    run: PurgeRun, night: RetentionDate, before: PolicyVersion, last_day: dt.date | None, *, with_holds: bool
) -> None:
    start, values = purge_preview.with_fates(night)
    leavers = sql.SQL("SELECT contact_id FROM leaver")
    lapses, lapse_values = retention_schedule.of_each(before, leavers)
    query = _REMEMBER.format(start=start, lapses=lapses, counted=_counted(with_holds=with_holds), **_NAMES)
    _execute(query, values | lapse_values | {"run": run.pk, "last_day": last_day})
    if with_holds:
        ending, ending_values = composed(purge_preview.hold_ending(night).values("contact_id"))
        _execute(_REMEMBER_HOLDS.format(ending=ending, **_NAMES), {**ending_values, "run": run.pk})


def _counted(*, with_holds: bool) -> sql.Composable:
    if with_holds:
        return sql.SQL("TRUE")
    return sql.SQL("contact_id NOT IN ({})").format(purge_preview.HOLD_ENDED)


def _blame_policy(run: PurgeRun, night: RetentionDate, before: PolicyVersion) -> None:
    due, values = RetentionDate(before, night.at).all_due()
    other = [each for each in Scenario.values if before.rule(each).clock != night.policy.rule(each).clock]
    _execute(_BLAME_POLICY.format(due=due, **_NAMES), values | {"run": run.pk, "other_clocks": other})


def _execute(query: sql.Composable, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)


@dataclass(frozen=True)
class Example:
    """Somebody whom a waiting run would delete or reduce, and the day on which their time was over, if any."""

    contact_id: int
    public_id: uuid.UUID
    part: str
    cause: str
    over_on: dt.date | None


def examples(run: PurgeRun, among: QuerySet[Contact], most: int) -> list[Example]:
    """Return some of those who wait, `among` these people: of each cause as many, as long as there are any."""
    each_kind = Window(RowNumber(), partition_by=[F("cause")], order_by="pk")
    waiting = run.candidates.exclude(cause="").filter(contact__in=among).annotate(place=each_kind)
    chosen = list(waiting.order_by("place", "cause").select_related("contact")[:most])
    chosen.sort(key=lambda each: (list(Cause).index(Cause(each.cause)), each.part, each.pk))
    days = _days(run, [each.contact_id for each in chosen])
    return [
        Example(each.contact_id, each.contact.public_id, each.part, each.cause, days.get(_key(each))) for each in chosen
    ]


def _days(run: PurgeRun, contact_ids: list[int]) -> dict[tuple[bool, int, str], dt.date]:
    """Return when each basis was over: under the policy of the run, and under the one before for other causes."""
    last = foreseen.finished_before(run)
    now, before = run.policy_version, (last and last.policy_version) or run.policy_version
    found = {True: _over_on(now, contact_ids), False: _over_on(before, contact_ids)}
    return {(changed, *key): day for changed, days in found.items() for key, day in days.items()}


def _key(candidate: PurgeCandidate) -> tuple[bool, int, str]:
    return candidate.cause == Cause.POLICY, candidate.contact_id, candidate.part


def _over_on(policy: PolicyVersion | None, contact_ids: list[int]) -> dict[tuple[int, str], dt.date]:
    """Return the day on which each basis of these people lapses."""
    if policy is None:
        return {}
    query, values = retention_schedule.of(policy, contact_ids)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS.format(query), values)
        return {(contact_id, scenario): day for contact_id, scenario, day in cursor}


_DAYS = sql.SQL("SELECT contact_id, scenario, lapses_on FROM ({}) lapse WHERE lapses_on IS NOT NULL")
