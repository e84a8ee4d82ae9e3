"""How many people an import is about, and what became of each: `report` counts rows instead."""

from typing import Any

from privacy_crm.crm_import import bases, organisations, people
from privacy_crm.crm_import.staging import ACCEPTED, Import

# They have not been told yet where we have their details from (Art. 14 GDPR, L5).
_UNTOLD = f"""
    FROM {bases.TARGET.merged} WHERE status < 3 AND source_kind <> 'person' AND informed_on IS NULL"""

_NUMBERS = f"""
    SELECT
        (SELECT count(*) FROM import_contacts) AS rows,
        (SELECT count(*) FROM {people.TARGET.merged} WHERE status = 1) AS new,
        (SELECT count(*) FROM {people.TARGET.merged} person WHERE status = 2 OR (status = 3 AND EXISTS (
            SELECT 1 FROM {bases.TARGET.merged} basis WHERE basis.contact_id = person.stored_id AND basis.status < 3
        ))) AS changed,
        (SELECT count(*) FROM {people.TARGET.merged} WHERE status > 1) AS held,
        (SELECT count(*) - count(DISTINCT email) FROM import_contacts WHERE {ACCEPTED}) AS duplicates,
        (SELECT count(*) FROM import_contacts WHERE NOT ({ACCEPTED})) AS refused,
        (SELECT count(*) FROM import_contacts WHERE why = '{people.SUPPRESSED}') AS suppressed,
        (SELECT count(DISTINCT address_hash) FROM import_objections WHERE {ACCEPTED}) AS objected,
        (SELECT count(*) FROM {organisations.TARGET.merged} WHERE status = 1) AS organisations,
        (SELECT count(*) {_UNTOLD}) AS untold,
        (SELECT min(collected_on) {_UNTOLD}) AS untold_since,
        (SELECT max(collected_on) {_UNTOLD}) AS untold_until"""


def numbers(work: Import) -> dict[str, Any]:
    """Count the people of an import, by what became of them. Call it when all is written.

    `untold_since` and `untold_until` are days: the first and the last on which those were collected who are untold.
    """
    work.do(_NUMBERS)
    names = [column.name for column in work.cursor.description or []]
    counts = dict(zip(names, work.cursor.fetchone() or (), strict=True))
    counts["deleted"] = work.deleted
    return counts | {"unchanged": counts["held"] - counts["changed"], "wrong": counts["refused"] - counts["suppressed"]}
