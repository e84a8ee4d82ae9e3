"""Why people are held: a basis for each person and scenario, from the rows of people and from registrations (P1)."""

from psycopg2 import sql

from contacts.people import clocks
from contacts.words.vocabulary import SourceKind
from privacy_crm.crm_import import events, people, stored_only
from privacy_crm.crm_import.columns import CONTACTS
from privacy_crm.crm_import.merging import LINES, Target, apply, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import Import

_FRESH = {
    "legal_basis": sql.SQL("%(legal_basis)s::jsonb ->> given.scenario"),
    "clock_from": clocks.of_new_basis("given"),
}

# Of a source that is not the person, and that they have not heard of, one list cannot unsay what another said (L5).
_OWED = sql.SQL("%(untold_stays)s AND stored.source_kind <> 'person' AND stored.informed_on IS NULL")
# Of what is on record for the same reason, blanks alone are filled (L15), also where a list updates details of people.
_FILLS = sql.SQL("%(reasons)s = 'fill' AND stored.id IS NOT NULL")
_ELSEWHERE = sql.SQL("COALESCE(given.source_kind, 'person') <> 'person'")
_LEARNT = sql.SQL("stored.source_kind = 'unknown' AND {}").format(_ELSEWHERE)
_NAMED = sql.SQL("position(COALESCE(given.source, '') IN stored.source) > 0")
_ANOTHER = sql.SQL("%(untold_stays)s AND {} AND NOT {}").format(_ELSEWHERE, _NAMED)

# Whoever downloads or signs up types it themselves. Of others nobody knows who gave the details, where no row says so.
_UNSAID = sql.SQL("CASE WHEN given.scenario = ANY(%(activity_scenarios)s) THEN 'person' ELSE 'unknown' END")

TARGET = Target(
    name="bases",
    table="contacts_basis",
    keys=["contact_id", "scenario"],
    given=sql.SQL("""
        SELECT contact_id, scenario, min(collected_on) AS collected_on,
            {last}, {lines}
        FROM import_contacts JOIN import_known USING (email) WHERE fault IS NULL AND NOT ({passed})
        GROUP BY contact_id, scenario""").format(
        last=last("source", "source_kind", "informed_on"), lines=LINES, passed=people.PASSED
    ),
    becomes={
        "collected_on": sql.SQL(
            "CASE WHEN {fills} THEN stored.collected_on ELSE LEAST(stored.collected_on, given.collected_on) END"
        ).format(fills=_FILLS),
        "source": sql.SQL("""
            CASE WHEN {owed} THEN CASE WHEN {named} THEN stored.source
                    ELSE concat_ws('; ', NULLIF(stored.source, ''), given.source) END
                WHEN {fills} AND NOT ({another}) THEN COALESCE(NULLIF(stored.source, ''), given.source, '')
                ELSE COALESCE(given.source, stored.source, '') END""").format(
            owed=_OWED, named=_NAMED, fills=_FILLS, another=_ANOTHER
        ),
        "source_kind": sql.SQL("""
            CASE WHEN {owed} AND NOT ({learnt}) OR {fills} AND NOT ({learnt} OR {another}) THEN stored.source_kind
                ELSE COALESCE(given.source_kind, stored.source_kind, {unsaid}) END""").format(
            owed=_OWED, learnt=_LEARNT, unsaid=_UNSAID, fills=_FILLS, another=_ANOTHER
        ),
        "informed_on": sql.SQL("""
            CASE WHEN {fills} AND NOT ({another}) THEN COALESCE(stored.informed_on, given.informed_on)
                ELSE COALESCE(given.informed_on, CASE WHEN NOT ({another}) THEN stored.informed_on END) END""").format(
            fills=_FILLS, another=_ANOTHER
        ),
    },
    fresh=_FRESH,
)

# The registrations of the export, and of the guests of an event that changed its kind.
_SIGNED_UP = sql.SQL("""
    SELECT contact_id, event_id FROM merged_registrations
    UNION SELECT guest.contact_id, guest.event_id
    FROM contacts_registration guest JOIN import_known USING (contact_id)
    WHERE guest.event_id IN ({converted})""").format(converted=events.CONVERTED)

# A registration is the basis webinar or event, collected that day, where the person has none yet. Whose details are
# only stored stay held for what they are, whatever becomes of the event (L6).
SIGN_UPS = Target(
    name="sign_ups",
    table="contacts_basis",
    keys=["contact_id", "scenario"],
    given=sql.SQL("""
        SELECT contact_id, %(scenario_of_event)s::jsonb ->> event.kind AS scenario,
            (min(registered_at) AT TIME ZONE %(zone)s)::date AS collected_on,
            NULL::integer[] AS lines, NULL::integer AS first_line
        FROM ({signed_up}) signed_up
        JOIN contacts_registration registration USING (contact_id, event_id)
        JOIN contacts_event event ON event.id = event_id
        WHERE registration.cancelled_at IS NULL AND contact_id NOT IN (SELECT contact_id FROM import_stored_only)
        GROUP BY 1, 2""").format(signed_up=_SIGNED_UP),
    becomes={"collected_on": sql.SQL("COALESCE(stored.collected_on, given.collected_on)")},
    fresh=_FRESH | {"source": sql.Literal("registration"), "source_kind": sql.Literal(SourceKind.PERSON)},
)

# Where no row of a new basis says when it was collected, that was no later than what else they say of the person.
_FILL = """
    UPDATE import_contacts entry SET collected_on = undated.day
    FROM (
        SELECT email, scenario, LEAST(min(last_activity_on), min(informed_on), %(day)s) AS day
        FROM import_contacts WHERE fault IS NULL GROUP BY email, scenario HAVING count(collected_on) = 0
    ) undated
    WHERE fault IS NULL AND entry.email = undated.email AND entry.scenario = undated.scenario
        AND NOT EXISTS (
            SELECT 1 FROM contacts_basis basis JOIN import_known known USING (contact_id)
            WHERE known.email = entry.email AND basis.scenario = entry.scenario
        )"""

# Nobody was told before they were collected, nor on a day to come, and such a day would keep us from telling them (L5).
# A row that does not say when they were collected means what the basis says.
_UNTELL = """
    UPDATE import_contacts entry SET informed_on = NULL
    FROM (
        SELECT line, COALESCE(
            entry.collected_on, LEAST(min(entry.collected_on) OVER same_basis, basis.collected_on)) AS collected_on
        FROM import_contacts entry
        LEFT JOIN import_known USING (email)
        LEFT JOIN contacts_basis basis ON basis.contact_id = import_known.contact_id
            AND basis.scenario = entry.scenario
        WHERE fault IS NULL
        WINDOW same_basis AS (PARTITION BY email, entry.scenario)
    ) held
    WHERE held.line = entry.line AND (entry.informed_on > %(day)s OR entry.informed_on < held.collected_on)"""

_MOVED = """
    SELECT stored_id FROM merged_people WHERE status = 2
    UNION SELECT contact_id FROM merged_bases WHERE status = 2"""


def fill(work: Import) -> None:
    """Give the rows of new bases the day of their collection, and drop days on which nobody can have been told: before
    anything is derived from either.
    """
    work.do(_FILL)
    work.told_days_dropped = work.do(_UNTELL)


def write(work: Import) -> None:
    """Write the bases of the people's rows and of their registrations, and set the clocks that this moves."""
    stored_only.apply(work, CONTACTS, TARGET)
    apply(work, SIGN_UPS)
    for contact_ids in work.chunks(_MOVED):
        clocks.refresh_contacts(contact_ids)


def counts(work: Import) -> Counts:
    """A row of people counts as created where its basis is new, as updated where it changed the basis or the person."""
    return count(work, CONTACTS, outcomes(CONTACTS, TARGET), people.CHANGED)
