"""Why people are held: a basis for each person and scenario, from the rows of people and from registrations (P1)."""

from contacts.people import clocks
from privacy_crm.crm_import import events, people, registrations, stored_only
from privacy_crm.crm_import.columns import CONTACTS
from privacy_crm.crm_import.merging import LINES, Target, apply, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import ACCEPTED, Import

_FRESH = {
    "legal_basis": "%(legal_basis)s::jsonb ->> given.scenario",
    "policy_version_id": "%(policy)s",
    "clock_from": clocks.of_new_basis("given"),
}

# Of a source that is not the person, and that they have not heard of, one list cannot unsay what another said (L5).
_OWED = "%(untold_stays)s AND stored.source_kind <> 'person' AND stored.informed_on IS NULL"
_NAMED = "position(COALESCE(given.source, '') IN stored.source) > 0"
_ANOTHER = f"%(untold_stays)s AND given.source_kind <> 'person' AND NOT {_NAMED}"

TARGET = Target(
    name="bases",
    table="contacts_basis",
    keys=["contact_id", "scenario"],
    given=f"""
        SELECT contact_id, scenario, min(collected_on) AS collected_on,
            {last("source", "source_kind", "informed_on")}, {LINES}
        FROM import_contacts JOIN import_known USING (email) WHERE {ACCEPTED} GROUP BY contact_id, scenario""",
    becomes={
        "collected_on": "LEAST(stored.collected_on, given.collected_on)",
        "source": f"""
            CASE WHEN {_OWED} THEN CASE WHEN {_NAMED} THEN stored.source
                    ELSE concat_ws('; ', NULLIF(stored.source, ''), given.source) END
                ELSE COALESCE(given.source, stored.source, '') END""",
        "source_kind": f"""
            CASE WHEN {_OWED} THEN stored.source_kind ELSE COALESCE(given.source_kind, stored.source_kind, 'person')
                END""",
        "informed_on": f"COALESCE(given.informed_on, CASE WHEN NOT ({_ANOTHER}) THEN stored.informed_on END)",
    },
    fresh=_FRESH,
)

# The registrations of the export, and of the guests of an event that changed its kind.
_SIGNED_UP = f"""
    SELECT contact_id, event_id FROM {registrations.TARGET.merged}
    UNION SELECT guest.contact_id, guest.event_id
    FROM contacts_registration guest JOIN import_known USING (contact_id)
    WHERE guest.event_id IN ({events.CONVERTED})"""

# A registration is the basis webinar or event, collected that day, where the person has none yet. Whose details are
# only stored stay held for what they are, whatever becomes of the event (L6).
SIGN_UPS = Target(
    name="sign_ups",
    table="contacts_basis",
    keys=["contact_id", "scenario"],
    given=f"""
        SELECT contact_id, %(scenario_of_event)s::jsonb ->> event.kind AS scenario,
            (min(registered_at) AT TIME ZONE %(zone)s)::date AS collected_on,
            NULL::integer[] AS lines, NULL::integer AS first_line
        FROM ({_SIGNED_UP}) signed_up
        JOIN contacts_registration registration USING (contact_id, event_id)
        JOIN contacts_event event ON event.id = event_id
        WHERE registration.cancelled_at IS NULL AND contact_id NOT IN (SELECT contact_id FROM import_stored_only)
        GROUP BY 1, 2""",
    becomes={"collected_on": "COALESCE(stored.collected_on, given.collected_on)"},
    fresh=_FRESH | {"source": "'registration'", "source_kind": "'person'"},
)

# Where no row of a new basis says when it was collected, that was no later than what else they say of the person.
_FILL = f"""
    UPDATE import_contacts entry SET collected_on = undated.day
    FROM (
        SELECT email, scenario, LEAST(min(last_activity_on), min(informed_on), %(day)s) AS day
        FROM import_contacts WHERE {ACCEPTED} GROUP BY email, scenario HAVING count(collected_on) = 0
    ) undated
    WHERE {ACCEPTED} AND entry.email = undated.email AND entry.scenario = undated.scenario
        AND NOT EXISTS (
            SELECT 1 FROM contacts_basis basis JOIN import_known known USING (contact_id)
            WHERE known.email = entry.email AND basis.scenario = entry.scenario
        )"""

_MOVED = f"""
    SELECT stored_id FROM {people.TARGET.merged} WHERE status = 2
    UNION SELECT contact_id FROM {TARGET.merged} WHERE status = 2"""


def fill(work: Import) -> None:
    """Give the rows of new bases the day of their collection, before anything is derived from it."""
    work.do(_FILL)


def write(work: Import) -> None:
    """Write the bases of the people's rows and of their registrations, and set the clocks that this moves."""
    stored_only.apply(work, CONTACTS, TARGET)
    apply(work, SIGN_UPS)
    for contact_ids in work.chunks(_MOVED):
        clocks.refresh_contacts(contact_ids)


def counts(work: Import) -> Counts:
    """A row of people counts as created where its basis is new, as updated where it changed the basis or the person."""
    return count(work, CONTACTS, outcomes(CONTACTS, TARGET), people.CHANGED)
