"""The states of an upload: each move is one conditional UPDATE, so that of two who press a button one moves it."""

import datetime as dt
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Upload, UploadedDifference
from contacts.words.vocabulary import UploadState
from privacy_crm.uploads import storing

# What a file is kept for ends with the move.
_WITHOUT_FILE: dict[str, Any] = {"file": "", "header": [], "mapping": {}, "checked": []}


# Longer than a worker needs to begin. Whoever works is known by their lock, however long it takes.
SILENCE = dt.timedelta(minutes=5)

# Where an upload stands again when its worker died, or the database refused: nothing was written.
BACK = {
    UploadState.PREVIEWING: UploadState.UPLOADED,
    UploadState.IMPORTING: UploadState.PREVIEWED,
    UploadState.REMOVING: UploadState.DONE,
}
# A worker has it, or is about to.
WORKED_ON = {UploadState.OPENING, *BACK}


class MovedError(ValueError):
    """Somebody else was faster, or it is over; the message says so."""

    def __init__(self) -> None:
        super().__init__(_("This import has moved on in the meantime: look at its page again."))


def move(upload: Upload, *states: UploadState, to: UploadState, **changes: Any) -> None:
    """Move an upload from one of these states to another. Raises MovedError where it is in none of them."""
    if not Upload.objects.filter(pk=upload.pk, state__in=states).update(state=to, **changes):
        raise MovedError


@transaction.atomic
def end(upload: Upload, *states: UploadState, to: UploadState, **changes: Any) -> None:
    """Move an upload on, and have its file go with its columns. Raises MovedError."""
    move(upload, *states, to=to, **_WITHOUT_FILE, **changes)
    for name in storing.of(upload) if upload.file else ():
        transaction.on_commit(partial(storing.storage().delete, name))


@transaction.atomic
def fail(upload: Upload, *states: UploadState, why: str, at: dt.datetime) -> None:
    """End an upload that cannot be read, or that nobody wants. Raises MovedError."""
    UploadedDifference.objects.filter(upload=upload).delete()
    end(upload, *states, to=UploadState.FAILED, failure=why, done_at=at)


def begun(at: dt.datetime) -> dict[str, Any]:
    """Return what an upload says of work that is asked for at this moment."""
    return {"step": "", "share": 0, "beat_at": at, "failure": ""}


def give_back(upload: Upload, state: UploadState, *, why: str) -> None:
    """Have an upload wait again where its work did not come to an end. Raises MovedError."""
    move(upload, state, to=BACK[state], failure=why)
