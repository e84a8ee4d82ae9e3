"""An import among others: what somebody else is doing to the same people is waited for, and seen.

Real connections in threads; that somebody waits is read from PostgreSQL.
"""

import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from psycopg2 import sql

from contacts.base.limits import limits
from contacts.models import AuditEvent, Contact, Event, Organisation, PolicyVersion
from privacy_crm.crm_import.report import Report
from tests.support.factories import DUE, NOON, ContactFactory, contact_of, crowd, is_held, run
from tests.support.import_files import AINO, Row, aino, event, person, read, save

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60.0


class Importing:
    """An import in a thread of its own."""

    def __init__(self, threads: ThreadPoolExecutor, directory: Path, policy: PolicyVersion) -> None:
        self.threads = threads
        self.directory = directory
        self.policy = policy

    def start(self, **tables: list[Row]) -> Future[Report]:
        return self.threads.submit(self._run, save(self.directory, **tables))

    def _run(self, directory: Path) -> Report:
        try:
            with limits(lock="50ms"):  # for everybody else
                return read(directory, self.policy).report
        finally:
            connections.close_all()


@pytest.fixture
def importing(policy: PolicyVersion, tmp_path: Path) -> Iterator[Importing]:
    with ThreadPoolExecutor() as threads:
        yield Importing(threads, tmp_path, policy)


@contextmanager
def somebody_else() -> Iterator[Any]:
    """The cursor of a transaction of somebody else, who commits at the end."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            yield cursor
        other.commit()
    finally:
        other.close()


def await_waiting() -> None:
    """Return as soon as a connection has waited for a lock for longer than others would."""
    deadline = time.monotonic() + PATIENCE
    while not waiting():
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.005)


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND clock_timestamp() - query_start > interval '60ms'"
        )
        return int(cursor.fetchone()[0])


def test_two_imports_wait_for_each_other(importing: Importing, policy: PolicyVersion) -> None:
    with somebody_else() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(4711679002)")
        done = importing.start(contacts=[person()])
        await_waiting()
        assert not Contact.objects.exists()
    assert done.result(PATIENCE).files["contacts.csv"].created == 1


def test_somebody_whom_a_purge_deletes_meanwhile_comes_in_anew(importing: Importing, policy: PolicyVersion) -> None:
    before = contact_of(None, "whitepaper", policy, email=AINO, first_name="Aino")
    with somebody_else() as cursor:
        cursor.execute("SELECT 1 FROM contacts_contact WHERE id = %s FOR UPDATE", [before.pk])
        done = importing.start(contacts=[person(city="Turku")])
        await_waiting()
        cursor.execute("DELETE FROM contacts_contact WHERE id = %s", [before.pk])
    assert done.result(PATIENCE).files["contacts.csv"].created == 1
    assert (aino().first_name, aino().city) == ("", "Turku")
    assert aino().public_id != before.public_id
    assert AuditEvent.objects.filter(code="contact.created", public_id=aino().public_id).count() == 1


def test_an_activity_of_somebody_deleted_meanwhile_is_refused(importing: Importing, policy: PolicyVersion) -> None:
    before = contact_of(None, "whitepaper", policy, email=AINO)
    with somebody_else() as cursor:
        cursor.execute("DELETE FROM contacts_contact WHERE id = %s", [before.pk])
        done = importing.start(activities=[{"email": AINO, "kind": "call", "occurred_at": "2026-06-01"}])
        await_waiting()
    assert done.result(PATIENCE).files["activities.csv"].refused == 1
    assert not is_held(before)


def test_an_activity_recorded_meanwhile_is_not_undone(importing: Importing, policy: PolicyVersion) -> None:
    before = contact_of(None, "whitepaper", policy, email=AINO)
    with somebody_else() as cursor:
        cursor.execute("UPDATE contacts_contact SET last_activity_on = '2026-11-01' WHERE id = %s", [before.pk])
        done = importing.start(contacts=[person(last_activity_on="2026-10-01")])
        await_waiting()
    done.result(PATIENCE)
    assert aino().last_activity_on == dt.date(2026, 11, 1)


@pytest.mark.parametrize("table", ["contacts", "organisations", "events"])
def test_a_record_that_somebody_writes_first_is_read_again_and_updated(importing: Importing, table: str) -> None:
    tables: dict[str, list[Row]] = {
        "contacts": [person(city="Turku")],
        "organisations": [{"name": "Fjordkraft AB", "country": "NO"}],
        "events": [event(place="Oslo")],
    }
    with somebody_else() as cursor:
        if table == "contacts":
            _insert(cursor, ContactFactory.build(email=AINO, first_name="Aino"))
        elif table == "organisations":
            _insert(cursor, Organisation(name="Fjordkraft AB", reference="F-1", entered_on=DUE))
        else:
            _insert(cursor, Event(slug="cloud-day", title="Cloud", kind="physical", starts_at=NOON, time_zone="UTC"))
        done = importing.start(**{table: tables[table]})
        await_waiting()
    done.result(PATIENCE)
    if table == "contacts":
        assert (aino().first_name, aino().city) == ("Aino", "Turku")
    elif table == "organisations":
        assert (Organisation.objects.get().reference, Organisation.objects.get().country) == ("F-1", "NO")
    else:
        assert (Event.objects.get().title, Event.objects.get().place) == ("Cloud Day", "Oslo")


def test_organisations_are_locked_before_people_as_everywhere(importing: Importing, policy: PolicyVersion) -> None:
    """While the import waits for the organisation that somebody is in, others can still lock the person."""
    organisation = Organisation.objects.create(name="Fjordkraft AB", entered_on=DUE)
    before = contact_of(organisation, "customer", policy, email=AINO)
    with somebody_else() as cursor:
        cursor.execute("SELECT 1 FROM contacts_organisation WHERE id = %s FOR SHARE", [organisation.pk])
        done = importing.start(contacts=[person(scenario="customer", city="Turku")])
        await_waiting()
        cursor.execute("SELECT 1 FROM contacts_contact WHERE id = %s FOR UPDATE", [before.pk])
    done.result(PATIENCE)
    assert aino().city == "Turku"


def test_a_purge_and_an_import_of_the_same_people_both_come_to_an_end(
    importing: Importing, policy: PolicyVersion
) -> None:
    people = crowd(500, "whitepaper", dt.date(2025, 5, 24), policy=policy)
    rows = [person(str(contact.email), last_activity_on="2026-10-01") for contact in reversed(people)]
    done = importing.start(contacts=rows)
    run(DUE, policy, approve=True)
    done.result(PATIENCE)
    assert Contact.objects.count() == 500
    assert run(DUE, policy, approve=True).contacts_deleted == 0


def _insert(cursor: Any, record: Contact | Organisation | Event) -> None:
    """Insert a record in somebody else's transaction."""
    fields = [field for field in record._meta.concrete_fields if not (field.primary_key or field.generated)]
    values = {f.column: f.get_db_prep_save(f.pre_save(record, add=True), connection) for f in fields}
    query = sql.SQL("INSERT INTO {table} ({columns}) VALUES ({values})").format(
        table=sql.Identifier(record._meta.db_table),
        columns=sql.SQL(", ").join(map(sql.Identifier, values)),
        values=sql.SQL(", ").join(map(sql.Placeholder, values)),
    )
    cursor.execute(query, values)
