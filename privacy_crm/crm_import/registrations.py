"""Registrations: keyed by event and person, with the food preferences that may be stored (P8)."""

from psycopg2 import sql

from privacy_crm.crm_import import people, stored_only
from privacy_crm.crm_import.columns import REGISTRATIONS
from privacy_crm.crm_import.merging import LINES, Target, changes, given_or_stored, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import Import

_ROWS = sql.SQL("""
    import_registrations entry
    JOIN import_known USING (email)
    JOIN contacts_event event ON event.slug = entry.event""")

TARGET = Target(
    name="registrations",
    table="contacts_registration",
    keys=["contact_id", "event_id"],
    given=sql.SQL("""
        SELECT contact_id, event.id AS event_id, {last}, {lines}
        FROM {rows} WHERE fault IS NULL GROUP BY contact_id, event.id""").format(
        last=last("registered_at"), lines=LINES, rows=_ROWS
    ),
    becomes={"registered_at": given_or_stored("registered_at")},
)

FOOD = Target(
    name="food",
    table="contacts_foodpreference",
    keys=["registration_id"],
    given=sql.SQL("""
        SELECT registration.id AS registration_id, {last}, {lines}
        FROM {rows}
        JOIN contacts_registration registration USING (contact_id)
        WHERE fault IS NULL AND registration.event_id = event.id AND food_preference IS NOT NULL
        GROUP BY registration.id""").format(last=last("food_preference", "food_consent_at"), lines=LINES, rows=_ROWS),
    becomes={
        "preference": sql.Identifier("given", "food_preference"),
        "consented_at": sql.Identifier("given", "food_consent_at"),
    },
)

_GUEST = sql.SQL(
    "(SELECT contact_id FROM contacts_registration registration WHERE registration.id = merged.registration_id)"
)

_UNKNOWN_EVENT = sql.SQL("NOT EXISTS (SELECT 1 FROM contacts_event known WHERE known.slug = entry.event)")

_FOOD_AT_A_WEBINAR = sql.SQL("""
    entry.food_preference IS NOT NULL
    AND EXISTS (SELECT 1 FROM contacts_event event WHERE event.slug = entry.event AND event.kind = 'webinar')""")

# What a guest eats is stored with a consent and until the end of the event; the rest of the row is as good as any.
_DROP_FOOD = """
    UPDATE import_registrations entry SET food_preference = NULL
    WHERE fault IS NULL AND food_preference IS NOT NULL AND (
        food_consent_at IS NULL OR food_consent_at > %(at)s
        OR EXISTS (
            SELECT 1 FROM contacts_event event
            WHERE event.slug = entry.event AND (event.over_at <= %(at)s OR event.cancelled_at IS NOT NULL)
        )
        OR EXISTS (
            SELECT 1 FROM contacts_registration registration
            JOIN contacts_event event ON event.id = registration.event_id
            JOIN import_known known USING (contact_id)
            WHERE event.slug = entry.event AND known.email = entry.email AND registration.cancelled_at IS NOT NULL
        )
    )"""

_FILL = """
    UPDATE import_registrations entry SET registered_at = %(at)s
    WHERE fault IS NULL AND registered_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM import_registrations other
            WHERE other.email = entry.email AND other.event = entry.event
                AND other.registered_at IS NOT NULL AND other.fault IS NULL
        )
        AND NOT EXISTS (
            SELECT 1 FROM contacts_registration registration
            JOIN contacts_event event ON event.id = registration.event_id
            JOIN import_known known USING (contact_id)
            WHERE event.slug = entry.event AND known.email = entry.email
        )"""


def judge(work: Import) -> None:
    """Refuse what cannot come in, and drop the food preferences that may not be stored from the rows that can."""
    work.refuse(REGISTRATIONS, "event", "unknown event", _UNKNOWN_EVENT)
    work.refuse(REGISTRATIONS, "email", "unknown person", people.UNKNOWN)
    work.refuse(REGISTRATIONS, "food_preference", "food preference for a webinar", _FOOD_AT_A_WEBINAR)
    work.food_preferences_dropped = work.do(_DROP_FOOD)


def fill(work: Import) -> None:
    """Say of new registrations without a moment that they are of now."""
    work.do(_FILL)


def write(work: Import) -> None:
    stored_only.apply(work, REGISTRATIONS, TARGET)
    stored_only.apply(work, REGISTRATIONS, FOOD, _GUEST)


def counts(work: Import) -> Counts:
    return count(work, REGISTRATIONS, outcomes(REGISTRATIONS, TARGET), changes(FOOD))
