"""Reading an export again changes nothing, and rewrites no row; what changed alone is written."""

from pathlib import Path

import pytest
from django.db import connection

from contacts.models import AuditEvent, Contact, PolicyVersion
from privacy_crm.crm_import.report import Counts
from privacy_crm.demo import export
from tests.support.factories import NOON, ONE_DAY
from tests.support.import_files import AINO, Row, Table, bring, consent, event, everything, person, read

DUTY = {"email": AINO, "kind": "duty", "reason": "tax", "until": "2026-12-31"}
TABLES: dict[str, list[Row]] = {
    "organisations": [{"name": "Fjordkraft AB", "country": "NO"}],
    "agreements": [{"organisation": "Fjordkraft AB", "kind": "customer", "started_on": "2020-01-01"}],
    "contacts": [
        person(organisation="Fjordkraft AB", phone="1"),
        person(scenario="customer"),
        person("eino@fjordkraft.example", "prospect", ""),
        person(phone="2", collected_on="2026-07-01"),
    ],
    "events": [event(), event("quiet-nights", "webinar")],
    "registrations": [
        {"event": "cloud-day", "email": AINO, "food_preference": "vegan", "food_consent_at": "2026-06-01"},
        {"event": "quiet-nights", "email": AINO, "registered_at": "2026-06-01"},
    ],
    "activities": [{"email": AINO, "kind": "call", "occurred_at": "2026-06-01T10:00", "reference": "Renewal"}],
    "holds": [DUTY],
    "objections": [{"email": AINO, "channel": "email"}, {"email": "nej@fjordkraft.example", "channel": "all"}],
    "consents": [consent(channel="post")],
}

# One cell more or another for each file, and how many rows of how many tables it may touch.
CHANGES: list[tuple[str, int, Row, dict[str, int]]] = [
    ("organisations", 0, {"reference": "F-1"}, {"contacts_organisation": 1}),
    ("agreements", 0, {"ended_on": "2025-01-01"}, {"contacts_agreement": 1, "contacts_organisation": 1}),
    ("contacts", 3, {"phone": "3"}, {"contacts_contact": 1}),
    ("contacts", 0, {"source": "Form"}, {"contacts_basis": 1}),
    ("contacts", 2, {"collected_on": "2026-01-01"}, {"contacts_basis": 1}),
    ("events", 1, {"place": "Online"}, {"contacts_event": 1}),
    ("registrations", 0, {"food_preference": "fish"}, {"contacts_foodpreference": 1}),
    ("holds", 0, {"until": "2027-12-31"}, {"retention_hold": 1}),
    ("objections", 0, {"source": "Letter"}, {"contacts_channelpermission": 1, "contacts_consentrecord": 1}),
    ("consents", 0, {"wording": "Yes!"}, {"contacts_channelpermission": 1, "contacts_consentrecord": 1}),
]


def rewritten(before: Table, after: Table) -> dict[str, int]:
    """Count the rows that are not as or where they were, by table."""
    moved = [table for (table, _), _ in after.items() - before.items()]
    return {table: moved.count(table) for table in moved}


@pytest.mark.django_db
def test_an_export_read_again_changes_nothing(policy: PolicyVersion) -> None:
    bring(policy, **TABLES)
    before, audited = everything(), AuditEvent.objects.count()
    outcome = bring(policy, NOON + ONE_DAY, **TABLES)
    for name, rows in TABLES.items():
        assert outcome.counts(name) == Counts(len(rows), 0, 0, unchanged=len(rows), refused=0)
    assert everything() == before
    assert [event.code for event in AuditEvent.objects.order_by("pk")[audited:]] == ["import.done"]


@pytest.mark.django_db(transaction=True)
def test_the_demos_export_read_again_rewrites_no_row(policy: PolicyVersion, tmp_path: Path) -> None:
    """In transactions of their own, so that whatever is written carries another transaction's number."""
    export.write(tmp_path, NOON.date())
    first = read(tmp_path, policy)
    before = everything()
    again = read(tmp_path, policy, NOON + ONE_DAY / 24)
    assert Contact.objects.count() > 1_900
    assert everything() == before
    assert again.rejects == first.rejects
    for name, counts in again.report.files.items():
        assert (counts.created, counts.updated) == (0, 0), name
        assert counts.unchanged == first.report.files[name].created


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "number", "cells", "touched"), CHANGES)
def test_what_changed_is_written_and_nothing_else(
    policy: PolicyVersion, name: str, number: int, cells: Row, touched: dict[str, int]
) -> None:
    bring(policy, **TABLES)
    before = everything()
    rows = [*TABLES[name]]
    rows[number] = rows[number] | cells
    outcome = bring(policy, **TABLES | {name: rows})
    assert rewritten(before, everything()) == touched
    # What somebody said is added, and replaces nothing (L14).
    assert (outcome.counts(name).created, outcome.counts(name).updated) == ((1, 0) if name == "consents" else (0, 1))
    assert all(counts.updated == 0 for file, counts in outcome.report.files.items() if file != f"{name}.csv")


@pytest.mark.django_db
def test_the_rows_of_a_file_are_each_counted_once(policy: PolicyVersion) -> None:
    eino = "eino@fjordkraft.example"
    bring(policy, contacts=[person(phone="1"), person(eino, city="Oulu")])
    outcome = bring(
        policy,
        contacts=[
            person(phone="2"),  # updates
            person(scenario="event"),  # creates
            person(scenario="event"),  # says the same
            person(scenario="event", source="Form"),  # says more
            person(eino, city="Oulu"),  # is on record
            person(eino, "newsletter"),  # is refused
        ],
    )
    assert outcome.counts("contacts") == Counts(rows=6, created=1, updated=2, unchanged=2, refused=1)


@pytest.mark.django_db
def test_a_row_of_people_is_not_updated_by_what_other_files_say(policy: PolicyVersion) -> None:
    bring(policy, contacts=[person(last_activity_on="2026-06-02")])
    activity = {"email": AINO, "kind": "call", "occurred_at": "2026-09-01T10:00"}
    outcome = bring(policy, contacts=[person(last_activity_on="2026-06-02")], activities=[activity])
    assert outcome.counts("contacts").unchanged == 1
    outcome = bring(policy, contacts=[person(last_activity_on="2026-10-01")])
    assert outcome.counts("contacts").updated == 1


@pytest.mark.django_db
def test_a_dry_run_says_the_same_and_writes_nothing(policy: PolicyVersion) -> None:
    rows = TABLES | {"activities": [*TABLES["activities"], {"email": "nobody", "kind": "call"}]}
    before = everything(), AuditEvent.objects.count()
    rehearsed = bring(policy, dry_run=True, **rows)
    assert (everything(), AuditEvent.objects.count()) == before
    done = bring(policy, **rows)
    assert (rehearsed.report.files, rehearsed.rejects) == (done.report.files, done.rejects)
    assert (rehearsed.report.dry_run, done.report.dry_run) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_import_is_left_in_the_session(policy: PolicyVersion) -> None:
    bring(policy, **TABLES)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)
