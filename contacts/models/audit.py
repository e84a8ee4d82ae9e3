from django.db import models


class AuditEvent(models.Model):
    """Who did what to which record, and when: codes and random ids, never a value of a field.

    Only ever inserted. The table is divided by the month of `at`, and goes by whole months (ADR 0068).
    """

    at = models.DateTimeField()
    by = models.CharField(help_text="user:ID, or the job that acted, such as purge:RUN.")
    code = models.CharField()
    public_id = models.UUIDField(null=True, blank=True)
    rule = models.CharField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["public_id", "at"], name="audit_of_a_record"),
            models.Index(fields=["by", "at"], name="audit_of_an_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.public_id}"


class AuditSeal(models.Model):
    """What some entries of the trail were when they were sealed: nobody changes one of them later unseen (L20).

    Each seal follows from the one before it (`chain`). Seals stay when their entries have gone with a month.
    """

    number = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    entries = models.PositiveIntegerField()
    ids = models.JSONField(help_text="Which entries: pairs of a first and a last id.")
    marks = models.BinaryField(help_text="Four bytes of the SHA-256 of each entry, to tell which one was changed.")
    digest = models.CharField(help_text="SHA-256 over the SHA-256 of each entry.")
    chain = models.CharField(help_text="SHA-256 over the chain before it and all that this seal says.")
    latest = models.DateTimeField(help_text="Of the entries, which are of one month by the company's clock.")

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Seal {self.number}"


class AuditStamp(models.Model):
    """What an authority outside says of the time at which a seal was there (RFC 3161), as it answered."""

    seal = models.OneToOneField(AuditSeal, models.DO_NOTHING, related_name="stamp")
    at = models.DateTimeField()
    answer = models.BinaryField()

    def __str__(self) -> str:
        return f"Stamp of seal {self.seal_id}"
