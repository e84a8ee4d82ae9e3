"""Which mails are due, and which of them goes first: a mailing to thousands holds nobody's confirmation up."""

import datetime as dt
from enum import Enum
from typing import Any

from django.db.models import Case, Q, Value, When

from contacts.models import Message
from contacts.words.vocabulary import MailPurpose, MailTemplate

PORTION = 100  # mails, before it is asked again which are due

type Due = tuple[int, int | None]  # keys of a message and its mailing

# What nobody asked for this minute comes after what somebody did, and what goes to many last.
_LATE: tuple[dict[str, Any], ...] = (
    {"template__in": [MailTemplate.REMINDER, MailTemplate.MOVED, MailTemplate.CANCELLED]},
    {"purpose": MailPurpose.INFORMATION},
    {"template": MailTemplate.BREACH},
    {"purpose": MailPurpose.IMPORTANT},
    {"purpose": MailPurpose.MARKETING},
)
_LAST = Case(*(When(**which, then=Value(place)) for place, which in enumerate(_LATE, 1)), default=Value(0))


class Mails(Enum):
    """Which mails a sender takes, by their purposes."""

    AWAITED = (MailPurpose.SERVICE, MailPurpose.INFORMATION)  # what somebody asked for, or we owe to one person
    TO_MANY = (MailPurpose.IMPORTANT, MailPurpose.MARKETING)  # mailings and announcements
    ALL = (*AWAITED, *TO_MANY)


def due(of: Mails, at: dt.datetime, number: int, held_by: list[str] | None = None) -> list[Due]:
    """Return so many of the mails that are due, what people asked for first.

    With `held_by`, it is what people await alone, and not what was refused by one of these replies.
    """
    found = Message.objects.due(at).filter(purpose__in=of.value)
    if held_by is not None:
        found = found.filter(_goes_on(held_by))
    return list(found.order_by(_LAST, "not_before", "pk").values_list("pk", "mailing_id")[:number])


def trials(at: dt.datetime, number: int, held_by: list[str] | None = None) -> list[int]:
    """Return which mails are to try a server, the first one first: what it has not refused, in the usual order.

    Then comes what has waited longest since its last try: an address that is wrong must not be the only trial. With
    `held_by`, none that goes on anyway is among them.
    """
    found = Message.objects.due(at)
    if held_by is not None:
        found = found.exclude(pk__in=Message.objects.due(at).filter(_goes_on(held_by)).values("pk"))
    refused_last = Case(When(refused_at__isnull=True, then=_LAST), default=Value(len(_LATE) + 1))
    return list(found.order_by(refused_last, "not_before", "pk").values_list("pk", flat=True)[:number])


def _goes_on(held_by: list[str]) -> Q:
    fresh = Q(refused_at__isnull=True) | ~Q(reply__in=held_by)
    return Q(purpose__in=Mails.AWAITED.value) & fresh
