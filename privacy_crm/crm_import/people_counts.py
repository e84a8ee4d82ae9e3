"""How many people an import is about, and what became of each: `report` counts rows instead."""

from typing import Any

from psycopg2 import sql

from contacts.words.country_codes import codes
from privacy_crm.crm_import import people
from privacy_crm.crm_import.merging import named
from privacy_crm.crm_import.staging import Import

# They have not been told yet where we have their details from (Art. 14 GDPR, L5).
_UNTOLD = sql.SQL("""
    FROM merged_bases WHERE status < 3 AND source_kind <> 'person' AND informed_on IS NULL""")

# Their record says something else than a row does, and keeps it: only blanks were filled, or it was put right.
_DIFFERING = sql.SQL("""
    SELECT count(DISTINCT entry.email) FROM import_contacts entry
    JOIN merged_people person USING (email)
    JOIN contacts_contact stored ON stored.id = person.stored_id
    LEFT JOIN contacts_organisation named ON named.name = entry.organisation
    WHERE fault IS NULL AND ({texts} OR stored.organisation_id <> named.id)""").format(
    texts=sql.SQL(" OR ").join(
        named(sql.SQL("(stored.{name} <> '' AND stored.{name} <> entry.{name})"), name) for name in people.TEXTS
    )
)

_NUMBERS = sql.SQL("""
    SELECT
        (SELECT count(*) FROM import_contacts) AS rows,
        (SELECT count(*) FROM merged_people WHERE status = 1) AS new,
        (SELECT count(*) FROM merged_people person WHERE status = 2 OR (status = 3 AND EXISTS (
            SELECT 1 FROM merged_bases basis WHERE basis.contact_id = person.stored_id AND basis.status < 3
        ))) AS changed,
        (SELECT count(*) FROM merged_people WHERE status > 1) AS held,
        ({differing}) AS differing,
        (SELECT count(*) - count(DISTINCT email) FROM import_contacts WHERE fault IS NULL) AS duplicates,
        (SELECT count(*) FROM import_contacts WHERE fault IS NOT NULL) AS refused,
        (SELECT count(*) FROM import_contacts WHERE why = {suppressed}) AS suppressed,
        (SELECT count(*) FROM import_contacts WHERE starts_with(why, {erased})) AS erased,
        (SELECT count(DISTINCT address_hash) FROM import_objections WHERE fault IS NULL) AS objected,
        (SELECT count(*) FROM merged_organisations WHERE status = 1) AS organisations,
        (SELECT count(*) FROM import_contacts WHERE fault IS NULL AND country <> ALL(%(countries)s)) AS nowhere,
        (SELECT count(*) {untold}) AS untold,
        (SELECT min(collected_on) {untold}) AS untold_since,
        (SELECT max(collected_on) {untold}) AS untold_until""").format(
    suppressed=sql.Literal(people.SUPPRESSED),
    erased=sql.Literal(people.ERASED),
    untold=_UNTOLD,
    differing=_DIFFERING,
)


def numbers(work: Import) -> dict[str, Any]:
    """Count the people of an import, by what became of them. Call it when all is written.

    `differing` are held already, and their record says something else than a row, and keeps it. `nowhere` are rows with
    a country that nobody knows. `untold_since` and `untold_until` are days: the first and the last on which those were
    collected who are untold.
    """
    work.do(_NUMBERS, countries=sorted(codes()))
    names = [column.name for column in work.cursor.description or []]
    counts = dict(zip(names, work.cursor.fetchone() or (), strict=True))
    counts["deleted"] = work.deleted
    wrong = counts["refused"] - counts["suppressed"] - counts["erased"]
    return counts | {"unchanged": counts["held"] - counts["changed"], "wrong": wrong}
