"""Whether a run stops and asks: more than foreseen, too large a share, or the first one after long or a restore."""

from dataclasses import dataclass

from django.conf import settings

from contacts.journal import restored
from contacts.models import Contact
from retention.due.due_bases import RetentionDate
from retention.lapses import purge_preview
from retention.models import WaitsBecause
from retention.nights import foreseen

TIMES = 2  # as many as were foreseen, and as many again


@dataclass(frozen=True)
class Question:
    """Why a run asks, and how many people the forecast named for it; None where there was none."""

    why: WaitsBecause
    foreseen: int | None

    @property
    def touches_nobody(self) -> bool:
        """Whether not even the end of a hold is certain: the day may be wrong, or what was recorded of it is lost."""
        return self.why in {WaitsBecause.GAP, WaitsBecause.RESTORED}


def question(night: RetentionDate, *, after_any_gap: bool = False) -> Question | None:
    """Return what a run has to ask before it touches anybody, or None where it may do all of its work.

    `after_any_gap` does not mind how long ago the last finished run was.
    """
    expected = foreseen.people(night)
    why = _restored(night) or _gap(night, minded=not after_any_gap) or _number(night, expected)
    return Question(why, expected) if why else None


def _restored(night: RetentionDate) -> WaitsBecause | None:
    """The first since a restore asks: what was recorded since the backup, a new agreement or a reply, is lost."""
    if not restored.night_waits():
        return None
    return WaitsBecause.RESTORED if sum(purge_preview.all_leaving(night)) else None


def _gap(night: RetentionDate, *, minded: bool) -> WaitsBecause | None:
    last = foreseen.last_finished(night.at) if minded else None
    if last is None or foreseen.days_since(last, night) <= foreseen.DAYS:
        return None
    return WaitsBecause.GAP if sum(purge_preview.all_leaving(night)) else None


def _number(night: RetentionDate, expected: int | None) -> WaitsBecause | None:
    number = sum(purge_preview.beyond_the_cap(night))
    if number <= settings.PURGE_CAP_NUMBER:
        return None
    if number > settings.PURGE_CAP_SHARE * Contact.objects.count():
        return WaitsBecause.SHARE
    return WaitsBecause.FORECAST if expected is not None and number > TIMES * expected else None
