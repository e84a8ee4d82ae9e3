"""Lists of people that tests upload, and what is asked about them."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from openpyxl import Workbook

from contacts.models import PolicyVersion, Upload, UploadedDifference
from contacts.words.differences import ListMode
from contacts.words.vocabulary import Scenario, SourceKind
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.uploads import fields, importing, matching, opening, receiving, removing
from privacy_crm.uploads.matching import Origin
from tests.support.factories import NOON, ContactFactory

HEADER = ["E-mail", "First name", "Last name", "Company", "Country"]
AINO = "aino.lindqvist@fjordkraft.example"
VAINO = "vaino.odotus@fjordkraft.example"
COLLECTED = dt.date(2026, 11, 20)
FAIR = Origin(Scenario.PROSPECT, "Spring fair", SourceKind.PUBLIC, COLLECTED)

type Rows = Sequence[Sequence[Any]]


def as_csv(rows: Rows, header: Sequence[str] = HEADER, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Rows, header: Sequence[str] = HEADER) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in [header, *rows]:
        sheet.append(list(row))
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def send(content: bytes, at: dt.datetime = NOON) -> Upload:
    """Take a list in, as the website does."""
    user, _ = User.objects.get_or_create(username="marketing")
    return receiving.receive(ContentFile(content, "people.csv"), user, at=at, by="test")


def open_up(upload: Upload, at: dt.datetime = NOON) -> Upload:
    """Open a workbook, as a worker does."""
    opening.open_up(upload.pk, at=at, now=lambda: at)
    upload.refresh_from_db()
    return upload


def receive(content: bytes, at: dt.datetime = NOON) -> Upload:
    """Take a list in, and open it where it is a workbook. Raises UnreadableError with what the page would say."""
    upload = open_up(send(content, at), at)
    if upload.failure:
        raise UnreadableError(upload.failure)
    return upload


def match(
    upload: Upload,
    origin: Origin = FAIR,
    at: dt.datetime = NOON,
    mode: ListMode = ListMode.FILL,
    **mapping: list[int],
) -> None:
    columns = mapping or fields.guess(upload.header)
    matching.match(upload, columns, origin, mode=mode, day=at.date(), at=at)
    upload.refresh_from_db()


def look_through(
    upload: Upload,
    policy: PolicyVersion,
    origin: Origin = FAIR,
    at: dt.datetime = NOON,
    mode: ListMode = ListMode.FILL,
) -> Upload:
    """Match the columns as they are guessed, and look the list through."""
    match(upload, origin, at, mode)
    importing.look_through(upload.pk, policy=policy, at=at, by="test", now=lambda: at)
    upload.refresh_from_db()
    return upload


def bring_in(upload: Upload, policy: PolicyVersion, at: dt.datetime = NOON) -> Upload:
    """Say yes to what was looked through."""
    importing.start(upload, at=at, by="test")
    importing.bring_in(upload.pk, policy=policy, at=at, by="test", now=lambda: at)
    upload.refresh_from_db()
    return upload


def review(rows: Rows, policy: PolicyVersion, header: Sequence[str] = HEADER, origin: Origin = FAIR) -> Upload:
    """Look a list through that is to update people."""
    return look_through(receive(as_csv(rows, header)), policy, origin, mode=ListMode.UPDATE)


def take_back(upload: Upload, policy: PolicyVersion, at: dt.datetime = NOON) -> Upload:
    """Undo an import."""
    removing.start(upload, at=at, by="test")
    removing.remove(upload.pk, policy=policy, at=at, by="test", now=lambda: at)
    upload.refresh_from_db()
    return upload


def people(number: int, domain: str = "fjordkraft.example") -> list[list[str]]:
    return [[f"p{n}@{domain}", "Aino", f"Lindqvist{n}", f"Fjordkraft {n % 7} AB", "Sweden"] for n in range(number)]


_COUNTS = {"new": 2, "changed": 1, "rows": 4, "reasons": [["email", "no address", 1]]}


def world() -> dict[str, Upload]:
    """One upload for each page that the admin has of them."""
    ahead = timezone.now() + dt.timedelta(hours=1)
    told = {"scenario": "prospect", "source": "Fair", "source_kind": "public", "collected_on": COLLECTED}
    states: dict[str, dict[str, Any]] = {
        "contacts_upload": {"state": "previewed", **told},
        "contacts_upload_import": {"state": "previewed", **told},
        "contacts_upload_remove": {"state": "done", "result": _COUNTS, "done_at": NOON, "forget_at": ahead, **told},
    }
    made = {name: receive(as_csv([[AINO, "Aino", "", "", ""]])) for name in states}
    for name, changes in states.items():
        Upload.objects.filter(pk=made[name].pk).update(**changes)
    for name in ("contacts_upload", "contacts_upload_import"):
        _differ(made[name])
    return made


def _differ(upload: Upload) -> None:
    """Have a list that waits say something else than the record of somebody."""
    Upload.objects.filter(pk=upload.pk).update(mode="update", preview={**_COUNTS, "differences": 2, "stays": {}})
    person = ContactFactory.create()
    for detail, new in {"first_name": "Väinö", "phone": "+46 8 1"}.items():
        UploadedDifference.objects.create(upload=upload, contact=person, detail=detail, old="", new=new)


def files() -> list[Path]:
    """Everything that is kept of uploads on the disk."""
    folder = Path(settings.MEDIA_ROOT) / "uploads"
    return sorted(folder.iterdir()) if folder.exists() else []
