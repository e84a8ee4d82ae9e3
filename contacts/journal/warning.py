"""Tell the officers by mail that what a restore must not undo has not left the database: once, after ten minutes."""

import datetime as dt

from django.core.mail import EmailMessage
from django.utils.formats import date_format

from contacts.base import alone, officers
from contacts.models import JournalLine, PolicyVersion

PATIENCE = dt.timedelta(minutes=10)
_LOCK = 4_711_679_062  # any number that is ours alone

SUBJECT = "The journal of deletions and objections cannot be written"
_TEXT = (
    "{number} entries wait since {since}. They are safe in the database and leave by themselves once the journal\n"
    "can be written again. Until then, a restore from a backup could undo them, and certificates of deletion are\n"
    "not final.\n\n"
    "Please ask those who operate the system to look at the place that JOURNAL_URL names: is it full, away or closed?\n"
)


def warn(*, policy: PolicyVersion, at: dt.datetime) -> bool:
    """Send the mail that is owed, and return whether one was. The next is owed once all that waits now has left.

    It is marked once it has left: a crash in between sends it again, never not at all.
    """
    with alone.if_nobody_else(_LOCK) as ours:
        return ours and _warn(policy, at)


def _warn(policy: PolicyVersion, at: dt.datetime) -> bool:
    waiting = JournalLine.objects.filter(number__isnull=False, shipped_at__isnull=True).order_by("number")
    oldest = waiting.first()
    to = officers.who_may("retention.approve_purge") + officers.who_may("auth.change_user")
    if oldest is None or oldest.at > at - PATIENCE or not to or waiting.filter(warned_at__isnull=False).exists():
        return False
    since = date_format(oldest.at.astimezone(policy.zone), "DATETIME_FORMAT")
    EmailMessage(SUBJECT, _TEXT.format(number=waiting.count(), since=since), to=sorted(set(to))).send()
    JournalLine.objects.filter(pk=oldest.pk).update(warned_at=at)
    return True
