from __future__ import annotations

from django.db import models
from django.db.models import Q

from contacts.models.people import Contact
from contacts.words.vocabulary import AddressTrust, TrustReason


class Bounce(models.Model):
    """Why no mail goes to a person's address: what was said of it, and how far it was trusted before.

    It stands as long as the contact's `bounced_on` does.
    """

    contact = models.OneToOneField(Contact, models.DB_CASCADE, related_name="bounce")
    at = models.DateTimeField()
    reply = models.CharField(blank=True, help_text="What a mail server said, naming nobody.")
    address_trust = models.CharField(choices=AddressTrust)
    address_trust_reason = models.CharField(choices=TrustReason)
    address_trust_since = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["reply", "at"], name="bounce_by_reply")]

    def __str__(self) -> str:
        return f"Bounce {self.pk}"


class BounceUndoing(models.Model):
    """One act that undid the bounces of a time span and of one reply, since the addresses were not at fault."""

    reply = models.CharField(blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField()
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.CharField()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("add", "view")
        constraints = [
            models.CheckConstraint(condition=Q(since__lte=models.F("until")), name="undoing_has_a_span"),
            models.CheckConstraint(condition=~Q(reason=""), name="undoing_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"Undoing {self.pk}"
