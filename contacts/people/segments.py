"""What staff keep of the list of contacts: filters under a name, and the columns they look at. No person is in it."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Audience, ListLayout, Mailing, Segment
from contacts.words.vocabulary import MailingState

LONGEST = 100

# These are on record and ask for nobody any more.
_ENDED = (MailingState.SENT, MailingState.STOPPED)


class SegmentError(ValueError):
    """What was asked for cannot be; the message says why."""


@transaction.atomic
def save(name: str, filters: Mapping[str, str], *, shared: bool, owner: int, at: dt.datetime, by: str) -> Segment:
    """Keep filters, which the caller has checked, under a name. `owner` is the key of the member of staff.

    Raises SegmentError where there is no filter or no name, or the owner has a segment of this name.
    """
    if not filters:
        raise SegmentError(_("A segment needs at least one filter. Without any it would be everybody."))
    kept = {"filters": dict(filters), "shared": shared, "created_at": at}
    segment, fresh = Segment.objects.get_or_create(owner_id=owner, name=_checked(name), defaults=kept)
    if not fresh:
        raise SegmentError(_("You have a segment of this name already."))
    _note("saved", segment, at, by)
    return segment


@transaction.atomic
def change(segment: Segment, name: str, *, shared: bool, at: dt.datetime, by: str) -> None:
    """Give a segment another name, share it with all colleagues who work with segments, or keep it for its owner again.

    Raises SegmentError where the name is taken or empty, or the segment is gone.
    """
    try:
        with transaction.atomic():
            changed = Segment.objects.filter(pk=segment.pk).update(name=_checked(name), shared=shared)
    except IntegrityError:
        raise SegmentError(_("Its owner has a segment of this name already.")) from None
    if not changed:
        raise _gone()
    _note("changed", segment, at, by)


@transaction.atomic
def delete(segment: Segment, *, at: dt.datetime, by: str) -> None:
    """Delete a segment. Lists that left and mailings that ended stay on record, and name none any more.

    Raises SegmentError while a mailing that has not ended goes to it, and where it is gone already.
    """
    # Whoever points a mailing at it waits for this lock, and then finds it gone.
    if not Segment.objects.select_for_update().filter(pk=segment.pk):
        raise _gone()
    mailings = Mailing.objects.filter(segment=segment.pk)
    if mailings.exclude(state__in=_ENDED).exists():
        raise SegmentError(_("A mailing that has not ended goes to this segment. Send it or stop it first."))
    mailings.update(segment=None)
    Audience.objects.filter(segment=segment.pk).update(segment=None)
    Segment.objects.filter(pk=segment.pk).delete()
    _note("deleted", segment, at, by)


def _checked(name: str) -> str:
    if not 0 < len(name.strip()) <= LONGEST:
        raise SegmentError(_("A segment needs a name of at most %(most)s letters.") % {"most": LONGEST})
    return name.strip()


def _note(deed: str, segment: Segment, at: dt.datetime, by: str) -> None:
    audit.record(f"segment.{deed}", at=at, by=by, rule=f"segment:{segment.pk}")


def _gone() -> SegmentError:
    return SegmentError(_("There is no such segment any more."))


def choose_columns(columns: Sequence[str], *, user: int, at: dt.datetime, by: str) -> None:
    """Keep the names of the columns, which the caller has checked, for the member of staff with this key."""
    ListLayout.objects.update_or_create(user_id=user, defaults={"columns": list(columns)})
    audit.record("layout.chosen", at=at, by=by)
