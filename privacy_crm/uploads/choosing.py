"""Leave differences out of an update, or put them back into it, before the list comes in (L15)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Upload, UploadedDifference
from contacts.words.differences import ListField, Stays
from contacts.words.vocabulary import UploadState
from privacy_crm.uploads import moving


class ChoiceError(ValueError):
    """There is nothing left to choose; the message says so."""

    def __init__(self) -> None:
        super().__init__(_("Nothing was changed: these details have gone, or are as you want them already."))


@transaction.atomic
def choose(
    upload: Upload, *, keep: bool, detail: ListField | None = None, one: int | None = None, at: dt.datetime, by: str
) -> int:
    """Have differences stay as they are on file, or change after all: one, those of one field, or all of them.

    What stays for another reason is nobody's choice. Returns how many were changed. The page that was seen before is
    out of date afterwards (`importing.mark`). Raises ChoiceError where there are none, and MovedError once the list
    comes in.
    """
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    before, after = ("", Stays.LEFT) if keep else (Stays.LEFT, "")
    only: dict[str, Any] = ({"detail": detail} if detail else {}) | ({"pk": one} if one else {})
    number = UploadedDifference.objects.filter(upload=locked, reason=before, **only).update(reason=after)
    preview = _recounted(locked.preview, number if keep else -number)
    moving.move(locked, UploadState.PREVIEWED, to=UploadState.PREVIEWED, preview=preview, beat_at=at)
    if not number:
        raise ChoiceError
    audit.record("upload.chosen", at=at, by=by, rule=f"upload:{upload.pk}")
    return number


def _recounted(preview: dict[str, Any], left: int) -> dict[str, Any]:
    """Return the numbers of a preview with so many more differences left out."""
    stays = dict(preview.get("stays", {}))
    stays[Stays.LEFT.value] = stays.get(Stays.LEFT.value, 0) + left
    return preview | {"differences": preview.get("differences", 0) - left, "stays": stays}
