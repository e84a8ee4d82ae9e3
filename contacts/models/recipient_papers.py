"""What belongs to the agreement with a recipient: its documents, its sub-processors, and what a transfer was found."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contacts.models.recipients import EEA, Recipient
from contacts.words.vocabulary import Safeguard


class DocumentKind(models.TextChoices):
    AGREEMENT = "agreement", _("agreement")
    ANNEX = "annex", _("annex")
    ASSESSMENT = "assessment", _("transfer assessment")


class RecipientDocument(models.Model):
    """A file that belongs to an agreement. It has no address of its own: a page of staff hands it out, on record."""

    recipient = models.ForeignKey(Recipient, models.DO_NOTHING, related_name="documents")
    kind = models.CharField(choices=DocumentKind)
    title = models.CharField()
    file = models.FileField(upload_to="agreements/", max_length=300)
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.CharField()

    class Meta:
        ordering = ["kind", "-added_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="recipient_document_kind"),
        ]

    def __str__(self) -> str:
        return f"Document {self.pk}"


class SubProcessors(models.QuerySet["SubProcessor"]):
    def current(self, day: dt.date) -> SubProcessors:
        """Those that work for their processor on `day`, or will: `ended_on` is the last day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day))


class SubProcessor(models.Model):
    """Somebody whom a processor has work for it, on our data (Art. 28(2) and (4) GDPR)."""

    recipient = models.ForeignKey(Recipient, models.DO_NOTHING, related_name="sub_processors")
    name = models.CharField()
    service = models.CharField()
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    safeguard = models.CharField(choices=Safeguard, blank=True)
    since = models.DateField()
    ended_on = models.DateField(null=True)

    objects = SubProcessors.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="sub_processor_country"),
            models.CheckConstraint(condition=Q(safeguard__in=["", *Safeguard.values]), name="sub_processor_safeguard"),
            models.CheckConstraint(
                condition=Q(safeguard="", country__in=EEA) | (~Q(safeguard="") & ~Q(country__in=EEA)),
                name="sub_processor_safeguard_outside_the_eea",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("since")),
                name="sub_processor_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"Sub-processor {self.pk}"

    @property
    def is_outside_the_eea(self) -> bool:
        return self.country not in EEA


class TransferAssessment(models.Model):
    """What was found about a transfer out of the EEA (Art. 46 GDPR): the latest one counts, and none is changed."""

    recipient = models.ForeignKey(Recipient, models.DO_NOTHING, related_name="transfer_assessments")
    assessed_on = models.DateField()
    allowed = models.BooleanField(help_text="Whether the data is protected there as it is here.")
    conclusion = models.TextField()
    review_on = models.DateField()
    by = models.CharField()

    class Meta:
        ordering = ["-assessed_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(review_on__gt=F("assessed_on")), name="transfer_assessment_is_reviewed"),
        ]

    def __str__(self) -> str:
        return f"Transfer assessment {self.pk}"
