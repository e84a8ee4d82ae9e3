"""Holds: keyed by person, kind and reason."""

from privacy_crm.crm_import import people
from privacy_crm.crm_import.columns import HOLDS
from privacy_crm.crm_import.merging import LINES, Target, apply, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import ACCEPTED, Import
from retention import freezing
from retention.models import REASONS

_UNTIL = "COALESCE(given.until, stored.until)"

TARGET = Target(
    name="holds",
    table="retention_hold",
    keys=["contact_id", "kind", "reason"],
    given=f"""
        SELECT contact_id, kind, reason, {last("legal_reference", "keeps", "until")}, {LINES}
        FROM import_holds JOIN import_known USING (email) WHERE {ACCEPTED} GROUP BY contact_id, kind, reason""",
    becomes={
        "legal_reference": "COALESCE(given.legal_reference, stored.legal_reference, '')",
        "keeps": "COALESCE(given.keeps::varchar[], stored.keeps, %(keeps)s::varchar[])",
        "until": _UNTIL,
        # With another last day, a hold that a run has dealt with stands again, or is to be dealt with again.
        "closed_on": f"CASE WHEN stored.until IS NOT DISTINCT FROM {_UNTIL} THEN stored.closed_on END",
    },
    fresh={"placed_at": "%(at)s"},
)

_FITTING = ", ".join(f"('{kind.value}', '{reason.value}')" for kind in REASONS for reason in REASONS[kind])


def judge(work: Import) -> None:
    work.refuse(HOLDS, "email", "unknown person", people.UNKNOWN)
    work.refuse(HOLDS, "reason", "unknown reason", f"(entry.kind, entry.reason) NOT IN ({_FITTING})")


def write(work: Import) -> None:
    apply(work, TARGET)
    for contact_ids in work.chunks(f"SELECT DISTINCT contact_id FROM {TARGET.merged} WHERE status < 3"):
        freezing.settle(contact_ids)


def counts(work: Import) -> Counts:
    return count(work, HOLDS, outcomes(HOLDS, TARGET))
