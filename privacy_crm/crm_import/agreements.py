"""Agreements: keyed by organisation, kind and reference; the clock of the organisation follows from them."""

from contacts.people import agreements
from privacy_crm.crm_import.columns import AGREEMENTS
from privacy_crm.crm_import.merging import LINES, Target, apply, last, outcomes
from privacy_crm.crm_import.organisations import UNKNOWN
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import ACCEPTED, Import

_GIVEN = f"""
    SELECT organisation.id AS organisation_id, kind, COALESCE(entry.reference, '') AS reference,
        {last("started_on", "ended_on")}, {LINES}
    FROM import_agreements entry JOIN contacts_organisation organisation ON organisation.name = entry.organisation
    WHERE {ACCEPTED} GROUP BY 1, 2, 3"""

TARGET = Target(
    name="agreements",
    table="contacts_agreement",
    keys=["organisation_id", "kind", "reference"],
    given=_GIVEN,
    becomes={name: f"COALESCE(given.{name}, stored.{name})" for name in ("started_on", "ended_on")},
)

# Rows may be fine each for itself, and still contradict each other or what is on record.
_CONTRADICTED = f"""
    SELECT organisation.name AS organisation, given.kind, given.reference FROM ({_GIVEN}) given
    JOIN contacts_organisation organisation ON organisation.id = given.organisation_id
    LEFT JOIN contacts_agreement stored ON {TARGET.match}
    WHERE {TARGET.becomes["ended_on"]} < {TARGET.becomes["started_on"]}"""

_CONTRADICTS = """(entry.organisation, entry.kind, COALESCE(entry.reference, '')) IN (
    SELECT organisation, kind, reference FROM import_contradicted)"""


def write(work: Import) -> None:
    """Write the agreements, then derive the clocks of their organisations."""
    work.refuse(AGREEMENTS, "organisation", "unknown organisation", UNKNOWN)
    _refuse_impossible(work)
    apply(work, TARGET)
    for ids in work.chunks(f"SELECT DISTINCT organisation_id FROM {TARGET.merged} WHERE status < 3"):
        agreements.settle(ids)


def counts(work: Import) -> Counts:
    return count(work, AGREEMENTS, outcomes(AGREEMENTS, TARGET))


def _refuse_impossible(work: Import) -> None:
    """Refuse the rows that bring the dates; those of the same agreement that bring none are innocent."""
    reason = "ended before it started"
    work.refuse(AGREEMENTS, "ended_on", reason, "entry.ended_on < entry.started_on")
    work.keep("import_contradicted", _CONTRADICTED)
    work.refuse(AGREEMENTS, "ended_on", reason, f"entry.ended_on IS NOT NULL AND {_CONTRADICTS}")
    start_alone = "entry.started_on IS NOT NULL AND entry.ended_on IS NULL"
    work.refuse(AGREEMENTS, "started_on", reason, f"{start_alone} AND {_CONTRADICTS}")
