from django.db import models


class AuditEvent(models.Model):
    """Who did what to which record, and when: codes and random ids, never a value of a field.

    Only ever inserted, and deleted once its months are over.
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
