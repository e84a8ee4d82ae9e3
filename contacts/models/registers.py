"""What registers keep: the record of processing as it was on a day, and what was done for the safety of the data."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models.policy import PolicyVersion


class SnapshotReason(models.TextChoices):
    POLICY = "policy", _("a policy was published")
    QUARTER = "quarter", _("a new quarter")


class ProcessingSnapshot(models.Model):
    """The record of processing (Art. 30 GDPR) as it stood on a day, whole and in each language; a trigger guards it."""

    made_at = models.DateTimeField()
    reason = models.CharField(choices=SnapshotReason)
    policy_version = models.ForeignKey(PolicyVersion, models.DO_NOTHING, related_name="+", db_index=False)
    quarter = models.CharField(blank=True, help_text="Such as 2026-Q4, of one that a quarter asked for.")
    said = models.JSONField(help_text="Language → the record.")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason="policy", quarter="") | (Q(reason="quarter") & ~Q(quarter="")),
                name="snapshot_of_a_quarter_names_it",
            ),
            models.UniqueConstraint(
                fields=["policy_version"], condition=Q(reason="policy"), name="snapshot_once_a_policy"
            ),
            models.UniqueConstraint(fields=["quarter"], condition=Q(reason="quarter"), name="snapshot_once_a_quarter"),
        ]

    def __str__(self) -> str:
        return f"Snapshot {self.pk}"


class MaintenanceKind(models.TextChoices):
    RESTORE_DRILL = "restore_drill", _("restore drill")
    KEY_ROTATION = "key_rotation", _("key rotation")


class Maintenance(models.Model):
    """That a restore was rehearsed or a key was changed, noted when it was done (Art. 32(1)(c) and (d) GDPR)."""

    kind = models.CharField(choices=MaintenanceKind)
    done_on = models.DateField()
    worked = models.BooleanField(default=True)
    note = models.CharField(blank=True, help_text="What was restored, or the fingerprint of the key; no secret.")
    at = models.DateTimeField(help_text="When it was put on record.")
    by = models.CharField()

    class Meta:
        ordering = ["-done_on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=MaintenanceKind.values), name="maintenance_kind")]

    def __str__(self) -> str:
        return f"Maintenance {self.pk}"
