from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from contacts.models.people import Contact
from contacts.models.recipients import Recipient
from contacts.models.segments import Segment
from contacts.words.vocabulary import AudienceEnd, Channel, Scenario, StrikeKind


class Audiences(models.QuerySet["Audience"]):
    def outstanding(self) -> Audiences:
        """Those whose holder has not said yet what became of the list."""
        return self.filter(confirmed_at__isnull=True)

    def overdue(self, day: dt.date) -> Audiences:
        """Those of them whose last day has passed."""
        return self.outstanding().filter(valid_through__lt=day)


class Audience(models.Model):
    """A list of people that left as a file: who holds it, for what, until when, and what became of it (P15).

    Numbers alone: who was in it is on record as disclosures of its `batch`. `left_out` is why others were not: a code
    of `permission.Refusal`, and how many. Without a recipient the list stays in the company.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    segment = models.ForeignKey(Segment, models.DO_NOTHING, null=True, related_name="+")
    channel = models.CharField(choices=Channel)
    purpose = models.CharField(choices=Scenario)
    recipient = models.ForeignKey(Recipient, models.DO_NOTHING, null=True, related_name="+")
    batch = models.UUIDField(null=True)
    file_format = models.CharField()
    reason = models.CharField(blank=True, help_text="Why so many are needed.")
    people = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    made_at = models.DateTimeField()
    valid_through = models.DateField(help_text="The last day on which it may be used.")
    confirmed_at = models.DateTimeField(null=True)
    end = models.CharField(choices=AudienceEnd, blank=True)

    objects = Audiences.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        permissions = [("export_audience", "Can export people for a channel")]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, end="") | (Q(confirmed_at__isnull=False) & ~Q(end="")),
                name="audience_confirmed_says_how",
                violation_error_message="A list is confirmed together with what became of it.",
            ),
        ]

    def __str__(self) -> str:
        return f"Audience {self.public_id}"


class ListedPerson(models.Model):
    """Somebody who is on a list that left, until its holder has said what became of it: so they can be struck (P12)."""

    audience = models.ForeignKey(Audience, models.DB_CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "contact"], name="listed_person_once")]

    def __str__(self) -> str:
        return f"Listed person {self.pk}"


class Strike(models.Model):
    """Somebody who is on an outstanding list, and has objected to its channel, was erased or merged since (P12).

    Named by the number that stands beside them in the file, as recipients are told of them.
    """

    audience = models.ForeignKey(Audience, models.DB_CASCADE, related_name="strikes", db_index=False)
    reference = models.UUIDField(help_text="The person's public_id, whether or not they are still held.")
    kind = models.CharField(choices=StrikeKind)
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, help_text="When the holder of the list was mailed about it.")
    struck_at = models.DateTimeField(null=True)
    struck_by = models.CharField(blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["audience", "reference", "kind"], name="strike_once"),
            models.CheckConstraint(condition=Q(kind__in=StrikeKind.values), name="strike_kind"),
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True, struck_by="") | (Q(struck_at__isnull=False) & ~Q(struck_by="")),
                name="strike_struck_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["audience"], condition=Q(told_at__isnull=True), name="strike_untold"),
            models.Index(fields=["reference"], name="strike_of_person"),
        ]

    def __str__(self) -> str:
        return f"Strike {self.pk} ({self.kind})"
