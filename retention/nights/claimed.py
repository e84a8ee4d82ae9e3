"""Mails that the watch owes about a row, one for each: by whoever claims it, with nothing locked while it is sent.

It is marked once its mail has left. A crash in between sends it again when the claim has ended, never not at all.
"""

import datetime as dt
from collections.abc import Iterable

import structlog
from django.core.mail import EmailMessage
from django.db.models import Model, Q, QuerySet

from contacts.base import staff_mails
from contacts.outbox import mail_errors

log = structlog.get_logger(__name__)

CLAIM = dt.timedelta(minutes=20)  # longer than a server may take over one mail; the watch looks every ten minutes

# What changes such that it is to be told anew takes the claim of an earlier telling away with it.
UNTOLD: dict[str, None] = {"warned_at": None, "telling_until": None}


def claim[Row: Model](owed: QuerySet[Row], at: dt.datetime) -> bool:
    """Take what is owed and that nobody else is sending. A claim from beyond is of a clock that was wrong."""
    others = Q(telling_until__gt=at, telling_until__lte=at + CLAIM)
    return bool(owed.filter(~others, warned_at__isnull=True).update(telling_until=at + CLAIM))


def give_back[Row: Model](rows: QuerySet[Row], at: dt.datetime) -> None:
    """Leave it to the next look."""
    rows.filter(telling_until=at + CLAIM).update(telling_until=None)


def send[Row: Model](rows: QuerySet[Row], mails: Iterable[EmailMessage], at: dt.datetime) -> bool:
    """Send the mails about what was claimed at `at` and mark it; where one fails, they are owed as before."""
    try:
        staff_mails.send(mails)
    except Exception as error:  # one mail that fails must not stop what comes after it
        log.warning("watch.mail_failed", code=mail_errors.failure(error).code)
        give_back(rows, at)
        return False
    rows.filter(telling_until=at + CLAIM).update(warned_at=at, telling_until=None)
    return True
