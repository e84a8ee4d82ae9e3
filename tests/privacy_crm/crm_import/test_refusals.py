"""Rows that an import refuses: for a reason of the contract, at their line and column, and without a trace."""

import pytest

from contacts.models import AuditEvent, Contact, PolicyVersion
from tests.support.import_files import AINO, HEADERS, Row, bring, consent, event, everything, person
from tests.support.odd_addresses import ODD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("held")]

TOMORROW = "2026-11-25"
SUPPRESSED = "nej.tack@fjordkraft.example"


@pytest.fixture(scope="module")
def held(policy_of_module: PolicyVersion) -> None:
    """What is on record before."""
    outcome = bring(
        policy_of_module,
        organisations=[{"name": "Fjordkraft AB"}],
        agreements=[{"organisation": "Fjordkraft AB", "kind": "customer", "started_on": "2020-01-01"}],
        contacts=[person(scenario="customer", organisation="Fjordkraft AB", first_name="Aino")],
        events=[event(), event("quiet-nights", "webinar")],
        objections=[{"email": SUPPRESSED, "channel": "all"}],
    )
    assert outcome.refused == []


def registration(**cells: str) -> Row:
    return {"email": AINO, "event": "cloud-day", "registered_at": "2026-06-01"} | cells


def activity(**cells: str) -> Row:
    return {"email": AINO, "kind": "call", "occurred_at": "2026-06-01T10:00"} | cells


def duty(**cells: str) -> Row:
    return {"email": AINO, "kind": "duty", "reason": "bookkeeping"} | cells


def agreement(**cells: str) -> Row:
    return {"organisation": "Fjordkraft AB", "kind": "customer"} | cells


REFUSED: list[tuple[str, Row, str, str]] = [
    ("organisations", {"name": "", "country": "SE"}, "name", "no organisation"),
    ("organisations", {"name": " \t ", "country": "SE"}, "name", "no organisation"),
    ("organisations", {"name": "Å" * 1_301, "country": "SE"}, "name", "name too long"),
    ("agreements", agreement(organisation=""), "organisation", "no organisation"),
    ("agreements", agreement(organisation="Finns Inte AB"), "organisation", "unknown organisation"),
    ("agreements", agreement(kind="supplier"), "kind", "unknown kind"),
    ("agreements", agreement(reference="A" * 2_601), "reference", "reference too long"),
    ("agreements", agreement(started_on="soon"), "started_on", "impossible date"),
    ("agreements", agreement(ended_on="2026-02-30"), "ended_on", "impossible date"),
    (
        "agreements",
        agreement(reference="A-2", started_on="2026-01-02", ended_on="2026-01-01"),
        "ended_on",
        "ended before it started",
    ),
    ("agreements", agreement(ended_on="2019-12-31"), "ended_on", "ended before it started"),
    ("contacts", person(""), "email", "no address"),
    ("contacts", person("  "), "email", "no address"),
    ("contacts", person("aino(at)fjordkraft.example"), "email", "malformed address"),
    ("contacts", person("aino@fjordkraft@example"), "email", "malformed address"),
    ("contacts", person("aino.\nlindqvist@fjordkraft.example"), "email", "malformed address"),
    ("contacts", person("aino.lindqvist@fjordkraft.example\n"), "email", "malformed address"),
    ("contacts", person("aino.lindqvist\0@fjordkraft.example"), "email", "malformed address"),
    ("contacts", person(f"{'a' * 250}@b.example"), "email", "malformed address"),
    *(("contacts", person(typed), "email", "malformed address") for typed in ODD),
    ("contacts", person(organisation="Finns Inte AB"), "organisation", "unknown organisation"),
    ("contacts", person(scenario="newsletter"), "scenario", "unknown scenario"),
    ("contacts", person(scenario=""), "scenario", "unknown scenario"),
    ("contacts", person(collected_on="2025-02-30"), "collected_on", "impossible date"),
    ("contacts", person(collected_on="0000-01-01"), "collected_on", "impossible date"),
    ("contacts", person(collected_on="10000-01-01"), "collected_on", "impossible date"),
    ("contacts", person(collected_on=TOMORROW), "collected_on", "date in the future"),
    ("contacts", person(last_activity_on=TOMORROW), "last_activity_on", "date in the future"),
    ("contacts", person(last_activity_on="24/11/2026"), "last_activity_on", "impossible date"),
    ("contacts", person(source_kind="elf"), "source_kind", "unknown kind"),
    ("contacts", person(informed_on="yesterday"), "informed_on", "impossible date"),
    ("contacts", person(SUPPRESSED, "prospect"), "email", "suppressed address"),
    ("events", event(""), "slug", "no event"),
    ("events", event("e" * 201), "slug", "name too long"),
    ("events", event("new", kind=""), "kind", "unknown kind"),
    ("events", event("new", kind="hybrid"), "kind", "unknown kind"),
    ("events", event("new", starts_at=""), "starts_at", "impossible date"),
    ("events", event("new", starts_at="2027-05-24T25:00"), "starts_at", "impossible date"),
    ("events", event("new", starts_at="9999-12-31"), "starts_at", "impossible date"),
    ("events", event("new", starts_at="0001-01-01T00:00+02:00"), "starts_at", "impossible date"),
    ("events", event("new", ends_at="9999-12-31"), "ends_at", "impossible date"),
    ("events", event("new", time_zone="Europe/Atlantis"), "time_zone", "impossible date"),
    ("events", event("new", time_zone="../../etc/passwd"), "time_zone", "impossible date"),
    ("events", event("new", time_zone="localtime"), "time_zone", "impossible date"),
    ("registrations", registration(event=""), "event", "no event"),
    ("registrations", registration(event="nowhere"), "event", "unknown event"),
    ("registrations", registration(email="nobody"), "email", "malformed address"),
    ("registrations", registration(email="nobody@fjordkraft.example"), "email", "unknown person"),
    ("registrations", registration(registered_at="2026-11-24T13:01+01:00"), "registered_at", "date in the future"),
    ("registrations", registration(registered_at="noon"), "registered_at", "impossible date"),
    (
        "registrations",
        registration(event="quiet-nights", food_preference="vegan", food_consent_at="2026-06-01"),
        "food_preference",
        "food preference for a webinar",
    ),
    (
        "registrations",
        registration(event="quiet-nights", food_preference="vegan"),
        "food_preference",
        "food preference for a webinar",
    ),
    (
        "registrations",
        registration(food_preference="vegan", food_consent_at="yes"),
        "food_consent_at",
        "impossible date",
    ),
    ("activities", activity(email=""), "email", "no address"),
    ("activities", activity(email="nobody@fjordkraft.example"), "email", "unknown person"),
    ("activities", activity(kind="opened our mail"), "kind", "unknown kind"),
    ("activities", activity(occurred_at=""), "occurred_at", "impossible date"),
    ("activities", activity(occurred_at="2026-06-31"), "occurred_at", "impossible date"),
    ("activities", activity(occurred_at="2026-11-24T12:00:01Z"), "occurred_at", "date in the future"),
    ("activities", activity(reference="A" * 2_601), "reference", "reference too long"),
    ("holds", duty(email="nobody@fjordkraft.example"), "email", "unknown person"),
    ("holds", duty(kind="pause"), "kind", "unknown kind"),
    ("holds", duty(reason="nostalgia"), "reason", "unknown reason"),
    ("holds", duty(reason="legal_claim"), "reason", "unknown reason"),
    ("holds", duty(until="2026-13-01"), "until", "impossible date"),
    ("objections", {"email": "nej", "channel": "all"}, "email", "malformed address"),
    ("objections", {"email": AINO, "channel": "fax"}, "channel", "unknown channel"),
    ("objections", {"email": AINO, "channel": "all", "objected_on": "once"}, "objected_on", "impossible date"),
    ("consents", consent("nobody@fjordkraft.example"), "email", "unknown person"),
    ("consents", consent(channel=""), "channel", "unknown channel"),
    ("consents", consent(given_on="2026-02-29"), "given_on", "impossible date"),
]


@pytest.mark.parametrize(("name", "row", "column", "reason"), REFUSED)
def test_a_row_is_refused_at_its_line_and_column_and_changes_nothing(
    policy: PolicyVersion, name: str, row: Row, column: str, reason: str
) -> None:
    before = everything()
    outcome = bring(policy, **{name: [row]})
    assert outcome.refused == [(f"{name}.csv", 2, column, reason)]
    assert (outcome.counts(name).rows, outcome.counts(name).refused) == (1, 1)
    assert everything() == before


def test_every_file_of_the_contract_has_a_row_that_is_refused() -> None:
    assert {name for name, *_ in REFUSED} == set(HEADERS)


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("contacts", person(organisation="Finns Inte AB", scenario="newsletter", collected_on="soon"), "organisation"),
        ("contacts", person("", organisation="Finns Inte AB"), "email"),
        ("contacts", person(SUPPRESSED, "prospect", collected_on="soon"), "email"),
        ("registrations", registration(event="nowhere", email="nobody"), "event"),
        ("registrations", registration(email="nobody@fjordkraft.example", registered_at="noon"), "email"),
        ("activities", activity(email="nobody@fjordkraft.example", kind="telepathy"), "email"),
        ("events", event("new", kind="", starts_at="", time_zone="Europe/Atlantis"), "kind"),
        ("events", event("new", time_zone="Europe/Atlantis"), "time_zone"),
    ],
)
def test_of_several_faults_the_first_column_of_the_contract_is_named(
    policy: PolicyVersion, name: str, row: Row, column: str
) -> None:
    assert [reject.column for reject in bring(policy, **{name: [row]}).rejects] == [column]


def test_dates_that_contradict_each_other_over_several_rows_are_all_refused(policy: PolicyVersion) -> None:
    before = everything()
    rows = [
        agreement(reference="A-2", started_on="2026-01-01"),
        agreement(reference="A-2"),
        agreement(reference="A-2", ended_on="2025-01-01"),
    ]
    outcome = bring(policy, agreements=[rows[0], rows[2]])
    assert outcome.refused == [
        ("agreements.csv", 2, "started_on", "ended before it started"),
        ("agreements.csv", 3, "ended_on", "ended before it started"),
    ]
    assert everything() == before
    assert [reject.line for reject in bring(policy, agreements=rows).rejects] == [2, 4]


def test_people_of_refused_rows_are_unknown_to_other_files(policy: PolicyVersion) -> None:
    refused = person("new@fjordkraft.example", scenario="newsletter")
    outcome = bring(policy, contacts=[refused], activities=[activity(email="new@fjordkraft.example")])
    assert [reject.reason for reject in outcome.rejects] == ["unknown scenario", "unknown person"]


def test_organisations_of_refused_rows_are_unknown_to_other_files(policy: PolicyVersion) -> None:
    name = "Å" * 1_301
    outcome = bring(
        policy, organisations=[{"name": name}], contacts=[person("new@fjordkraft.example", organisation=name)]
    )
    assert [reject.reason for reject in outcome.rejects] == ["name too long", "unknown organisation"]


def test_a_good_row_of_a_person_stands_beside_a_refused_one(policy: PolicyVersion) -> None:
    rows = [person("new@fjordkraft.example", phone="1"), person("new@fjordkraft.example", "elf", phone="2")]
    assert len(bring(policy, contacts=rows).rejects) == 1
    assert Contact.objects.get(email="new@fjordkraft.example").phone == "1"


def test_rejects_never_say_what_the_rows_said(policy: PolicyVersion) -> None:
    rows: dict[str, list[Row]] = {}
    for name, row, _, _ in REFUSED:
        rows.setdefault(name, []).append(row)
    outcome = bring(policy, **rows)
    assert len(outcome.rejects) > len(REFUSED) / 2
    said = " ".join(str(part) for reject in outcome.rejects for part in reject)
    assert not [cell for _, row, _, _ in REFUSED for cell in row.values() if len(cell) > 8 and cell in said]


def test_a_refused_row_is_not_in_the_audit_either(policy: PolicyVersion) -> None:
    before = AuditEvent.objects.count()
    bring(policy, contacts=[person("aino(at)fjordkraft.example")])
    assert [event.code for event in AuditEvent.objects.order_by("pk")[before:]] == ["import.done"]
