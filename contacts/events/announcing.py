"""Announce a whitepaper or an event to those who may be written to about its topics (P11).

Where a recipient of the register sends our mail, each mail is a disclosure: it is on record with the mail that is owed,
for a purpose that the person is held for and the agreement covers, and nobody is written to who has none (P15, P16).
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.base.days import day_of
from contacts.disclosure import disclosing
from contacts.models import (
    Activity,
    Contact,
    Event,
    Message,
    PolicyVersion,
    Recipient,
    Registration,
    Whitepaper,
)
from contacts.outbox import outbox
from contacts.permission import permission
from contacts.permission.permission import Refusal
from contacts.signups.sign_ups import closed, is_published
from contacts.words.vocabulary import (
    SCENARIO_OF_EVENT,
    ActivityKind,
    Channel,
    DisclosureKind,
    EventKind,
    MailPurpose,
    MailTemplate,
    Scenario,
)

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
    """Return what `announce` would do. Raises AnnouncingError and DisclosureError as it does."""
    about, day = _about(whitepaper, event, at), day_of(at, policy.zone)
    provider = _provider(Recipient.objects.all())
    if provider:
        disclosing.check(provider, day)
    return _count(_judged(about, provider, day))


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

    Each of them is asked about again when their mail is sent. Raises AnnouncingError where it is not to be had, and
    DisclosureError where the register lets nobody's data go to whoever sends our mail; nothing is owed then.
    """
    about = _about(whitepaper, event, at)
    # What the agreement covers stays as it is read here until the mails are owed.
    provider = _provider(Recipient.objects.select_for_update(no_key=True))
    people = _judged(about, provider, day_of(at, policy.zone))
    told = people.filter(answer="")
    if provider:
        told = _disclose(told, provider, about, at, by)
    counted = _count(people)
    owed = _enqueue(told, about, at)
    audit.record("announcement.owed", at=at, by=by, rule=_key(about))
    return Announced(owed, counted.left_out)


def _provider(register: QuerySet[Recipient]) -> Recipient | None:
    """Return who sends our mail, if that is somebody else."""
    return register.filter(sends_our_mail=True).first()


def _scenario(about: Whitepaper | Event) -> Scenario:
    return SCENARIO_OF_EVENT[EventKind(about.kind)] if isinstance(about, Event) else Scenario.WHITEPAPER


def _disclose(
    people: QuerySet[Any], provider: Recipient, about: Whitepaper | Event, at: dt.datetime, by: str
) -> QuerySet[Any]:
    """Put on record that these people's details go to whoever sends our mail, and return those that it is about."""
    kind, purpose = DisclosureKind.MAILING, disclosing.own_purpose(provider, _scenario(about))
    given = disclosing.disclose_found(people, provider, purpose=purpose, kind=kind, at=at, by=by)
    return Contact.objects.filter(disclosures__batch=given.batch)


def _about(whitepaper: Whitepaper | None, event: Event | None, at: dt.datetime) -> Whitepaper | Event:
    if whitepaper and not event and is_published(whitepaper, at):
        return whitepaper
    if event and not whitepaper and not closed(event, at):
        return event
    raise AnnouncingError(_("Only a whitepaper that is published, or an event that takes sign-ups, can be announced."))


def _judged(about: Whitepaper | Event, provider: Recipient | None, day: dt.date) -> QuerySet[Any]:
    """Return everyone with `answer`: why they are left out, empty where they are told."""
    judged = permission.judged(Channel.EMAIL, day=day, topics=list(about.topics.values_list("pk", flat=True)))
    told = Message.objects.filter(contact=OuterRef("pk"), template=MailTemplate.ANNOUNCE, once=_key(about))
    reasons = [
        When(~Q(refusal=""), then=F("refusal")),
        When(Exists(told), then=Value(HAD_IT)),
        When(Exists(_having(about)), then=Value(HAS_IT)),
    ]
    if provider:
        reasons.append(When(~disclosing.held_for(*provider.purposes), then=Value(Refusal.NOT_COVERED.value)))
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


def _enqueue(people: QuerySet[Any], about: Whitepaper | Event, at: dt.datetime) -> int:
    column = "event_id" if isinstance(about, Event) else "whitepaper_id"
    found = people.annotate(about=Value(about.pk), once=Value(_key(about))).values_list("pk", "about", "once")
    columns = ("contact_id", column, "once")
    return outbox.enqueue_each(MailTemplate.ANNOUNCE, found, columns, at=at, purpose=MailPurpose.MARKETING)


def _key(about: Whitepaper | Event) -> str:
    return f"{about._meta.model_name}:{about.pk}"
