"""A list that is uploaded in the browser: looked through and imported, as CSV and as a workbook."""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import xlsxwriter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from benchmarks import load
from benchmarks.measure import seconds
from contacts.models import PolicyVersion, Upload
from contacts.words.vocabulary import Scenario, SourceKind
from privacy_crm.uploads import fields, importing, matching, receiving, removing

_HEADER = [
    "E-mail",
    "First name",
    "Last name",
    "Job title",
    "Phone",
    "Street",
    "Postal code",
    "City",
    "Country",
    "Company",
]
_BY = "benchmark"


def measured(number: int, policy: PolicyVersion) -> dict[str, float]:
    """Return the seconds of each step for each kind of file."""
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = Path(folder)
        for kind, write in _WRITERS.items():
            content = write(number)
            results |= {f"upload_{kind}_{step}_s": took for step, took in _each_step(content, policy).items()}
            load.settle()
    return results | {"upload_rows": number}


def _each_step(content: bytes, policy: PolicyVersion) -> dict[str, float]:
    at = timezone.now()
    user = User.objects.get(username="benchmark")
    took: dict[str, float] = {}
    uploads: list[Upload] = []
    took["received"] = seconds(
        lambda: uploads.append(receiving.receive(ContentFile(content, "people"), user, at=at, by=_BY))
    )
    (upload,) = uploads
    day = at.astimezone(policy.zone).date()
    origin = matching.Origin(Scenario.PROSPECT, "Fair", SourceKind.PUBLIC, day - dt.timedelta(days=1))
    matching.match(upload, fields.guess(upload.header), origin, day=day, at=at)
    told = {"policy": policy, "at": at, "by": _BY, "now": timezone.now}
    took["looked"] = seconds(lambda: importing.look_through(upload.pk, **told))
    importing.start(upload, at=at, by=_BY)
    took["imported"] = seconds(lambda: importing.bring_in(upload.pk, **told))
    upload.refresh_from_db()
    removing.start(upload, at=at, by=_BY)
    took["removed"] = seconds(lambda: removing.remove(upload.pk, **told))
    _forget()
    return took


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_upload")


def _people(number: int) -> Iterator[list[str]]:
    yield _HEADER
    for n in range(number):
        yield [f"upload{n}@bench.example", f"First{n % 997}", f"Last{n}", "Engineer", f"+46 8 {n}", "Storgatan 1",
               "111 22", "Stockholm", "Sverige", f"Company {n % 5000} AB"]  # fmt: skip


def _as_csv(number: int) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(_people(number))
    return text.getvalue().encode()


def _as_xlsx(number: int) -> bytes:
    packed = io.BytesIO()
    workbook = xlsxwriter.Workbook(packed)
    sheet = workbook.add_worksheet()
    for place, row in enumerate(_people(number)):
        sheet.write_row(place, 0, row)
    workbook.close()
    return packed.getvalue()


_WRITERS: dict[str, Callable[[int], bytes]] = {"csv": _as_csv, "xlsx": _as_xlsx}


def rows(results: dict[str, float]) -> Iterator[tuple[str, str, str, str]]:
    for kind in _WRITERS:
        for step in ("received", "looked", "imported", "removed"):
            took = results[f"upload_{kind}_{step}_s"]
            aim = "about 60 s" if step == "imported" else ""
            yield f"{results['upload_rows']:,.0f} people as {kind}: {step}", f"{took:.1f} s", "", aim
