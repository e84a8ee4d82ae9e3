"""Agreements: keyed by organisation, kind and reference; the clock of the organisation follows from them."""

from psycopg2 import sql

from contacts.people import agreements
from privacy_crm.crm_import.columns import AGREEMENTS
from privacy_crm.crm_import.merging import LINES, Target, apply, given_or_stored, last, outcomes
from privacy_crm.crm_import.organisations import UNKNOWN
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import Import

_GIVEN = sql.SQL("""
    SELECT organisation.id AS organisation_id, kind, COALESCE(entry.reference, '') AS reference,
        {last}, {lines}
    FROM import_agreements entry JOIN contacts_organisation organisation ON organisation.name = entry.organisation
    WHERE fault IS NULL GROUP BY 1, 2, 3""").format(last=last("started_on", "ended_on"), lines=LINES)

TARGET = Target(
    name="agreements",
    table="contacts_agreement",
    keys=["organisation_id", "kind", "reference"],
    given=_GIVEN,
    becomes={name: given_or_stored(name) for name in ("started_on", "ended_on")},
)

# Rows may be fine each for itself, and still contradict each other or what is on record.
_CONTRADICTED = sql.SQL("""
    SELECT organisation.name AS organisation, given.kind, given.reference FROM ({given}) given
    JOIN contacts_organisation organisation ON organisation.id = given.organisation_id
    LEFT JOIN contacts_agreement stored ON {match}
    WHERE {ended_on} < {started_on}""").format(given=_GIVEN, match=TARGET.match, **TARGET.becomes)

_CONTRADICTS = sql.SQL("""(entry.organisation, entry.kind, COALESCE(entry.reference, '')) IN (
    SELECT organisation, kind, reference FROM import_contradicted)""")

_END = sql.SQL("entry.ended_on IS NOT NULL")
_START_ALONE = sql.SQL("entry.started_on IS NOT NULL AND entry.ended_on IS NULL")


def write(work: Import) -> None:
    """Write the agreements, then derive the clocks of their organisations."""
    work.refuse(AGREEMENTS, "organisation", "unknown organisation", UNKNOWN)
    _refuse_impossible(work)
    apply(work, TARGET)
    for ids in work.chunks("SELECT DISTINCT organisation_id FROM merged_agreements WHERE status < 3"):
        agreements.settle(ids)


def counts(work: Import) -> Counts:
    return count(work, AGREEMENTS, outcomes(AGREEMENTS, TARGET))


def _refuse_impossible(work: Import) -> None:
    """Refuse the rows that bring the dates; those of the same agreement that bring none are innocent."""
    reason = "ended before it started"
    work.refuse(AGREEMENTS, "ended_on", reason, sql.SQL("entry.ended_on < entry.started_on"))
    work.keep(sql.Identifier("import_contradicted"), _CONTRADICTED)
    for column, brings in (("ended_on", _END), ("started_on", _START_ALONE)):
        work.refuse(AGREEMENTS, column, reason, sql.SQL("{} AND {}").format(brings, _CONTRADICTS))
