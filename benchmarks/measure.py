"""What is measured: the purge beside its floor, a quiet night, an agreement that ends, memory, the import."""

import csv
import datetime as dt
import io
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg2 import sql

from benchmarks import load
from contacts.base.days import run_of
from contacts.models import Agreement, AuditEvent, Contact, Organisation, PolicyVersion
from contacts.people import agreements
from privacy_crm.crm_import import reading
from privacy_crm.crm_import import run as crm_import
from privacy_crm.crm_import.cells import When
from privacy_crm.crm_import.existing import Mode
from retention.models import PurgeRun
from retention.nights import purge, run_log
from retention.nights.outcomes import Outcome

DUE = dt.date(2025, 5, 1)
BATCH = 5_000


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def peak_memory() -> int:
    """Return the most memory this process has held so far, in kB (on Linux; bytes on macOS)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def night(policy: PolicyVersion) -> Outcome:
    at = run_of(load.TODAY, policy.zone)
    return purge.run(policy=policy, at=at, by="benchmark", approve=True, now=timezone.now)


def quiet_night(policy: PolicyVersion, rounds: int) -> float:
    """Return the median seconds of a run with nothing due."""
    night(policy)
    return statistics.median(seconds(lambda: night(policy)) for _ in range(rounds))


_FLOOR = "DELETE FROM contacts_contact WHERE id = ANY(%(people)s)"


def floor(ids: list[int]) -> None:
    """L: delete known ids in batches over the database's cascades, and nothing else."""
    for start in range(0, len(ids), BATCH):
        with connection.cursor() as cursor:
            cursor.execute(_FLOOR, {"people": ids[start : start + BATCH]})


def bare_loop(ids: list[int]) -> None:
    """Delete people one by one, and nothing else: Django's delete, over the database's cascades."""
    for contact in Contact.objects.filter(pk__in=ids):
        contact.delete()


def orm_loop(ids: list[int], purge_run: PurgeRun) -> None:
    """Do the run's whole work one by one, as one would write it with the ORM: lock, decide, delete, audit, count."""
    log = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Contact))
    for pk in ids:
        with transaction.atomic():
            contact = Contact.objects.select_for_update().get(pk=pk)
            lapsed = all(basis.clock_from and basis.clock_from <= DUE for basis in contact.bases.all())
            if not lapsed or contact.holds.filter(Q(until=None) | Q(until__gte=load.TODAY)).exists():
                raise AssertionError("the loop was given somebody who is not due")
            log.filter(object_id=str(pk)).delete()
            contact.delete()
            AuditEvent.objects.create(
                at=timezone.now(), by="benchmark", code="contact.deleted", public_id=contact.public_id, rule="loop"
            )
            run_log.count(purge_run, "whitepaper", contacts_deleted=1)


def purge_against_floor(policy: PolicyVersion, *, people: int, due: int, rounds: int) -> list[dict[str, float]]:
    """Delete sets of people, spread over the table, by the floor and by the run in turn; people a second of each."""
    found = []
    for number in range(rounds):
        mine, theirs = (load.scattered(due, people, 2 * number + share) for share in (0, 1))
        load.make_due(mine, DUE)
        load.settle()
        by_floor = seconds(lambda ids=theirs: floor(ids))
        load.settle()
        memory = peak_memory()
        by_run = seconds(lambda: night(policy))
        if Contact.objects.filter(pk__in=mine).exists():
            raise AssertionError("the run left somebody who was due")
        found.append({"floor": due / by_floor, "run": due / by_run, "memory": peak_memory() - memory})
    return found


def agreement_ends(people: int, first: int) -> float:
    """Return the median seconds that the end of an agreement takes where it concerns so many people."""
    organisation = Organisation.objects.create(name=f"Agreed {people}", entered_on=load.TODAY)
    now = timezone.now()
    agreement: Agreement = agreements.add(organisation.pk, "customer", "", started_on=None, at=now, by="benchmark")
    Contact.objects.filter(pk__range=(first, first + people - 1)).update(organisation=organisation)
    load.settle()

    def end_and_reopen() -> float:
        took = seconds(lambda: agreements.end(agreement, load.TODAY, at=now, by="benchmark"))
        agreements.reopen(agreement, at=now, by="benchmark")
        return took

    return statistics.median(end_and_reopen() for _ in range(15))


def import_against_copy(policy: PolicyVersion, number: int) -> dict[str, float]:
    """Import a file of new people; then put the very rows that came of it into the same tables by COPY."""
    with tempfile.TemporaryDirectory() as folder:
        _write_contacts(Path(folder) / "contacts.csv", number)
        took = seconds(lambda: _import(Path(folder), policy))
    tables = ("contacts_contact", "contacts_basis")
    rows = {table: _copy_out(table) for table in tables}
    _forget_imported()
    load.settle()

    def copy_in() -> None:
        with transaction.atomic():
            for table in tables:
                _copy_in(table, rows[table])

    by_copy = seconds(copy_in)
    _forget_imported()
    return {"import": number / took, "copy": number / by_copy}


def _import(folder: Path, policy: PolicyVersion) -> None:
    at = timezone.now()
    crm_import.run(reading.exported(folder, When.under(policy, at)), policy=policy, at=at, by="benchmark", mode=Mode())


_HEADER = [
    *("email", "first_name", "last_name", "job_title", "phone", "address", "postal_code", "city", "country"),
    *("language", "organisation", "scenario", "collected_on", "last_activity_on", "source", "source_kind"),
    "informed_on",
]


def _write_contacts(path: Path, number: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for n in range(number):
            writer.writerow(
                [f"import{n}@bench.example", f"First{n % 997}", f"Last{n}", "Engineer", "", "Storgatan 1", "111 22",
                 "Stockholm", "SE", "sv", "", "whitepaper", "2026-06-01", "2026-07-01", "website", "person", ""]
            )  # fmt: skip


_IMPORTED = {
    "contacts_contact": "COPY (SELECT * FROM contacts_contact WHERE email LIKE 'import%') TO STDOUT",
    "contacts_basis": "COPY (SELECT * FROM contacts_basis WHERE contact_id IN"
    " (SELECT id FROM contacts_contact WHERE email LIKE 'import%')) TO STDOUT",
}


def _copy_out(table: str) -> str:
    rows = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(_IMPORTED[table], rows)
    return rows.getvalue()


def _copy_in(table: str, rows: str) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table)), io.StringIO(rows))


def _forget_imported() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_contact WHERE email LIKE 'import%%'")
