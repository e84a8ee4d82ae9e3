"""Activities: what people did. One is either on record or not, so that there is nothing to update."""

from psycopg2 import sql

from privacy_crm.crm_import import people, stored_only
from privacy_crm.crm_import.columns import ACTIVITIES
from privacy_crm.crm_import.merging import LINES, Target, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import Import

TARGET = Target(
    name="activities",
    table="contacts_activity",
    keys=["contact_id", "kind", "occurred_at", "reference"],
    given=sql.SQL("""
        SELECT contact_id, kind, occurred_at, COALESCE(reference, '') AS reference, {lines}
        FROM import_activities JOIN import_known USING (email) WHERE fault IS NULL GROUP BY 1, 2, 3, 4""").format(
        lines=LINES
    ),
)


def judge(work: Import) -> None:
    work.refuse(ACTIVITIES, "email", "unknown person", people.UNKNOWN)


def write(work: Import) -> None:
    stored_only.apply(work, ACTIVITIES, TARGET)


def counts(work: Import) -> Counts:
    return count(work, ACTIVITIES, outcomes(ACTIVITIES, TARGET))
