"""Clocks that differ, noticed and told once: to those who approve runs and to those who look after the machines.

What deletes by time does nothing meanwhile (`contacts.base.two_clocks`).
"""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.base import officers, staff_mails, two_clocks
from contacts.base.two_clocks import Clocks
from retention.models import ClockDifference
from retention.nights import claimed

# Of two workers, one may have the right time: who sees the clocks agree says little until the other has been asked.
SETTLED = dt.timedelta(hours=1)
# The watch looks every ten minutes.
_RECENT = dt.timedelta(minutes=20)


def note(clocks: Clocks) -> None:
    """Write down that the clocks differ, or that they have agreed for long enough."""
    standing = ClockDifference.objects.filter(stands=True)
    if clocks.agree:
        now = clocks.database
        standing.exclude(seen_at__range=(now - SETTLED, now + SETTLED)).update(stands=False)
        return
    seen = {"seen_at": clocks.database, "seconds": round(clocks.apart.total_seconds())}
    if not standing.update(**seen):
        _begin(seen, clocks.database)


def _begin(seen: dict[str, object], at: dt.datetime) -> None:
    try:
        with transaction.atomic():
            ClockDifference.objects.create(noticed_at=at, **seen)
    except IntegrityError:  # another watcher was faster
        return


def seen() -> ClockDifference | None:
    """Return the difference that was seen a moment ago. The database's clock is asked only where one stands."""
    standing = ClockDifference.objects.filter(stands=True).exists()
    return now(two_clocks.of_database()) if standing else None


def now(at: dt.datetime) -> ClockDifference | None:
    """Return the difference that was seen a moment ago, or None."""
    span = (at - _RECENT, at + _RECENT)
    return ClockDifference.objects.filter(stands=True, seen_at__range=span).first()


def warn(at: dt.datetime) -> bool:
    """Mail those who have to see to it, once for each time that the clocks differ. Returns whether anybody was told.

    How it is sent once: `claimed`.
    """
    to = officers.guards()
    difference = ClockDifference.objects.filter(stands=True, warned_at__isnull=True).first()
    if difference is None or not to:
        return False
    row = ClockDifference.objects.filter(pk=difference.pk)
    mails = staff_mails.written(to, lambda: (str(_SUBJECT), _BODY % {"what": in_words(difference)}))
    return claimed.claim(row, at) and claimed.send(row, mails, at)


def in_words(difference: ClockDifference) -> str:
    """Return which clock is ahead, and by how much."""
    return apart(dt.timedelta(seconds=difference.seconds))


def apart(ahead: dt.timedelta) -> str:
    """Return how far the machine's clock is ahead of the database's, or behind it, in words."""
    begin = dt.datetime(2000, 1, 1)  # noqa: DTZ001  any moment
    length = timesince(begin, begin + abs(ahead)).replace("\N{NO-BREAK SPACE}", " ")
    if ahead < dt.timedelta():
        return _("The machine's clock is %s behind the database's.") % length
    return _("The machine's clock is %s ahead of the database's.") % length


_SUBJECT = gettext_lazy("Two clocks differ: nothing is deleted automatically")

_BODY = gettext_lazy(
    "%(what)s\n\n"
    "Nobody knows which of them is right. Until they agree to the minute, nothing is deleted automatically: the\n"
    "nightly deletion waits, and so does the deletion of dietary needs, old sign-ups, requests, files and log-ins.\n\n"
    "Ask those who operate the system to set both clocks (NTP). Then it goes on by itself, and catches up.\n"
)
