"""The contract: which files an export has, their columns in order, and what each cell may say."""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg2 import sql

from contacts.words.vocabulary import ActivityKind, AgreementKind, Channel, EventKind, Scenario, SourceKind
from privacy_crm.crm_import import cells
from privacy_crm.crm_import.cells import Cell
from retention.models import HoldKind, HoldReason

ALL_CHANNELS = "all"


@dataclass(frozen=True)
class File:
    """One file of an export.

    `hashed`: its rows carry the keyed hashes of their address. `zone`: the column with the zone of a row's own moments.
    `optional`: columns that its header may lack.
    """

    name: str
    columns: Mapping[str, Cell]
    hashed: bool = False
    zone: str | None = None
    optional: frozenset[str] = frozenset()

    @property
    def filename(self) -> str:
        return f"{self.name}.csv"

    @property
    def table(self) -> sql.Identifier:
        """The temporary table in which its rows wait."""
        return sql.Identifier(f"import_{self.name}")

    def position(self, column: str) -> int:
        """Return the place of a column in the contract; the first is 1."""
        return list(self.columns).index(column) + 1


_channel = cells.word("channel", [*Channel.values, ALL_CHANNELS])

ORGANISATIONS = File(
    "organisations",
    {
        "name": cells.ORGANISATION,
        "country": cells.COUNTRY,
        "reference": cells.TEXT,
        "legal_form": cells.LEGAL_FORM,
    },
    optional=frozenset({"legal_form"}),
)
AGREEMENTS = File(
    "agreements",
    {
        "organisation": cells.ORGANISATION,
        "kind": cells.word("kind", AgreementKind.values),
        "reference": cells.REFERENCE,
        "started_on": cells.DATE,
        "ended_on": cells.DATE,
    },
)
CONTACTS = File(
    "contacts",
    {
        "email": cells.ADDRESS,
        "first_name": cells.TEXT,
        "last_name": cells.TEXT,
        "job_title": cells.TEXT,
        "phone": cells.TEXT,
        "address": cells.TEXT,
        "postal_code": cells.TEXT,
        "city": cells.TEXT,
        "country": cells.COUNTRY,
        "language": cells.TEXT,
        "organisation": cells.TEXT,
        "scenario": cells.word("scenario", Scenario.values),
        "collected_on": cells.PAST_DATE,
        "last_activity_on": cells.PAST_DATE,
        "source": cells.TEXT,
        "source_kind": cells.word("kind", SourceKind.values, needed=False),
        "informed_on": cells.DATE,
    },
    hashed=True,
)
EVENTS = File(
    "events",
    {
        "slug": cells.EVENT,
        "title": cells.TEXT,
        "kind": cells.word("kind", EventKind.values, needed=False),
        "starts_at": cells.MOMENT,
        "ends_at": cells.END,
        "time_zone": cells.ZONE,
        "place": cells.TEXT,
    },
    zone="time_zone",
)
REGISTRATIONS = File(
    "registrations",
    {
        "event": cells.EVENT,
        "email": cells.ADDRESS,
        "registered_at": cells.PAST_MOMENT,
        "food_preference": cells.TEXT,
        "food_consent_at": cells.MOMENT,
    },
)
ACTIVITIES = File(
    "activities",
    {
        "email": cells.ADDRESS,
        "kind": cells.word("kind", ActivityKind.values),
        "occurred_at": cells.NEEDED_PAST_MOMENT,
        "reference": cells.REFERENCE,
    },
)
HOLDS = File(
    "holds",
    {
        "email": cells.ADDRESS,
        "kind": cells.word("kind", HoldKind.values),
        "reason": cells.word("reason", HoldReason.values),
        "legal_reference": cells.TEXT,
        "keeps": cells.KEEPS,
        "until": cells.DATE,
    },
)
OBJECTIONS = File(
    "objections",
    {"email": cells.ADDRESS, "channel": _channel, "objected_on": cells.DATE, "source": cells.TEXT},
    hashed=True,
)
CONSENTS = File(
    "consents",
    {
        "email": cells.ADDRESS,
        "channel": _channel,
        # What says neither to what, nor when, nor how is no consent (Art. 7(1) GDPR, L14).
        "wording": cells.needed("wording"),
        "given_on": cells.NEEDED_PAST_DATE,
        "source": cells.needed("source"),
    },
)

FILES = (
    ORGANISATIONS,
    AGREEMENTS,
    CONTACTS,
    EVENTS,
    REGISTRATIONS,
    ACTIVITIES,
    HOLDS,
    OBJECTIONS,
    CONSENTS,
)
