"""Which mails are due, and which of them goes first: a mailing to thousands holds nobody's confirmation up."""

import datetime as dt
from enum import Enum
from typing import Any

from django.db.models import Case, Value, When

from contacts.models import Message
from contacts.words.vocabulary import MailPurpose, MailTemplate

PORTION = 100  # mails, before it is asked again which are due

type Due = tuple[int, int | None]  # keys of a message and its mailing

# What nobody asked for this minute comes after what somebody did, and what goes to many last.
_LATE: tuple[dict[str, Any], ...] = (
    {"template__in": [MailTemplate.REMINDER, MailTemplate.MOVED, MailTemplate.CANCELLED]},
    {"purpose": MailPurpose.INFORMATION},
    {"purpose": MailPurpose.IMPORTANT},
    {"purpose": MailPurpose.MARKETING},
)
_LAST = Case(*(When(**which, then=Value(place)) for place, which in enumerate(_LATE, 1)), default=Value(0))


class Mails(Enum):
    """Which mails a sender takes, by their purposes."""

    AWAITED = (MailPurpose.SERVICE, MailPurpose.INFORMATION)  # what somebody asked for, or we owe to one person
    TO_MANY = (MailPurpose.IMPORTANT, MailPurpose.MARKETING)  # mailings and announcements
    ALL = (*AWAITED, *TO_MANY)


def due(of: Mails, at: dt.datetime, number: int) -> list[Due]:
    """Return so many of the mails that are due, what people asked for first."""
    found = Message.objects.due(at).filter(purpose__in=of.value).order_by(_LAST, "not_before", "pk")
    return list(found.values_list("pk", "mailing_id")[:number])
