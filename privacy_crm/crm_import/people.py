"""The people themselves: keyed by their address, with the last activity that the whole export tells of."""

from psycopg2 import sql

from contacts.base import audit
from contacts.people import address_trust, empty_organisations
from privacy_crm.crm_import import differences, existing, stored_only, unconfirmed
from privacy_crm.crm_import.columns import CONTACTS
from privacy_crm.crm_import.merging import LINES, Target, last, merge, named
from privacy_crm.crm_import.merging import write as write_records
from privacy_crm.crm_import.organisations import UNKNOWN as UNKNOWN_ORGANISATION
from privacy_crm.crm_import.staging import Import

TEXTS = (
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
UNKNOWN = sql.SQL("""
    NOT EXISTS (SELECT 1 FROM import_known known WHERE known.email = entry.email)
    AND NOT EXISTS (SELECT 1 FROM import_contacts newcomer WHERE newcomer.email = entry.email AND fault IS NULL)""")

SUPPRESSED = "suppressed address"

ERASED = "erased at their request"

# No list brings anybody back whom their own wish had us erase, whatever they would come in as (L12). A row of somebody
# who is held again is none of those.
_STONES = sql.SQL("""
    (
        SELECT line, erased_on FROM import_contacts JOIN contacts_tombstone USING (address_hash)
        WHERE ends_on >= %(day)s
        UNION ALL
        SELECT line, erased_on FROM import_contacts JOIN contacts_tombstone USING (mailbox_hash)
        WHERE ends_on >= %(day)s
    ) stone""")
_ERASED = sql.SQL("""
    entry.line IN (SELECT line FROM {})
    AND NOT EXISTS (SELECT 1 FROM import_known known WHERE known.email = entry.email)""").format(_STONES)
_ERASED_ON = sql.SQL("""
    (SELECT {} || to_char(max(erased_on), ' "on" FMDD FMMonth YYYY') FROM {} WHERE stone.line = entry.line)""").format(
    sql.Literal(ERASED), _STONES
)

# An objection to all channels outlives the person, and keeps them from coming back as a prospect (P12).
_OBJECTED = sql.SQL("""
    entry.scenario = 'prospect' AND entry.line IN (
        SELECT line FROM (
            SELECT line, channel FROM import_contacts JOIN contacts_suppression USING (address_hash)
            UNION
            SELECT line, channel FROM import_contacts JOIN contacts_suppression USING (mailbox_hash)
        ) against GROUP BY line HAVING count(*) = 3
    )""")

# Where people who are held are passed over, so are their rows: what those say changes nothing of them, and is no reason
# to hold them.
PASSED = sql.SQL("%(existing)s = 'skip' AND email IN (SELECT email FROM import_held)")

_HELD = sql.SQL("SELECT email FROM import_known WHERE %(existing)s = 'skip'")

# The collection of a whitepaper, webinar or event row was itself an activity; that of the others was not.
_DAYS = sql.SQL("""
    SELECT email, max(day) AS day FROM (
        SELECT email, last_activity_on AS day FROM import_contacts WHERE fault IS NULL AND NOT ({passed})
        UNION ALL
        SELECT email, collected_on FROM import_contacts
        WHERE fault IS NULL AND scenario = ANY(%(activity_scenarios)s) AND NOT ({passed})
        UNION ALL
        SELECT email, (registered_at AT TIME ZONE %(zone)s)::date FROM import_registrations WHERE fault IS NULL
        UNION ALL
        SELECT email, (occurred_at AT TIME ZONE %(zone)s)::date FROM import_activities WHERE fault IS NULL
    ) active WHERE day IS NOT NULL GROUP BY email""").format(passed=PASSED)

TARGET = Target(
    name="people",
    table="contacts_contact",
    keys=["email"],
    given=sql.SQL("""
        SELECT email, address_hash, mailbox_hash, known.contact_id, {texts}, organisation.id AS organisation_id, day,
            lines, first_line
        FROM (
            SELECT email, min(address_hash) AS address_hash, min(mailbox_hash) AS mailbox_hash, {last}, {lines}
            FROM import_contacts WHERE fault IS NULL AND NOT ({passed}) GROUP BY email
        ) said
        FULL JOIN import_days USING (email)
        LEFT JOIN import_known known USING (email)
        LEFT JOIN (SELECT id, name FROM contacts_organisation) organisation
            ON organisation.name = said.organisation""").format(
        texts=sql.SQL(", ").join(map(sql.Identifier, TEXTS)),
        last=last(*TEXTS, "organisation"),
        lines=LINES,
        passed=PASSED,
    ),
    becomes=existing.of_person(*TEXTS)
    | {
        "last_activity_on": sql.SQL("GREATEST(stored.last_activity_on, given.day)"),
        "address_hash": sql.SQL("COALESCE(stored.address_hash, given.address_hash)"),
        "mailbox_hash": sql.SQL("COALESCE(stored.mailbox_hash, given.mailbox_hash)"),
    },
    fresh={"public_id": sql.SQL("gen_random_uuid()"), "company": sql.Literal(""), **address_trust.IN_A_LIST},
    found_by=sql.SQL("stored.id = given.contact_id"),
)

# The organisations that somebody leaves for another.
_LEFT = sql.SQL("""
    SELECT DISTINCT contact.organisation_id
    FROM merged_people person JOIN contacts_contact contact ON contact.id = person.stored_id
    WHERE status = 2 AND {moved} AND contact.organisation_id IS NOT NULL""").format(
    moved=TARGET.moved("organisation_id")
)

# Whom the import created.
NEW = sql.SQL("""
    SELECT contact.id AS contact_id, contact.email, contact.public_id
    FROM merged_people newcomer JOIN contacts_contact contact USING (email) WHERE newcomer.status = 1""")

# Whom another list brings as well is nobody's to remove any more: taking that list back would lose them from this one.
_NOT_OF_ONE_LIST = """
    DELETE FROM contacts_uploadedperson WHERE contact_id IN (
        SELECT stored_id FROM merged_people WHERE stored_id IS NOT NULL AND lines IS NOT NULL)"""

_KNOW = sql.SQL("INSERT INTO import_known (contact_id, email) SELECT contact_id, email FROM ({}) newcomer")

# The rows of contacts.csv that say what a field of a person has become.
_SAYS = sql.SQL("entry.{name} = person.{name}")

CHANGED = sql.SQL("""
    SELECT entry.line, 2 AS status
    FROM import_contacts entry JOIN merged_people person USING (email)
    LEFT JOIN contacts_organisation organisation ON organisation.name = entry.organisation
    WHERE fault IS NULL AND person.status = 2 AND (
        {texts}
        OR ({organisation_moved} AND organisation.id = person.organisation_id)
        OR ({activity_moved} AND person.last_activity_on IN (
            entry.last_activity_on, CASE WHEN entry.scenario = ANY(%(activity_scenarios)s) THEN entry.collected_on END
        ))
    )""").format(
    texts=sql.SQL(" OR ").join(sql.SQL("({} AND {})").format(TARGET.moved(name), named(_SAYS, name)) for name in TEXTS),
    organisation_moved=TARGET.moved("organisation_id"),
    activity_moved=TARGET.moved("last_activity_on"),
)


def counted_as(reason: str) -> str:
    """Return the reason under which a refused row is counted: it may name a day."""
    return ERASED if reason.startswith(ERASED) else reason


def judge(work: Import) -> None:
    """Refuse the rows of people with an organisation that nobody knows, who were erased at their request, and of
    prospects who have objected.
    """
    work.refuse(
        CONTACTS,
        "organisation",
        "unknown organisation",
        sql.SQL("entry.organisation IS NOT NULL AND {}").format(UNKNOWN_ORGANISATION),
    )
    work.refuse(CONTACTS, "email", _ERASED_ON, _ERASED)
    work.refuse(CONTACTS, "email", SUPPRESSED, _OBJECTED)
    work.keep(sql.Identifier("import_held"), _HELD)


def write(work: Import) -> None:
    """Write the people, and put the new ones among those known."""
    work.keep(sql.Identifier("import_days"), _DAYS)
    merge(work, TARGET)
    stored_only.spare(work, CONTACTS, TARGET, sql.Identifier("merged", "stored_id"))
    unconfirmed.hold_back(work, TARGET)
    differences.review(work, TARGET)
    work.not_moved = [line for lines in work.chunks(existing.NOT_MOVED) for line in lines]
    left = list(work.chunks(_LEFT))
    write_records(work, TARGET)
    for organisation_ids in left:
        empty_organisations.notice(organisation_ids)
    work.do(_NOT_OF_ONE_LIST)
    work.do(_KNOW.format(NEW))
    work.analyze(sql.Identifier("import_known"))
    audit.record_found("contact.created", NEW, at=work.at, by=work.by)
