"""Events: keyed by their slug."""

from contacts.models import FoodPreference
from privacy_crm.crm_import.columns import EVENTS
from privacy_crm.crm_import.merging import LINES, Target, apply, kept, last, outcomes
from privacy_crm.crm_import.report import Counts, count
from privacy_crm.crm_import.staging import ACCEPTED, Import

TARGET = Target(
    name="events",
    table="contacts_event",
    keys=["slug"],
    given=f"""
        SELECT slug, {last("title", "kind", "starts_at", "ends_at", "time_zone", "place")}, {LINES}
        FROM import_events WHERE {ACCEPTED} GROUP BY slug""",
    becomes=kept("title", "place")
    | {name: f"COALESCE(given.{name}, stored.{name})" for name in ("kind", "starts_at", "ends_at")}
    | {"time_zone": "COALESCE(given.time_zone, stored.time_zone, %(zone)s)"},
)

# A new event needs these, in whichever of its rows.
_LACKING = f"""
    entry.{{column}} IS NULL
    AND NOT EXISTS (SELECT 1 FROM contacts_event known WHERE known.slug = entry.slug)
    AND NOT EXISTS (
        SELECT 1 FROM import_events other WHERE other.slug = entry.slug AND other.{{column}} IS NOT NULL AND {ACCEPTED}
    )"""

# PostgreSQL works out when an event is over, and may know fewer zones than Python does.
_NO_ZONE_OF_THE_DATABASE = """
    entry.time_zone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_timezone_names WHERE name = entry.time_zone)"""

_CHANGED = f"SELECT stored_id FROM {TARGET.merged} WHERE status = 2"

# The query for the events that became webinars, or the reverse.
CONVERTED = f"{_CHANGED} AND {TARGET.moved('kind')}"


def write(work: Import) -> None:
    """Write the events, and delete at once the food preferences of those that became webinars or are over now (P8)."""
    work.refuse(EVENTS, "time_zone", "impossible date", _NO_ZONE_OF_THE_DATABASE)
    work.refuse(EVENTS, "kind", "unknown kind", _LACKING.format(column="kind"))
    work.refuse(EVENTS, "starts_at", "impossible date", _LACKING.format(column="starts_at"))
    apply(work, TARGET)
    for ids in work.chunks(_CHANGED):
        FoodPreference.objects.overdue(work.at).filter(registration__event__in=ids).delete()


def counts(work: Import) -> Counts:
    return count(work, EVENTS, outcomes(EVENTS, TARGET))
