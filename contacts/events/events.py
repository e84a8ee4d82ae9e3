"""Events: put on, described, moved, cancelled. Whatever makes food preferences needless deletes them at once (P8).

Whatever a guest's calendar must learn counts the event's revision up, and owes each guest one mail about it.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.utils.text import slugify
from django.utils.translation import gettext

from contacts.base import audit
from contacts.base.days import day_of
from contacts.models import Event, FoodPreference, PolicyVersion, Registration
from contacts.outbox import outbox
from contacts.people import clocks
from contacts.words.vocabulary import SCENARIO_OF_EVENT, EventKind, MailTemplate

# What a newer mail about the event says better.
_OUTDATED = (MailTemplate.MOVED, MailTemplate.REMINDER)


class EventError(ValueError):
    """What was asked for cannot be; the message says why."""


@dataclass(frozen=True)
class Times:
    """When an event takes place. Without an end it is over at the end of its first day in `time_zone`."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None
    time_zone: str

    def check(self) -> None:
        if self.ends_at and self.ends_at <= self.starts_at:
            raise EventError(gettext("The event cannot end before it starts."))
        if self.time_zone not in available_timezones():
            raise EventError(gettext("This time zone is not known."))


@transaction.atomic
def create(
    title: str,
    kind: str,
    times: Times,
    *,
    place: str = "",
    link: str = "",
    slug: str = "",
    at: dt.datetime,
    by: str,
) -> Event:
    """Put an event on. Raises EventError where it ends before it starts or its short name is taken."""
    times.check()
    slug = slug or slugify(title, allow_unicode=True)[:200]
    event = Event(slug=slug, title=title, kind=kind, place=place, link=link, **asdict(times))
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:
        raise EventError(gettext("Another event has this short name already.")) from None
    audit.record("event.created", at=at, by=by, rule=f"event:{event.pk}")
    return event


@transaction.atomic
def describe(event: Event, *, title: str, place: str, link: str | None = None, at: dt.datetime, by: str) -> None:
    """Change what an event is called and where it takes place. Without a `link`, a webinar keeps the one it has."""
    _change(event, at, title=title, place=place, **({} if link is None else {"link": link}))
    audit.record("event.described", at=at, by=by, rule=f"event:{event.pk}")


@transaction.atomic
def convert(event: Event, kind: str, *, policy: PolicyVersion, at: dt.datetime, by: str) -> int:
    """Make a webinar of an on-site event, or the reverse. Its guests are held for the new kind from then on as well.

    Whose details are only stored stay held for what they are (L6). Returns how many food preferences went: all of
    them, where it became a webinar.
    """
    _change(event, at, kind=kind)
    _hold_guests(event, SCENARIO_OF_EVENT[EventKind(kind)], policy, at)
    audit.record("event.converted", at=at, by=by, rule=f"event:{event.pk}:{kind}")
    return _forget_food(event, at)


@transaction.atomic
def move(event: Event, times: Times, *, at: dt.datetime, by: str) -> int:
    """Give an event another time. Its food preferences follow its new end; those that are over with it go at once.

    Returns how many went. Raises EventError where it would end before it starts.
    """
    times.check()
    _change(event, at, **asdict(times))
    audit.record("event.moved", at=at, by=by, rule=f"event:{event.pk}")
    return _forget_food(event, at)


@transaction.atomic
def cancel(event: Event, *, at: dt.datetime, by: str) -> int:
    """Call an event off, owe its guests a mail, and delete its food preferences; returns how many of these went.

    Raises EventError where it is cancelled already.
    """
    standing = Event.objects.filter(pk=event.pk, cancelled_at__isnull=True)
    if not standing.update(cancelled_at=at, revision=F("revision") + 1):
        raise EventError(gettext("This event is cancelled already."))
    outbox.supersede(event, (*_OUTDATED, MailTemplate.REGISTERED), at=at)
    _enqueue_guests(event, MailTemplate.CANCELLED, at)
    audit.record("event.cancelled", at=at, by=by, rule=f"event:{event.pk}")
    return _forget_food(event, at)


def _change(event: Event, at: dt.datetime, **values: object) -> None:
    """Set these values; where that changes anything, guests are told."""
    standing = Event.objects.filter(pk=event.pk, cancelled_at__isnull=True)
    if standing.exclude(**values).update(revision=F("revision") + 1, **values):
        outbox.supersede(event, _OUTDATED, at=at)
        _enqueue_guests(event, MailTemplate.MOVED, at)
    elif not standing.exists():
        raise EventError(gettext("This event is cancelled; it does not change any more."))


def _enqueue_guests(event: Event, template: MailTemplate, at: dt.datetime) -> None:
    """Owe a mail to everyone who has a place, once for each revision; nobody waits for an event that is over."""
    guests = Registration.objects.filter(event=event, event__over_at__gt=at, cancelled_at__isnull=True)
    once = guests.annotate(once=once_a_revision(template)).values_list("contact_id", "pk", "event_id", "once")
    outbox.enqueue_each(template, once, ("contact_id", "registration_id", "event_id", "once"), at=at)


def once_a_revision(template: MailTemplate) -> Concat:
    """Return, for a query of registrations, what a guest may get once as long as the event stays as it is."""
    event, revision = (Cast(F(name), CharField()) for name in ("event_id", "event__revision"))
    return Concat(Value(f"{template}:"), event, Value(":"), revision, output_field=CharField())


def _forget_food(event: Event, at: dt.datetime) -> int:
    overdue = FoodPreference.objects.of_event(event).overdue(at)
    deleted, _ = FoodPreference.objects.filter(pk__in=overdue.values("pk")).delete()
    return deleted


# Guests in key order, as every act locks people, but for those of whom nothing may change.
_GUESTS = """
    SELECT contact.id FROM contacts_contact contact
    JOIN contacts_registration registration ON registration.contact_id = contact.id
    WHERE registration.event_id = %(event)s AND registration.cancelled_at IS NULL AND contact.minimised_on IS NULL
        AND (contact.restricted_through IS NULL OR contact.restricted_through < %(day)s)
    ORDER BY contact.id FOR NO KEY UPDATE OF contact"""

_HOLD = """
    INSERT INTO contacts_basis
        (contact_id, scenario, legal_basis, collected_on, source, source_kind, policy_shown_id, policy_shown_on)
    SELECT place.contact_id, %(scenario)s, %(legal_basis)s, (place.registered_at AT TIME ZONE %(zone)s)::date, %(slug)s,
        'person', form.policy_version_id, (form.created_at AT TIME ZONE %(zone)s)::date
    FROM contacts_registration place
    LEFT JOIN LATERAL (
        SELECT policy_version_id, created_at FROM contacts_signup made
        WHERE made.contact_id = place.contact_id AND made.event_id = place.event_id
        ORDER BY created_at DESC, id DESC LIMIT 1
    ) form ON TRUE
    WHERE place.event_id = %(event)s AND place.contact_id = ANY(%(guests)s)
    ON CONFLICT (contact_id, scenario) DO NOTHING"""


def _hold_guests(event: Event, scenario: str, policy: PolicyVersion, at: dt.datetime) -> None:
    """Give every guest the basis that a registration for this kind of event is, where they lack it.

    What the form showed is known as long as the sign-up is on record.
    """
    values: dict[str, Any] = {
        "event": event.pk,
        "slug": event.slug,
        "day": day_of(at, policy.zone),
        "scenario": scenario,
        "legal_basis": policy.rule(scenario).legal_basis,
        "zone": ZoneInfo(policy.time_zone).key,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GUESTS, values)
        guests = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_HOLD, values | {"guests": guests})
    clocks.refresh_contacts(guests)
