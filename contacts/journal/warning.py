"""Tell the officers by mail that what a restore must not undo has not left the database: once, after ten minutes."""

import datetime as dt

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, ngettext

from contacts.base import alone, officers, staff_mails
from contacts.models import JournalLine, PolicyVersion
from contacts.words.numbers import grouped

PATIENCE = dt.timedelta(minutes=10)
_LOCK = 4_711_679_062  # any number that is ours alone

SUBJECT = gettext_lazy("Deletions and objections do not reach the journal")
_MEANWHILE = gettext_lazy(
    "They are safe in the database, and leave by themselves once the journal can be written\n"
    "again. Until then, restoring a backup could undo them, and certificates of deletion are not final.\n\n"
    "Ask those who operate the system to look at the place that JOURNAL_URL names: is it full, or out of reach?\n"
)


def waiting(at: dt.datetime) -> JournalLine | None:
    """Return the oldest entry that has not left, where that is longer than anybody need be patient."""
    oldest = _unshipped().first()
    return oldest if oldest and oldest.at <= at - PATIENCE else None


def warn(*, policy: PolicyVersion, at: dt.datetime) -> bool:
    """Send the mail that is owed, and return whether one was. The next is owed once all that waits now has left.

    It is marked once it has left: a crash in between sends it again, never not at all.
    """
    with alone.if_nobody_else(_LOCK) as ours:
        return ours and _warn(policy, at)


def _warn(policy: PolicyVersion, at: dt.datetime) -> bool:
    oldest = waiting(at)
    to = officers.guards()
    if oldest is None or not to or _unshipped().filter(warned_at__isnull=False).exists():
        return False
    number, since = _unshipped().count(), oldest.at.astimezone(policy.zone)
    staff_mails.send(staff_mails.written(to, lambda: (str(SUBJECT), _text(number, since))))
    JournalLine.objects.filter(pk=oldest.pk).update(warned_at=at)
    return True


def _text(number: int, since: dt.datetime) -> str:
    waits = ngettext(
        "%(number)s entry has waited since %(since)s.", "%(number)s entries have waited since %(since)s.", number
    )
    return f"{waits % {'number': grouped(number), 'since': date_format(since, 'DATETIME_FORMAT')}} {_MEANWHILE}"


def _unshipped() -> QuerySet[JournalLine]:
    return JournalLine.objects.filter(number__isnull=False, shipped_at__isnull=True).order_by("number")
