"""Organisations: keyed by their name."""

from psycopg2 import sql

from contacts.base import audit
from contacts.words.vocabulary import AgreementState
from privacy_crm.crm_import import existing
from privacy_crm.crm_import.columns import ORGANISATIONS
from privacy_crm.crm_import.merging import LINES, Target, apply, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import Import

TARGET = Target(
    name="organisations",
    table="contacts_organisation",
    keys=["name"],
    given=sql.SQL("""
        SELECT name, {last}, {lines}
        FROM (
            SELECT line, fault, name, country, reference, NULLIF(legal_form, '') AS legal_form FROM import_organisations
        ) entry WHERE fault IS NULL GROUP BY name""").format(
        last=last("country", "reference", "legal_form"), lines=LINES
    ),
    becomes=existing.texts("country", "reference", "legal_form"),
    fresh={
        "entered_on": sql.Placeholder("day"),
        "agreement_state": sql.Literal(AgreementState.NONE),
        "may_be_vacant": sql.Literal(True),
    },
)

# For other files: the organisation that a row names is not on record.
UNKNOWN = sql.SQL("NOT EXISTS (SELECT 1 FROM contacts_organisation known WHERE known.name = entry.organisation)")


# What these rows name is no legal form that we know. It stays as it was.
_OTHER_FORMS = "SELECT line FROM import_organisations WHERE fault IS NULL AND legal_form = ''"


# Which law protects the people of an organisation hangs on it: that it was another form before is on record (L20).
_MARKED = sql.SQL("SELECT 'organisation:' || stored_id AS rule FROM {merged} WHERE status = 2 AND {moved}").format(
    merged=TARGET.merged, moved=TARGET.moved("legal_form")
)


def write(work: Import) -> None:
    work.legal_forms_unknown = work.do(_OTHER_FORMS)
    apply(work, TARGET)
    for rules in work.chunks(_MARKED):
        audit.record_rules("organisation.marked", rules, at=work.at, by=work.by)


def counts(work: Import) -> Counts:
    return count(work, ORGANISATIONS, outcomes(ORGANISATIONS, TARGET))
