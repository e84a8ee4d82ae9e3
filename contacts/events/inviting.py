"""Invite visitors to an event: what they read about it, how many may come, and whether they can sign up."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base import audit
from contacts.events.events import EventError
from contacts.models import Event, Registration, Topic
from contacts.words.categories import OPTIONAL_FIELDS

ALWAYS_ASKED = ("first_name", "last_name")


@transaction.atomic
def invite(
    event: Event,
    *,
    summary: Mapping[str, str],
    topics: Collection[Topic],
    capacity: int | None,
    asked: Collection[str],
    asks_food: bool,
    at: dt.datetime,
    by: str,
) -> None:
    """Say what visitors read about an event (language → a few sentences), what it is about and how many may come.

    `asked` are the optional fields of its form; names are always asked for, since guests wear a badge. Where food is
    asked for no longer, what guests have told stays for the caterer until the event is over (P8). Guests need not be
    told. Raises EventError where the event is cancelled, or more guests than that have a place.
    """
    standing = Event.objects.filter(pk=event.pk, cancelled_at__isnull=True)
    # Whoever is about to get a place waits for this lock, so that the number of guests stands.
    if not standing.select_for_update(no_key=True).exists():
        raise EventError(_("This event is cancelled; it does not change any more."))
    taken = Registration.objects.filter(event=event, cancelled_at__isnull=True).count()
    if capacity is not None and capacity < taken:
        text = ngettext(
            "%(number)s guest has a place already, so that there cannot be fewer places than that.",
            "%(number)s guests have a place already, so that there cannot be fewer places than that.",
            taken,
        )
        raise EventError(text % {"number": taken})
    shown = [name for name in OPTIONAL_FIELDS if name in {*ALWAYS_ASKED, *asked}]
    standing.update(summary=dict(summary), capacity=capacity, asked=shown, asks_food=asks_food)
    event.topics.set(topics)
    audit.record("event.invitation_changed", at=at, by=by, rule=f"event:{event.pk}")


@transaction.atomic
def open_sign_up(event: Event, *, at: dt.datetime, by: str) -> None:
    """Let visitors sign up, and find the page of the event from now on.

    Raises EventError where they can already, or the event is cancelled or over.
    """
    closed = Event.objects.filter(pk=event.pk, signup_open=False, cancelled_at__isnull=True, over_at__gt=at)
    if not closed.update(signup_open=True, was_open=True):
        raise EventError(_("Sign-up is open already, or the event is cancelled or over."))
    audit.record("event.sign_up_opened", at=at, by=by, rule=f"event:{event.pk}")


@transaction.atomic
def close_sign_up(event: Event, *, at: dt.datetime, by: str) -> None:
    """Take no more guests; those who have a place keep it. Raises EventError where sign-up is closed already."""
    if not Event.objects.filter(pk=event.pk, signup_open=True).update(signup_open=False):
        raise EventError(_("Sign-up is closed already."))
    audit.record("event.sign_up_closed", at=at, by=by, rule=f"event:{event.pk}")
