from django.db import models
from django.db.models import F, Q


class Tombstone(models.Model):
    """An address whose person was erased at their request, as keyed hashes of it and of its mailbox (L12).

    It names nobody, and goes after its last day. `residue` is the number of what a duty has us keep of the person.
    """

    address_hash = models.CharField(max_length=72, unique=True)
    mailbox_hash = models.CharField(max_length=72)
    erased_on = models.DateField()
    ends_on = models.DateField(db_index=True, help_text="The last day on which it holds.")
    residue = models.UUIDField(null=True)

    class Meta:
        permissions = [("lift_tombstone", "Can enter somebody again who was erased at their request")]
        constraints = [
            models.CheckConstraint(condition=~Q(mailbox_hash=""), name="tombstone_has_its_mailbox"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("erased_on")), name="tombstone_ends_after_it_began"),
        ]
        indexes = [models.Index(fields=["mailbox_hash"], name="tombstone_by_mailbox")]

    def __str__(self) -> str:
        return f"Tombstone {self.pk}"
