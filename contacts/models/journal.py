from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from contacts.models.people import Contact
from contacts.words.journal import JournalAct, LookWhy


class JournalNumber(models.Model):
    """The one row with the number of the last line of the journal. Its lock is what puts acts in order (ADR 0060)."""

    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="journal_has_one_number")]

    def __str__(self) -> str:
        return f"Journal at {self.last}"


class JournalLine(models.Model):
    """What a restore must not undo, in random numbers and keyed hashes: owed to the journal outside the database.

    Written by the act; the database gives it its number when the act commits. It stays until its segment goes, so that
    a segment that was lost or torn is written again.
    """

    number = models.BigIntegerField(null=True, unique=True)
    at = models.DateTimeField()
    act = models.CharField(choices=JournalAct)
    public_ids = ArrayField(models.UUIDField(), default=list)
    hashes = models.JSONField(default=dict, help_text="Keyed hash of an address → that of its mailbox.")
    details = models.JSONField(default=dict, help_text="Codes, days and numbers: never a name, never a value.")
    shipped_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True, help_text="When somebody was told that it has not left.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(act__in=JournalAct.values), name="journal_act"),
            models.CheckConstraint(
                condition=Q(shipped_at__isnull=True) | Q(number__isnull=False), name="journal_shipped_by_its_number"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(number__isnull=True), name="journal_unnumbered"),
            models.Index(fields=["number"], condition=Q(shipped_at__isnull=True), name="journal_unshipped"),
        ]

    def __str__(self) -> str:
        return f"Line {self.number} of the journal"


class Restorations(models.QuerySet["Restoration"]):
    def holding_mails(self) -> Restorations:
        """Those after which nobody has decided about the mails that were not sent."""
        return self.filter(mails_settled_at__isnull=True)

    def settled(self) -> Restorations:
        """Those that ask for nobody any more, and hold nothing back."""
        return self.filter(replayed_at__isnull=False, mails_settled_at__isnull=False, first_night_at__isnull=False)


class Restoration(models.Model):
    """That the database was found older than the journal, or was restored from a backup, and what followed."""

    found_at = models.DateTimeField()
    database_number = models.BigIntegerField()
    journal_number = models.BigIntegerField()
    messages_through = models.BigIntegerField(help_text="The last message that may have left before the restore.")
    replayed_at = models.DateTimeField(null=True)
    mails_settled_at = models.DateTimeField(null=True, help_text="When somebody sent or dropped what had not left.")
    mails_settled_by = models.CharField(blank=True)
    mails_dropped = models.PositiveIntegerField(null=True, help_text="Empty where they were released.")
    first_night_at = models.DateTimeField(null=True, help_text="When the first night after it was approved.")

    objects = Restorations.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("settle_restoration", "Can release or drop the mails that wait after a restore")]
        constraints = [
            models.CheckConstraint(
                condition=Q(mails_settled_at__isnull=True, mails_settled_by="")
                | (Q(mails_settled_at__isnull=False) & ~Q(mails_settled_by="")),
                name="restoration_mails_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(mails_dropped__isnull=True) | Q(mails_settled_at__isnull=False),
                name="restoration_dropped_when_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"Restoration {self.pk}"


class LookAgain(models.Model):
    """Somebody whom staff look at again after a restore: what was done since the backup is lost, that it was is not."""

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+", db_index=False)
    why = models.CharField(choices=LookWhy)
    done_at = models.DateTimeField(help_text="When it was done that is lost.")
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "why"], name="look_again_once"),
            models.CheckConstraint(condition=Q(why__in=LookWhy.values), name="look_again_why"),
        ]

    def __str__(self) -> str:
        return f"Look again {self.pk}"
