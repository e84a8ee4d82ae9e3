from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from contacts.models.people import Contact
from contacts.models.policy import PolicyVersion
from contacts.words.vocabulary import Channel, ConsentMethod, ConsentState, MailPurpose, PermissionState


class ChannelPermission(models.Model):
    """How a channel stands now, by the person's own word: an objection ends a consent, and a consent an objection.

    What was said, and when, is in the ledger (ConsentRecord), to which each statement that writes here adds.
    """

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="permissions", db_index=False)
    channel = models.CharField(choices=Channel)
    state = models.CharField(choices=PermissionState)
    given_on = models.DateField()
    wording = models.CharField(blank=True)
    source = models.CharField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "channel", "state"], name="permission_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="permission_channel"),
            models.CheckConstraint(condition=Q(state__in=PermissionState.values), name="permission_state"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.channel}"


class ConsentRecords(models.QuerySet["ConsentRecord"]):
    def last_stops(self) -> ConsentRecords:
        """The last no of each person and channel, whatever a list said yes to afterwards."""
        said_no = self.filter(state__in=[ConsentState.REFUSED, ConsentState.WITHDRAWN])
        return said_no.order_by("contact", "channel", "-pk").distinct("contact", "channel")


class ConsentRecord(models.Model):
    """One line of the ledger of consents (Art. 7 GDPR, L14): it is never changed, and goes with its person.

    A trigger holds that; a merge alone moves it. What is empty is not known. `ticked_at` and `recorded_at` are the two
    times of a double opt-in; of anything else, `recorded_at` is when we wrote it down, and `said_on` the day on which
    it was said. `policy_version` is the one whose wording was shown.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="consent_records")
    controller = models.CharField(blank=True, db_default="", default="")
    purpose = models.CharField(choices=MailPurpose, db_default="marketing", default=MailPurpose.MARKETING)
    channel = models.CharField(choices=Channel)
    state = models.CharField(choices=ConsentState)
    said_on = models.DateField(null=True)
    method = models.CharField(choices=ConsentMethod)
    source = models.CharField(blank=True, db_default="", default="")
    wording = models.CharField(blank=True, db_default="", default="")
    language = models.CharField(blank=True, db_default="", default="")
    policy_version = models.ForeignKey(PolicyVersion, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    ticked_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)
    withdraw_at = models.CharField(blank=True, db_default="", default="", help_text="Where it can be withdrawn.")
    message_id = models.CharField(blank=True, db_default="", default="", help_text="Of the mail that asked.")
    message_digest = models.CharField(max_length=64, blank=True, db_default="", default="", help_text="SHA-256.")

    objects = ConsentRecords.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="consent_record_channel"),
            models.CheckConstraint(condition=Q(state__in=ConsentState.values), name="consent_record_state"),
            models.CheckConstraint(condition=Q(method__in=ConsentMethod.values), name="consent_record_method"),
            models.CheckConstraint(
                condition=Q(said_on__isnull=False) | Q(recorded_at__isnull=False), name="consent_record_has_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="given")
                | Q(method="not_known")
                | (~Q(wording="") & ~Q(source="") & Q(said_on__isnull=False)),
                name="consent_record_says_to_what_when_and_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.channel}"


class Suppression(models.Model):
    """An address that objected, as a keyed hash (P12). It outlives the person, so it hangs on nobody.

    It holds for the whole mailbox (L16). Where nobody knows the mailbox any more, both hashes are the address's.
    """

    address_hash = models.CharField(max_length=72)
    mailbox_hash = models.CharField(max_length=72)
    channel = models.CharField(choices=Channel)
    reason = models.CharField(default="objection")
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "channel"], name="suppression_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="suppression_channel"),
            models.CheckConstraint(condition=~Q(mailbox_hash=""), name="suppression_has_its_mailbox"),
        ]
        indexes = [models.Index(fields=["mailbox_hash", "channel"], name="suppression_by_mailbox")]

    def __str__(self) -> str:
        return f"Suppression {self.pk}"
