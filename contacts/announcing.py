"""Announce a whitepaper or an event to those who may be written to about its topics (P11)."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from contacts import audit, outbox, permission
from contacts.days import day_of
from contacts.models import Activity, Event, Message, PolicyVersion, Registration, Whitepaper
from contacts.sign_ups import closed, is_published
from contacts.vocabulary import ActivityKind, Channel, MailPurpose, MailTemplate

HAS_IT = "has_it"  # beside the codes of permission.Refusal: has the whitepaper, or a place at the event
HAD_IT = "had_it"  # was told of it before


class AnnouncingError(ValueError):
    """What was to be announced is not to be had; the message says why."""


@dataclass(frozen=True)
class Announced:
    """How many mails are owed, and how many people are left out, by reason."""

    owed: int
    left_out: dict[str, int] = field(default_factory=dict)


def preview(
    *, whitepaper: Whitepaper | None = None, event: Event | None = None, at: dt.datetime, policy: PolicyVersion
) -> Announced:
    """Return what `announce` would do. Raises AnnouncingError as it does."""
    return _count(_judged(_about(whitepaper, event, at), day_of(at, policy.zone)))


@transaction.atomic
def announce(
    *,
    whitepaper: Whitepaper | None = None,
    event: Event | None = None,
    at: dt.datetime,
    by: str,
    policy: PolicyVersion,
) -> Announced:
    """Owe everyone who may get it by e-mail a mail about a whitepaper or an event, which nobody gets twice.

    Each of them is asked about again when their mail is sent. Raises AnnouncingError where it is not to be had.
    """
    about = _about(whitepaper, event, at)
    people = _judged(about, day_of(at, policy.zone))
    counted = _count(people)
    owed = _owe(people.filter(answer=""), about, at)
    audit.record("announcement.owed", at=at, by=by, rule=_key(about))
    return Announced(owed, counted.left_out)


def _about(whitepaper: Whitepaper | None, event: Event | None, at: dt.datetime) -> Whitepaper | Event:
    if whitepaper and not event and is_published(whitepaper, at):
        return whitepaper
    if event and not whitepaper and not closed(event, at):
        return event
    raise AnnouncingError("Only a whitepaper that is published, or an event that takes sign-ups, can be announced.")


def _judged(about: Whitepaper | Event, day: dt.date) -> QuerySet[Any]:
    """Return everyone with `answer`: why they are left out, empty where they are told."""
    judged = permission.judged(Channel.EMAIL, day=day, topics=list(about.topics.values_list("pk", flat=True)))
    told = Message.objects.filter(contact=OuterRef("pk"), template=MailTemplate.ANNOUNCE, once=_key(about))
    reasons = [
        When(~Q(refusal=""), then=F("refusal")),
        When(Exists(told), then=Value(HAD_IT)),
        When(Exists(_having(about)), then=Value(HAS_IT)),
    ]
    answered: QuerySet[Any] = judged.annotate(answer=Case(*reasons, default=Value(""), output_field=CharField()))
    return answered


def _having(about: Whitepaper | Event) -> QuerySet[Activity] | QuerySet[Registration]:
    """Those who have what is announced."""
    if isinstance(about, Event):
        return Registration.objects.filter(contact=OuterRef("pk"), event=about, cancelled_at__isnull=True)
    return Activity.objects.filter(contact=OuterRef("pk"), kind=ActivityKind.DOWNLOAD, reference=about.slug)


def _count(people: QuerySet[Any]) -> Announced:
    left_out = dict(people.values_list("answer").annotate(number=Count("pk")))
    return Announced(left_out.pop("", 0), left_out)


def _owe(people: QuerySet[Any], about: Whitepaper | Event, at: dt.datetime) -> int:
    column = "event_id" if isinstance(about, Event) else "whitepaper_id"
    found = people.annotate(about=Value(about.pk), once=Value(_key(about))).values_list("pk", "about", "once")
    columns = ("contact_id", column, "once")
    return outbox.owe_each(MailTemplate.ANNOUNCE, found, columns, at=at, purpose=MailPurpose.MARKETING)


def _key(about: Whitepaper | Event) -> str:
    return f"{about._meta.model_name}:{about.pk}"
