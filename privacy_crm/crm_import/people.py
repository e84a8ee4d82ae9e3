"""The people themselves: keyed by their address, with the last activity that the whole export tells of."""

from contacts.base import audit
from contacts.people import vacancy
from privacy_crm.crm_import import stored_only
from privacy_crm.crm_import.columns import CONTACTS
from privacy_crm.crm_import.merging import LINES, Target, kept, last, merge
from privacy_crm.crm_import.merging import write as write_records
from privacy_crm.crm_import.organisations import UNKNOWN as UNKNOWN_ORGANISATION
from privacy_crm.crm_import.staging import ACCEPTED, Import

_TEXTS = (
    "first_name",
    "last_name",
    "job_title",
    "phone",
    "address",
    "postal_code",
    "city",
    "country",
    "language",
)

# For other files: the person that a row names is neither in the directory nor in the database.
UNKNOWN = f"""
    NOT EXISTS (SELECT 1 FROM import_known known WHERE known.email = entry.email)
    AND NOT EXISTS (SELECT 1 FROM import_contacts newcomer WHERE newcomer.email = entry.email AND {ACCEPTED})"""

SUPPRESSED = "suppressed address"

# An objection to all channels outlives the person, and keeps them from coming back as a prospect (P12).
_OBJECTED = """
    entry.scenario = 'prospect' AND entry.address_hash IN (
        SELECT address_hash FROM contacts_suppression GROUP BY address_hash HAVING count(DISTINCT channel) = 3
    )"""

# The collection of a whitepaper, webinar or event row was itself an activity; that of the others was not.
_DAYS = f"""
    SELECT email, max(day) AS day FROM (
        SELECT email, last_activity_on AS day FROM import_contacts WHERE {ACCEPTED}
        UNION ALL
        SELECT email, collected_on FROM import_contacts WHERE {ACCEPTED} AND scenario = ANY(%(activity_scenarios)s)
        UNION ALL
        SELECT email, (registered_at AT TIME ZONE %(zone)s)::date FROM import_registrations WHERE {ACCEPTED}
        UNION ALL
        SELECT email, (occurred_at AT TIME ZONE %(zone)s)::date FROM import_activities WHERE {ACCEPTED}
    ) active WHERE day IS NOT NULL GROUP BY email"""

# What was put right on the person's word stays right (Art. 16 GDPR).
_UNLESS_CORRECTED = "CASE WHEN '{name}' = ANY(stored.corrected) THEN stored.{name} ELSE {value} END"

TARGET = Target(
    name="people",
    table="contacts_contact",
    keys=["email"],
    given=f"""
        SELECT email, address_hash, known.contact_id, {", ".join(_TEXTS)}, organisation.id AS organisation_id, day,
            lines, first_line
        FROM (
            SELECT email, min(address_hash) AS address_hash, {last(*_TEXTS, "organisation")}, {LINES}
            FROM import_contacts WHERE {ACCEPTED} GROUP BY email
        ) said
        FULL JOIN import_days USING (email)
        LEFT JOIN import_known known USING (email)
        LEFT JOIN (SELECT id, name FROM contacts_organisation) organisation ON organisation.name = said.organisation""",
    becomes={name: _UNLESS_CORRECTED.format(name=name, value=value) for name, value in kept(*_TEXTS).items()}
    | {
        "organisation_id": "COALESCE(given.organisation_id, stored.organisation_id)",
        "last_activity_on": "GREATEST(stored.last_activity_on, given.day)",
        "address_hash": "COALESCE(stored.address_hash, given.address_hash)",
    },
    fresh={"public_id": "gen_random_uuid()", "company": "''"},
    found_by="stored.id = given.contact_id",
)

# The organisations that somebody leaves for another.
_LEFT = f"""
    SELECT DISTINCT contact.organisation_id
    FROM {TARGET.merged} person JOIN contacts_contact contact ON contact.id = person.stored_id
    WHERE status = 2 AND {TARGET.moved("organisation_id")} AND contact.organisation_id IS NOT NULL"""

# Whom the import created.
NEW = f"""
    SELECT contact.id AS contact_id, contact.email, contact.public_id
    FROM {TARGET.merged} newcomer JOIN contacts_contact contact USING (email) WHERE newcomer.status = 1"""

# Whom another list brings as well is nobody's to remove any more: taking that list back would lose them from this one.
_NOT_OF_ONE_LIST = f"""
    DELETE FROM contacts_uploadedperson WHERE contact_id IN (
        SELECT stored_id FROM {TARGET.merged} WHERE stored_id IS NOT NULL AND lines IS NOT NULL)"""

# The rows of contacts.csv that say what a field of a person has become.
CHANGED = f"""
    SELECT entry.line, 2 AS status
    FROM import_contacts entry JOIN {TARGET.merged} person USING (email)
    LEFT JOIN contacts_organisation organisation ON organisation.name = entry.organisation
    WHERE {ACCEPTED} AND person.status = 2 AND (
        {" OR ".join(f"({TARGET.moved(name)} AND entry.{name} = person.{name})" for name in _TEXTS)}
        OR ({TARGET.moved("organisation_id")} AND organisation.id = person.organisation_id)
        OR ({TARGET.moved("last_activity_on")} AND person.last_activity_on IN (
            entry.last_activity_on, CASE WHEN entry.scenario = ANY(%(activity_scenarios)s) THEN entry.collected_on END
        ))
    )"""


def judge(work: Import) -> None:
    """Refuse the rows of people with an organisation that nobody knows, and of prospects who have objected."""
    work.refuse(
        CONTACTS,
        "organisation",
        "unknown organisation",
        f"entry.organisation IS NOT NULL AND {UNKNOWN_ORGANISATION}",
    )
    work.refuse(CONTACTS, "email", SUPPRESSED, _OBJECTED)


def write(work: Import) -> None:
    """Write the people, and put the new ones among those known."""
    work.keep("import_days", _DAYS)
    merge(work, TARGET)
    stored_only.spare(work, CONTACTS, TARGET, "merged.stored_id")
    left = list(work.chunks(_LEFT))
    write_records(work, TARGET)
    for organisation_ids in left:
        vacancy.notice(organisation_ids)
    work.do(_NOT_OF_ONE_LIST)
    work.do(f"INSERT INTO import_known (contact_id, email) SELECT contact_id, email FROM ({NEW}) newcomer")
    work.do("ANALYZE import_known")
    audit.record_found("contact.created", NEW, at=work.at, by=work.by)
