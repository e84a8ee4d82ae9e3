"""Exports that tests write and read, and what reading one leaves behind."""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from psycopg2 import sql

from contacts.models import Basis, Contact, PolicyVersion
from privacy_crm.crm_import import reading
from privacy_crm.crm_import import run as crm_import
from privacy_crm.crm_import.cells import When
from privacy_crm.crm_import.existing import Mode
from privacy_crm.crm_import.rejects import Reject
from privacy_crm.crm_import.report import Counts, Report
from tests.support import planned
from tests.support.factories import NOON

HEADERS = {
    "organisations": "name country reference legal_form",
    "agreements": "organisation kind reference started_on ended_on",
    "contacts": "email first_name last_name job_title phone address postal_code city country language organisation "
    "scenario collected_on last_activity_on source source_kind informed_on",
    "events": "slug title kind starts_at ends_at time_zone place",
    "registrations": "event email registered_at food_preference food_consent_at",
    "activities": "email kind occurred_at reference",
    "holds": "email kind reason legal_reference keeps until",
    "objections": "email channel objected_on source",
    "consents": "email channel wording given_on source",
}

AINO = "aino.lindqvist@fjordkraft.example"

type Row = dict[str, str]
type Table = dict[tuple[str, str], tuple[str, ...]]


def person(email: str = AINO, scenario: str = "whitepaper", collected_on: str = "2026-06-01", **cells: str) -> Row:
    return {"email": email, "scenario": scenario, "collected_on": collected_on} | cells


def event(slug: str = "cloud-day", kind: str = "physical", starts_at: str = "2027-05-24T09:00", **cells: str) -> Row:
    return {"slug": slug, "title": "Cloud Day", "kind": kind, "starts_at": starts_at} | cells


def consent(email: str = AINO, channel: str = "email", **cells: str) -> Row:
    said = {"wording": "Yes, please.", "given_on": "2026-06-01", "source": "Form"}
    return {"email": email, "channel": channel} | said | cells


@dataclass
class Outcome:
    report: Report
    rejects: list[Reject] = field(default_factory=list)

    def counts(self, name: str) -> Counts:
        return self.report.files[f"{name}.csv"]

    @property
    def refused(self) -> list[tuple[str, int, str, str]]:
        return [tuple(reject) for reject in self.rejects]


def save(directory: Path, **tables: list[Row]) -> Path:
    """Write an export."""
    directory.mkdir(exist_ok=True, parents=True)
    for name, rows in tables.items():
        with (directory / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEADERS[name].split(), restval="")
            writer.writeheader()
            writer.writerows(rows)
    return directory


def read(
    directory: Path, policy: PolicyVersion, at: dt.datetime = NOON, *, dry_run: bool = False, mode: Mode | None = None
) -> Outcome:
    """Import a directory."""
    rejects: list[Reject] = []
    mode = mode or Mode(dry_run)
    sources = reading.exported(directory, When.under(policy, at))
    report = crm_import.run(sources, policy=policy, at=at, by="test", mode=mode, rejects=rejects.extend)
    return Outcome(report, rejects)


def bring(
    policy: PolicyVersion,
    at: dt.datetime = NOON,
    *,
    dry_run: bool = False,
    mode: Mode | None = None,
    **tables: list[Row],
) -> Outcome:
    """Write an export and import it."""
    with TemporaryDirectory() as directory:
        return read(save(Path(directory), **tables), policy, at, dry_run=dry_run, mode=mode)


def aino() -> Contact:
    return Contact.objects.get(email=AINO)


def basis(scenario: str = "whitepaper") -> Basis:
    """Why Aino is held."""
    return Basis.objects.get(contact__email=AINO, scenario=scenario)


_ROWS = sql.SQL("SELECT {name}, ctid::text, xmin::text, entry::text FROM {table} entry")


def everything() -> Table:
    """Every row of every table but the audit, under its place on the disk: what is rewritten moves."""
    return {(table, ctid): tuple(rest) for table, ctid, *rest in planned.each_table("rows", _tables(), _ROWS)}


def _tables() -> Iterator[str]:
    for model in apps.get_models():
        if model._meta.app_label in {"contacts", "retention"} and model.__name__ != "AuditEvent":
            yield model._meta.db_table
