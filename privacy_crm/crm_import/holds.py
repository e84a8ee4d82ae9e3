"""Holds: keyed by person, kind and reason."""

from psycopg2 import sql

from privacy_crm.crm_import import people
from privacy_crm.crm_import.columns import HOLDS
from privacy_crm.crm_import.merging import LINES, Target, apply, given_or_stored, kept, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import Import
from retention.holds import derived_holds
from retention.models import REASONS

_UNTIL = given_or_stored("until")

TARGET = Target(
    name="holds",
    table="retention_hold",
    keys=["contact_id", "kind", "reason"],
    given=sql.SQL("""
        SELECT contact_id, kind, reason, {last}, {lines}
        FROM import_holds JOIN import_known USING (email) WHERE fault IS NULL
        GROUP BY contact_id, kind, reason""").format(last=last("legal_reference", "keeps", "until"), lines=LINES),
    becomes={
        **kept("legal_reference"),
        "keeps": sql.SQL("COALESCE(given.keeps::varchar[], stored.keeps, %(keeps)s::varchar[])"),
        "until": _UNTIL,
        # A last day that the file brings follows from no financial year that is on record.
        "financial_year_ended_on": sql.SQL(
            "CASE WHEN stored.until IS NOT DISTINCT FROM {} THEN stored.financial_year_ended_on END"
        ).format(_UNTIL),
        # With another last day, a hold that a run has dealt with stands again, or is to be dealt with again.
        "closed_on": sql.SQL("CASE WHEN stored.until IS NOT DISTINCT FROM {} THEN stored.closed_on END").format(_UNTIL),
    },
    fresh={"placed_at": sql.Placeholder("at")},
)

_UNFIT = sql.SQL("(entry.kind, entry.reason) NOT IN ({})").format(
    sql.SQL(", ").join(
        sql.SQL("({}, {})").format(sql.Literal(kind), sql.Literal(reason))
        for kind in REASONS
        for reason in REASONS[kind]
    )
)


def judge(work: Import) -> None:
    work.refuse(HOLDS, "email", "unknown person", people.UNKNOWN)
    work.refuse(HOLDS, "reason", "unknown reason", _UNFIT)


def write(work: Import) -> None:
    apply(work, TARGET)
    for contact_ids in work.chunks("SELECT DISTINCT contact_id FROM merged_holds WHERE status < 3"):
        derived_holds.settle(contact_ids)


def counts(work: Import) -> Counts:
    return count(work, HOLDS, outcomes(HOLDS, TARGET))
