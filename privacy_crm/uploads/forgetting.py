"""What an upload holds of people goes after a day, at the latest; and what a dead worker left is given back."""

import datetime as dt
from contextlib import suppress
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts import audit
from contacts.models import Upload, UploadedPerson
from contacts.vocabulary import UploadState
from privacy_crm.uploads import moving, receiving, working

# Longer than a worker needs to begin. Whoever works is known by their lock, however long it takes.
_SILENCE = dt.timedelta(minutes=5)
# Files that no row names any more: a worker died between the two.
_STRAY = receiving.KEPT_FOR + dt.timedelta(hours=1)

_NOTHING_WRITTEN = gettext_lazy("It was broken off, and nothing was written. Start it again.")
_BROKEN_OFF = {
    UploadState.PREVIEWING: _NOTHING_WRITTEN,
    UploadState.IMPORTING: _NOTHING_WRITTEN,
    UploadState.REMOVING: gettext_lazy("It was broken off, and some people are removed. Start it again."),
}

_WAITING = (UploadState.UPLOADED, UploadState.PREVIEWED)


def discard(upload: Upload, *, at: dt.datetime, by: str) -> None:
    """Throw a file away that is not imported. Raises MovedError where it is, or is about to be."""
    with transaction.atomic():
        moving.fail(upload, *_WAITING, why=_("Thrown away before anybody came in."), at=at)
        audit.record("upload.discarded", at=at, by=by, rule=f"upload:{upload.pk}")


def sweep(at: dt.datetime) -> None:
    """Forget the uploads whose day is over, and give back those whose worker died."""
    _give_back(at)
    over = Upload.objects.forgettable(at).exclude(pk__in=working.under_way())
    for upload in over.filter(state__in=_WAITING):
        with suppress(moving.MovedError):
            moving.fail(upload, *_WAITING, why=_("Nobody imported it within a day."), at=at)
    with transaction.atomic():
        ended = list(over.filter(file="", header=[]).select_for_update().values_list("pk", flat=True))
        UploadedPerson.objects.filter(upload__in=ended).delete()
        Upload.objects.filter(pk__in=ended).update(forget_at=None)
    _forget_strays(at)


def _give_back(at: dt.datetime) -> None:
    silent = Upload.objects.filter(Q(beat_at__isnull=True) | Q(beat_at__lte=at - _SILENCE))
    for state, back in moving.BACK.items():
        found = silent.filter(state=state).exclude(pk__in=working.under_way())
        found.update(state=back, failure=_BROKEN_OFF[state])


def _forget_strays(at: dt.datetime) -> None:
    folder = Path(receiving.storage().path("uploads"))
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stat().st_mtime <= (at - _STRAY).timestamp():
            path.unlink(missing_ok=True)
