"""Remind guests of an event on the day before it."""

import datetime as dt

from django.db.models import Exists, F, OuterRef, QuerySet

from contacts.events.events import once_a_revision
from contacts.models import Message, Registration
from contacts.outbox import outbox
from contacts.words.vocabulary import MailTemplate

AHEAD = dt.timedelta(hours=24)


def enqueue_due(*, at: dt.datetime) -> int:
    """Owe a reminder to each guest of an event that starts within 24 hours, and return how many were owed.

    A guest gets one for each revision of the event, and none where they were told on that very day: they have only
    just got their place, or have heard of another time. Whom somebody holds is found by the next call.
    """
    soon = Registration.objects.filter(
        cancelled_at__isnull=True,
        event__cancelled_at__isnull=True,
        event__starts_at__gt=at,
        event__starts_at__lte=at + AHEAD,
    ).exclude(Exists(_told_today()))
    once = soon.annotate(once=once_a_revision(MailTemplate.REMINDER))
    found = once.values_list("contact_id", "pk", "event_id", "once")
    columns = ("contact_id", "registration_id", "event_id", "once")
    return outbox.enqueue_each(MailTemplate.REMINDER, found, columns, at=at, skip_held=True)


def _told_today() -> QuerySet[Message]:
    return Message.objects.filter(
        registration=OuterRef("pk"),
        template__in=(MailTemplate.REGISTERED, MailTemplate.MOVED),
        created_at__gt=F("event__starts_at") - AHEAD,
    )
