"""Organisations: keyed by their name."""

from privacy_crm.crm_import.columns import ORGANISATIONS
from privacy_crm.crm_import.merging import LINES, Target, apply, kept, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import ACCEPTED, Import

TARGET = Target(
    name="organisations",
    table="contacts_organisation",
    keys=["name"],
    given=f"""
        SELECT name, {last("country", "reference")}, {LINES}
        FROM import_organisations WHERE {ACCEPTED} GROUP BY name""",
    becomes=kept("country", "reference"),
    fresh={"entered_on": "%(day)s", "agreement_state": "'none'", "may_be_vacant": "TRUE"},
)

# For other files: the organisation that a row names is not on record.
UNKNOWN = "NOT EXISTS (SELECT 1 FROM contacts_organisation known WHERE known.name = entry.organisation)"


def write(work: Import) -> None:
    apply(work, TARGET)


def counts(work: Import) -> Counts:
    return count(work, ORGANISATIONS, outcomes(ORGANISATIONS, TARGET))
