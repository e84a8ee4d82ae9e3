"""Events: keyed by their slug."""

from psycopg2 import sql

from contacts.models import FoodPreference
from privacy_crm.crm_import.columns import EVENTS
from privacy_crm.crm_import.merging import LINES, Target, apply, given_or_stored, kept, last, named, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import Import

TARGET = Target(
    name="events",
    table="contacts_event",
    keys=["slug"],
    given=sql.SQL("""
        SELECT slug, {last}, {lines}
        FROM import_events WHERE fault IS NULL GROUP BY slug""").format(
        last=last("title", "kind", "starts_at", "ends_at", "time_zone", "place"), lines=LINES
    ),
    becomes=kept("title", "place")
    | {name: given_or_stored(name) for name in ("kind", "starts_at", "ends_at")}
    | {"time_zone": sql.SQL("COALESCE(given.time_zone, stored.time_zone, %(zone)s)")},
)

# A new event needs these, in whichever of its rows.
_LACKING = sql.SQL("""
    entry.{name} IS NULL
    AND NOT EXISTS (SELECT 1 FROM contacts_event known WHERE known.slug = entry.slug)
    AND NOT EXISTS (
        SELECT 1 FROM import_events other WHERE other.slug = entry.slug AND other.{name} IS NOT NULL AND fault IS NULL
    )""")

# PostgreSQL works out when an event is over, and may know fewer zones than Python does.
_NO_ZONE_OF_THE_DATABASE = sql.SQL("""
    entry.time_zone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_timezone_names WHERE name = entry.time_zone)""")

_CHANGED = sql.SQL("SELECT stored_id FROM merged_events WHERE status = 2")

# The query for the events that became webinars, or the reverse.
CONVERTED = sql.SQL("{} AND {}").format(_CHANGED, TARGET.moved("kind"))


def write(work: Import) -> None:
    """Write the events, and delete at once the food preferences of those that became webinars or are over now (P8)."""
    work.refuse(EVENTS, "time_zone", "impossible date", _NO_ZONE_OF_THE_DATABASE)
    work.refuse(EVENTS, "kind", "unknown kind", named(_LACKING, "kind"))
    work.refuse(EVENTS, "starts_at", "impossible date", named(_LACKING, "starts_at"))
    apply(work, TARGET)
    for ids in work.chunks(_CHANGED):
        FoodPreference.objects.overdue(work.at).filter(registration__event__in=ids).delete()


def counts(work: Import) -> Counts:
    return count(work, EVENTS, outcomes(EVENTS, TARGET))
