"""Take a list of people in: kept under a name that tells nothing, for a day, once it is known to be one."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Upload
from contacts.words.vocabulary import UploadState
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.uploads import kinds, storing
from privacy_crm.uploads.kinds import FileFormat, Layout

KEPT_FOR = dt.timedelta(hours=24)


def receive(file: File[bytes], user: Any, *, at: dt.datetime, by: str) -> Upload:
    """Keep a file that somebody sent, and note its columns; a workbook waits to be opened (`opening`).

    Raises UnreadableError, with nothing kept.
    """
    if file.size > settings.UPLOAD_MEGABYTES * 1024 * 1024:
        raise UnreadableError(_("The file is larger than %d MB. Divide it into several.") % settings.UPLOAD_MEGABYTES)
    with storing.room():
        return _keep(file, user, at=at, by=by)


def _keep(file: File[bytes], user: Any, *, at: dt.datetime, by: str) -> Upload:
    public_id = uuid.uuid4()
    name = storing.name_of(public_id)
    try:
        name = storing.storage().save(name, file)
        with storing.local(name) as path:
            layout = kinds.look(path)
        with transaction.atomic():
            upload = Upload.objects.create(
                public_id=public_id,
                uploaded_by=user,
                uploaded_at=at,
                forget_at=at + KEPT_FOR,
                file=name,
                file_format=FileFormat.CSV if layout else FileFormat.XLSX,
                state=UploadState.UPLOADED if layout else UploadState.OPENING,
                beat_at=None if layout else at,
                **(noted(layout, name) if layout else {}),
            )
            audit.record("upload.received", at=at, by=by, rule=f"upload:{upload.pk}")
    except BaseException:
        for each in storing.files(name):
            storing.storage().delete(each)
        raise
    return upload


def first_rows(upload: Upload) -> list[list[str]]:
    """Return the first rows below the header, as they are: for whoever says what each column is.

    Raises OSError where they are gone.
    """
    with storing.storage().open(storing.files(str(upload.file))[-1]) as kept:
        rows: list[list[str]] = json.load(kept)
    return rows


def noted(layout: Layout, name: str) -> dict[str, Any]:
    """Return what an upload says of how its file is read.

    The first rows are kept beside the file, whose fate they share: they are of people.
    """
    storing.put(storing.files(name)[-1], ContentFile(json.dumps(layout.first).encode()))
    return {"encoding": layout.encoding, "delimiter": layout.delimiter, "header": layout.header}
