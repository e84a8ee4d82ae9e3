from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from contacts.words.vocabulary import AgreementKind, AgreementState, LegalForm


class Organisation(models.Model):
    """A company that people belong to. The clock of its customer and partner contacts stands here, once for all.

    `agreement_state` and `agreements_ended_on` are derived from the agreements by `contacts.agreements` alone.
    """

    name = models.CharField(unique=True)
    country = models.CharField(blank=True)
    reference = models.CharField(blank=True)
    # Raw INSERTs name the columns that they know, hence the database's own default.
    legal_form = models.CharField(
        choices=LegalForm, default="", db_default="", blank=True, help_text="Empty where nobody has said it."
    )
    entered_on = models.DateField()
    agreement_state = models.CharField(choices=AgreementState, default=AgreementState.NONE)
    agreements_ended_on = models.DateField(null=True, blank=True)
    may_be_vacant = models.BooleanField(
        default=True, editable=False, help_text="Nobody has looked since somebody may have left: the next run does."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agreement_state="ended", agreements_ended_on__isnull=False)
                | Q(agreement_state__in=["none", "open"], agreements_ended_on__isnull=True),
                name="organisation_ended_has_its_day",
                violation_error_message="An organisation whose agreements have all ended needs the day they ended.",
            ),
            models.CheckConstraint(condition=Q(legal_form__in=["", *LegalForm.values]), name="organisation_legal_form"),
        ]
        indexes = [
            models.Index(
                fields=["agreements_ended_on"],
                condition=Q(agreements_ended_on__isnull=False),
                name="organisation_ended",
            ),
            # One for each way to fall due, so that a night reads none of those that are not.
            models.Index(
                fields=["agreements_ended_on"],
                condition=Q(may_be_vacant=True, agreement_state="ended"),
                name="organisation_vacant_ended",
            ),
            models.Index(
                fields=["entered_on"],
                condition=Q(may_be_vacant=True, agreement_state="none"),
                name="organisation_vacant_none",
            ),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="organisation_searched"),
        ]

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """An agreement with an organisation; open while `ended_on` is empty. An end to come counts as an end that day."""

    organisation = models.ForeignKey(Organisation, models.DB_CASCADE, related_name="agreements", db_index=False)
    kind = models.CharField(choices=AgreementKind)
    reference = models.CharField(blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "reference"], name="agreement_once"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(ended_on__gte=models.F("started_on")),
                name="agreement_ends_after_it_started",
                violation_error_message="The agreement ended before it started.",
            ),
            models.CheckConstraint(condition=Q(kind__in=AgreementKind.values), name="agreement_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}".strip()
