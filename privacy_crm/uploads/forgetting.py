"""What an upload holds of people goes after a day, at the latest; and what a dead worker left is given back."""

import datetime as dt
from contextlib import suppress
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.base import audit, held
from contacts.models import Upload, UploadedDifference, UploadedPerson
from contacts.words.vocabulary import UploadState
from privacy_crm.uploads import moving, storing, working

# Nobody needs longer between a file and the row that names it.
_STRAY = dt.timedelta(hours=1)
# So long a removal can be started again that was broken off at the end of its day.
_AGAIN = dt.timedelta(hours=1)

_NOTHING_WRITTEN = gettext_lazy("It was broken off, and nothing was written. Start it again.")
# It would end the next worker as well.
_UNOPENED = gettext_lazy("The workbook could not be opened. Save it as CSV UTF-8 and send that.")
_BROKEN_OFF = {
    UploadState.PREVIEWING: _NOTHING_WRITTEN,
    UploadState.IMPORTING: _NOTHING_WRITTEN,
    UploadState.REMOVING: gettext_lazy("It was broken off, and only part of it is undone. Start it again."),
}

_WAITING = (UploadState.OPENING, UploadState.UPLOADED, UploadState.PREVIEWED)


def discard(upload: Upload, *, at: dt.datetime, by: str) -> None:
    """Throw a file away that is not imported. Raises MovedError where it is, or is about to be."""
    with transaction.atomic():
        moving.fail(upload, *_WAITING, why=_("Thrown away before anybody came in."), at=at)
        audit.record("upload.discarded", at=at, by=by, rule=f"upload:{upload.pk}")


def sweep(at: dt.datetime) -> None:
    """Forget the uploads whose day is over, and give back those whose worker died."""
    _give_back(at)
    over = Upload.objects.forgettable(at).exclude(pk__in=working.under_way())
    waiting = ([upload] for upload in over.filter(state__in=_WAITING))
    held.sweep("waiting uploads", waiting, partial(_give_up, at))
    # Whoever is to be removed is still needed, also while no worker has begun.
    done = over.filter(file="", header=[]).exclude(state=UploadState.REMOVING)
    held.sweep("uploads", held.by_key(done), partial(_forget_people, done))
    _forget_strays(at)


def _give_up(at: dt.datetime, uploads: list[Upload]) -> None:
    for upload in uploads:
        with suppress(moving.MovedError):
            moving.fail(upload, *_WAITING, why=_("Nobody imported it within a day."), at=at)


@transaction.atomic
def _forget_people(done: QuerySet[Upload], keys: list[int]) -> None:
    """Forget who came with these uploads, as far as they are done with."""
    ended = list(done.filter(pk__in=keys).select_for_update().values_list("pk", flat=True))
    UploadedPerson.objects.filter(upload__in=ended).delete()
    UploadedDifference.objects.filter(upload__in=ended).delete()
    Upload.objects.filter(pk__in=ended).update(forget_at=None)


def _give_back(at: dt.datetime) -> None:
    silent = _silent(at).exclude(step=working.WAITING)
    for state, back in moving.BACK.items():
        found = silent.filter(state=state).exclude(pk__in=working.under_way())
        longer = {"forget_at": Greatest(F("forget_at"), Value(at + _AGAIN))} if state == UploadState.REMOVING else {}
        change = partial(_change, found, {"state": back, "failure": _BROKEN_OFF[state], **longer})
        held.sweep("uploads that were broken off", held.by_key(found), change)
    for upload in silent.filter(state=UploadState.OPENING).exclude(step="").exclude(pk__in=working.under_way()):
        with suppress(moving.MovedError):
            moving.fail(upload, UploadState.OPENING, why=str(_UNOPENED), at=at)


def paused(at: dt.datetime) -> QuerySet[Upload]:
    """Return the uploads that wait for somebody to go on with them, though nobody has heard of it."""
    waiting = _silent(at).filter(state__in=moving.BACK, step=working.WAITING)
    return waiting.exclude(pk__in=working.under_way())


def _silent(at: dt.datetime) -> QuerySet[Upload]:
    return Upload.objects.filter(Q(beat_at__isnull=True) | Q(beat_at__lte=at - moving.SILENCE))


@transaction.atomic
def _change(found: QuerySet[Upload], changes: dict[str, Any], keys: list[int]) -> None:
    found.filter(pk__in=keys).update(**changes)


def _forget_strays(at: dt.datetime) -> None:
    """Delete the files that no row names: a process died between the two."""
    named = Upload.objects.exclude(file="").only("file", "checked")
    kept = {each for upload in named for each in storing.of(upload)}
    for stray in storing.strays(kept, before=at - _STRAY):
        storing.storage().delete(stray)
