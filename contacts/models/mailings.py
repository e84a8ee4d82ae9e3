from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from contacts.models.people import Contact
from contacts.models.segments import Segment
from contacts.models.topics import Topic
from contacts.words.vocabulary import MailingKind, MailingState


class Mailings(models.QuerySet["Mailing"]):
    def startable(self, at: dt.datetime) -> Mailings:
        """Those whose time has come, and that nobody has begun."""
        return self.filter(state=MailingState.SCHEDULED, scheduled_for__lte=at)

    def under_way(self) -> Mailings:
        return self.filter(state=MailingState.SENDING)


class Mailing(models.Model):
    """A mail to a segment: marketing about topics, or an important message that the officer approves (P3, P11).

    `subject`, `body` and `button` are language → text. Its addressees are found when it starts, each mail asks again
    whether it may, and `rate` is how many leave in a minute. The numbers at the end count what became of the mails, and
    stay when the people have gone.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(help_text="What staff call it; nobody outside sees it.")
    kind = models.CharField(choices=MailingKind)
    segment = models.ForeignKey(Segment, models.DO_NOTHING, null=True, related_name="+")
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    subject = models.JSONField(default=dict)
    body = models.JSONField(default=dict)
    button = models.JSONField(default=dict, blank=True, help_text="Language → what the button says.")
    button_url = models.URLField(max_length=2000, blank=True)
    rate = models.PositiveIntegerField()
    state = models.CharField(choices=MailingState, default=MailingState.DRAFT)
    made_by = models.CharField()
    authors = ArrayField(
        models.CharField(), default=list, db_default=[], help_text="Who wrote any of it, until it is sent or stopped."
    )
    approved_by = models.CharField(blank=True)
    approved_at = models.DateTimeField(null=True)
    scheduled_for = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    people = models.PositiveIntegerField(default=0, help_text="Addressees when it started.")
    left_out = models.JSONField(default=dict, help_text="Why others were left out then: a code, and how many.")
    sent = models.PositiveIntegerField(default=0)
    withheld = models.PositiveIntegerField(default=0, help_text="Who could not be written to any more in their turn.")
    bounced = models.PositiveIntegerField(default=0)
    objected = models.PositiveIntegerField(default=0)
    signed_up = models.PositiveIntegerField(default=0)

    objects = Mailings.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("approve_mailing", "Can approve an important message")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MailingKind.values), name="mailing_kind"),
            models.CheckConstraint(condition=Q(state__in=MailingState.values), name="mailing_state"),
            models.CheckConstraint(
                condition=Q(approved_by="", approved_at__isnull=True)
                | (~Q(approved_by="") & Q(approved_at__isnull=False)),
                name="mailing_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MailingKind.IMPORTANT)
                | ~Q(state__in=[MailingState.SCHEDULED, MailingState.SENDING, MailingState.PAUSED, MailingState.SENT])
                | Q(approved_at__isnull=False),
                name="mailing_important_is_approved",
                violation_error_message="An important message leaves once the privacy officer has approved it.",
            ),
            models.CheckConstraint(
                condition=~Q(state=MailingState.SCHEDULED) | Q(scheduled_for__isnull=False),
                name="mailing_scheduled_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[MailingState.SENT, MailingState.STOPPED]) ^ Q(ended_at__isnull=True),
                name="mailing_ended_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Mailing {self.pk}"


class Addressee(models.Model):
    """Whose turn in a mailing has not come yet; the row goes when their mail is owed."""

    mailing = models.ForeignKey(Mailing, models.DO_NOTHING, related_name="waiting", db_index=False)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailing", "contact"], name="addressee_once")]

    def __str__(self) -> str:
        return f"Addressee {self.pk}"
