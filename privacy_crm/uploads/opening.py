"""Open a workbook: turn it into CSV once, so that every later reading is quick and needs no memory."""

import datetime as dt
from contextlib import suppress

from django.core.files import File

from contacts.models import Upload
from contacts.words.vocabulary import UploadState
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.uploads import kinds, moving, receiving, storing, workbooks, working
from privacy_crm.uploads.kinds import Layout
from privacy_crm.uploads.working import Clock, Work


def open_up(upload_id: int, *, at: dt.datetime, now: Clock) -> None:
    """Open an upload's workbook and note its columns. A second worker, or a late one, does nothing."""
    with working.on(upload_id, UploadState.OPENING, now=now) as work, suppress(moving.MovedError):
        if work:
            try:
                with storing.room():
                    _open(work)
            except UnreadableError as error:
                moving.fail(work.upload, UploadState.OPENING, why=str(error), at=at)


def overdue(at: dt.datetime) -> list[int]:
    """Return the workbooks that no worker has begun with, since none heard of them or all were busy."""
    waiting = Upload.objects.filter(state=UploadState.OPENING, step="", beat_at__lte=at - moving.SILENCE)
    return list(waiting.exclude(pk__in=working.under_way()).values_list("pk", flat=True))


def _open(work: Work) -> None:
    upload, found = work.upload, list[Layout]()
    packed, name, _first = storing.files(str(upload.file))

    def look(records: list[list[str]]) -> int:
        found.append(kinds.of_workbook(records))
        return len(found[0].header)

    def progress(_rows: int) -> None:
        work.say(working.UNPACKING, 0.0)

    progress(0)
    with storing.local(packed) as path, storing.scratch() as unpacked:
        workbooks.unpack(path, unpacked, first=1 + kinds.SHOWN, look=look, progress=progress)
        storing.put(name, File(unpacked))
    told = receiving.noted(found[0], packed)
    moving.move(upload, UploadState.OPENING, to=UploadState.UPLOADED, file=name, step="", **told)
    storing.storage().delete(packed)
