"""Say what the columns of an upload are, and what holds for all its people: then it can be looked through."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import Upload, UploadedDifference
from contacts.words.differences import ListMode
from contacts.words.vocabulary import Scenario, SourceKind, UploadState
from privacy_crm.uploads import moving, storing


class MatchError(ValueError):
    """It cannot be looked through like that; the message says why."""


@dataclass(frozen=True)
class Origin:
    """Why all these people are held, where they come from, and since when (P1)."""

    scenario: Scenario
    source: str
    source_kind: SourceKind
    collected_on: dt.date


def match(
    upload: Upload,
    mapping: Mapping[str, list[int]],
    origin: Origin,
    *,
    mode: ListMode = ListMode.FILL,
    day: dt.date,
    at: dt.datetime,
) -> None:
    """Take the columns for what `mapping` says, and have the upload looked through, also once more.

    `mode` says what becomes of people who are held already.

    Raises MatchError where no column is the address, no source is named, or the day is yet to come; MovedError.
    """
    if not mapping.get("email"):
        raise MatchError(_("Say which column is the e-mail address: without it nobody can be told apart."))
    if not origin.source.strip():
        raise MatchError(_("Say where the list comes from."))
    if origin.collected_on > day:
        raise MatchError(_("The day of collection is yet to come."))
    _move(upload, mapping=dict(mapping), mode=mode, **asdict(origin), **moving.begun(at))


@transaction.atomic
def _move(upload: Upload, **told: Any) -> None:
    """Have it looked through, and forget the rows and differences of an earlier look."""
    moving.move(upload, UploadState.UPLOADED, UploadState.PREVIEWED, to=UploadState.PREVIEWING, checked=[], **told)
    for number in range(len(upload.checked)):
        transaction.on_commit(partial(storing.storage().delete, storing.part(upload, number)))
    UploadedDifference.objects.filter(upload=upload).delete()
