from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q

from contacts.base.days import day_of
from contacts.models import Contact
from dsr.models.requests import Request


class Proof(models.Model):
    """A sealed link to an address, and what became of it: single-use, short-lived, its wrong tries counted.

    Once its button was pressed, the address is proven, and "My data" is open until `visit_until` for the browser that
    pressed it. `contact` is whoever was held under the address then: with them, the visit ends.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.DB_CASCADE, null=True, related_name="proofs")
    contact = models.ForeignKey(Contact, models.DB_CASCADE, null=True, related_name="proofs")
    address = models.CharField()
    language = models.CharField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)
    visit_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(proven_at__isnull=True, visit_until__isnull=True)
                | Q(proven_at__isnull=False, visit_until__isnull=False),
                name="proof_opens_a_visit",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="proof_expiring")]

    def __str__(self) -> str:
        return f"Proof {self.pk}"


class Handovers(models.QuerySet["Handover"]):
    def ready(self, contact: Contact, at: dt.datetime) -> Handovers:
        """Those that a person may fetch at `at`, the latest first."""
        return self.filter(contact=contact, expires_at__gt=at).select_related("request").order_by("-pk")

    def unfetched(self, contact: Contact, kind: str, at: dt.datetime) -> Handovers:
        """Those of them that answer a kind of request, and that nobody has fetched yet."""
        return self.ready(contact, at).filter(request__kind=kind, fetched=0)


class Handover(models.Model):
    """A package that a person may fetch for a while, after proving their address anew. Made when it is fetched."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.DB_CASCADE, related_name="handovers")
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="handovers")
    portable = models.BooleanField(help_text="What Art. 20 covers alone.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    fetched = models.PositiveIntegerField(default=0)

    objects = Handovers.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "contact", "portable"], name="handover_once")]

    def __str__(self) -> str:
        return f"Handover {self.pk}"

    def last_day(self, zone: ZoneInfo) -> dt.date:
        """Return the last day on which it can be fetched: it ends with the midnight after it."""
        return day_of(self.expires_at - dt.timedelta(microseconds=1), zone)
