from __future__ import annotations

import datetime as dt
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from contacts.models.people import Contact
from contacts.models.topics import Topic
from contacts.words.categories import OPTIONAL_FIELDS
from contacts.words.vocabulary import EventKind

# Where no end is given, the event is over at the end of its first day there, which is also its last. PostgreSQL's
# `timezone(zone, x)` turns a moment to the wall clock there, and back.
_STARTS_THERE = Func(F("time_zone"), F("starts_at"), function="timezone")
_END_OF_DAY = Func(
    F("time_zone"),
    Func(Value("day"), _STARTS_THERE, function="date_trunc")
    + Value(dt.timedelta(days=1), output_field=models.DurationField()),
    function="timezone",
    output_field=models.DateTimeField(),
)


class Event(models.Model):
    """A webinar or a physical event. `over_at` is the moment from which food preferences may not exist (P8)."""

    slug = models.SlugField(max_length=200, unique=True, allow_unicode=True)
    title = models.CharField()
    kind = models.CharField(choices=EventKind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField()
    place = models.CharField(blank=True)
    summary = models.JSONField(db_default={}, default=dict, blank=True, help_text="Language → a few sentences.")
    link = models.URLField(
        max_length=2000,
        db_default="",
        default="",
        blank=True,
        help_text="Where a webinar takes place; only its guests are told.",
    )
    capacity = models.PositiveIntegerField(null=True, blank=True, help_text="Places; empty where there is no limit.")
    signup_open = models.BooleanField(db_default=False, default=False)
    was_open = models.BooleanField(
        db_default=False,
        default=False,
        editable=False,
        help_text="Whether visitors could ever sign up: from then on its page tells them how things stand.",
    )
    revision = models.PositiveIntegerField(
        db_default=0, default=0, editable=False, help_text="Counts what guests' calendars must learn (RFC 5545)."
    )
    # What the form asks for besides the address; raw INSERTs name the columns that they know. A migration writes the
    # default down as it was then, which it could not do with a function of ours.
    asked = ArrayField(
        models.CharField(),
        default=partial(list, OPTIONAL_FIELDS),
        db_default=list(OPTIONAL_FIELDS),
        blank=True,
        help_text="Optional fields that its sign-up form shows.",
    )
    asks_food = models.BooleanField(
        default=True, db_default=True, help_text="A physical event alone asks for food preferences."
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="events")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    over_at = models.GeneratedField(
        expression=Coalesce(F("ends_at"), _END_OF_DAY),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether visitors have a page of it: nobody finds an event that is in preparation, or by invitation alone."""
        return self.signup_open or self.was_open


class Registration(models.Model):
    """A person's place at an event."""

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="registrations", db_index=False)
    event = models.ForeignKey(Event, models.DO_NOTHING, related_name="registrations")
    registered_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    attended_at = models.DateTimeField(null=True, blank=True, help_text="When the guest was checked in.")
    active_before = models.DateField(
        null=True, blank=True, help_text="The day of last activity that check-in replaced, where no row tells of it."
    )

    class Meta:
        permissions = [("check_in", "Can check guests in")]
        constraints = [models.UniqueConstraint(fields=["contact", "event"], name="registration_once")]

    def __str__(self) -> str:
        return f"Registration {self.pk}"


class FoodPreferences(models.QuerySet["FoodPreference"]):
    def overdue(self, at: dt.datetime) -> FoodPreferences:
        """Those that may no longer exist at `at`: event over or cancelled, registration cancelled, or a webinar."""
        return self.filter(
            Q(registration__cancelled_at__isnull=False)
            | _needless("registration__event", at)
            | _needless("sign_up__event", at)
        )

    def of_event(self, event: Event) -> FoodPreferences:
        return self.filter(Q(registration__event=event) | Q(sign_up__event=event))


def _needless(event: str, at: dt.datetime) -> Q:
    return (
        Q((f"{event}__over_at__lte", at))
        | Q((f"{event}__cancelled_at__isnull", False))
        | Q((f"{event}__kind", EventKind.WEBINAR))
    )


class FoodPreference(models.Model):
    """What a guest eats or must not eat (Art. 9 GDPR): own table, own permission, gone straight after the event.

    It hangs on the registration, or on the sign-up as long as nobody has proven its address.
    """

    registration = models.OneToOneField(Registration, models.DB_CASCADE, null=True, related_name="food_preference")
    sign_up = models.OneToOneField("contacts.SignUp", models.DB_CASCADE, null=True, related_name="food_preference")
    preference = models.CharField()
    consented_at = models.DateTimeField()

    objects = FoodPreferences.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(registration__isnull=False, sign_up__isnull=True)
                | Q(registration__isnull=True, sign_up__isnull=False),
                name="food_preference_of_one_guest",
            ),
        ]

    def __str__(self) -> str:
        return f"Food preference {self.pk}"
