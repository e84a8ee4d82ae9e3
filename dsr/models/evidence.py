from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q

from contacts.models import Contact
from dsr.models.requests import Request
from dsr.words.vocabulary import EvidenceKind


class Evidence(models.Model):
    """A sealed file of a request. Its key lies outside the database, so that no copy of the database can open it.

    It outlives request and person, whom its number and the keyed hash of the address lead to. `contact` is who is known
    to have asked, as long as they are held.
    """

    # What proves an answer outlasts a reduction, and whose it is.
    stays_when_reduced = True

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, models.DB_SET_NULL, null=True, related_name="evidence")
    contact = models.ForeignKey(Contact, models.DB_SET_NULL, null=True, related_name="evidence", db_index=False)
    number = models.CharField(help_text="What the request was called by.")
    kind = models.CharField(choices=EvidenceKind)
    address_hash = models.CharField(max_length=72, blank=True)
    sealed_at = models.DateTimeField()
    ends_on = models.DateField(help_text="The day on which file and key are deleted.")
    content = models.BinaryField(help_text="A nonce of 12 bytes, and what AES-256-GCM made of the file.")

    class Meta:
        permissions = [("open_evidence", "Can open sealed evidence")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind")]
        indexes = [
            models.Index(fields=["ends_on"], name="evidence_ending"),
            models.Index(fields=["address_hash"], name="evidence_of_address"),
            models.Index(fields=["contact"], name="evidence_of_person"),
        ]

    def __str__(self) -> str:
        return f"Evidence {self.pk}"


class Openings(models.QuerySet["EvidenceOpening"]):
    def current(self, at: dt.datetime) -> Openings:
        return self.filter(ends_at__gt=at)

    def waiting(self, at: dt.datetime) -> Openings:
        return self.current(at).filter(opened_at__isnull=True)


class EvidenceOpening(models.Model):
    """That somebody wants to read a sealed file, why, and who else said yes. Both may read it until `ends_at`."""

    evidence = models.ForeignKey(Evidence, models.DB_CASCADE, related_name="openings")
    reason = models.TextField()
    asked_by = models.CharField(help_text="user:ID.")
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    confirmed_by = models.CharField(blank=True, help_text="user:ID; empty where there was nobody else.")
    opened_at = models.DateTimeField(null=True)

    objects = Openings.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="opening_has_a_reason"),
            models.CheckConstraint(condition=~Q(confirmed_by=F("asked_by")), name="opening_by_two_people"),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | Q(opened_at__isnull=False), name="opening_confirmed_is_open"
            ),
        ]

    def __str__(self) -> str:
        return f"Opening {self.pk}"
