from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from contacts.words.vocabulary import Processing, Scenario


class InterestAssessment(models.Model):
    """Why our interest outweighs that of the people, for some purposes (Art. 6(1)(f) GDPR, L19): never changed.

    Another one for the same purpose takes its place. The steps are those of EDPB Guidelines 1/2024.
    """

    title = models.CharField()
    interest = models.TextField(help_text="What we pursue, and why it is lawful and real.")
    necessity = models.TextField(help_text="Why nothing that intrudes less would do.")
    balance = models.TextField(help_text="What it means for the people, and what they expect.")
    safeguards = models.TextField(help_text="What protects them.")
    summary = models.JSONField(help_text="Language → the outcome, for the public page.")
    decided_by = models.CharField()
    decided_on = models.DateField()
    review_on = models.DateField(help_text="From the day after, it is no longer current.")

    class Meta:
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(review_on__gt=F("decided_on")), name="interest_review_follows"),
        ]

    def __str__(self) -> str:
        return self.title


class AssessedPurpose(models.Model):
    """A purpose that an assessment covers, in the English words of the policy.

    In other words it is another purpose, unless the policy says that it rewords this one (`ScenarioRule.rewords`).
    """

    assessment = models.ForeignKey(InterestAssessment, models.DB_CASCADE, related_name="purposes", db_index=False)
    scenario = models.CharField(choices=Scenario)
    purpose = models.CharField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "scenario", "purpose"], name="purpose_assessed_once"),
            models.CheckConstraint(condition=Q(scenario__in=Scenario.values), name="assessed_scenario"),
        ]

    def __str__(self) -> str:
        return f"{self.scenario}: {self.purpose}"


class ImpactAssessment(models.Model):
    """The assessment of a processing that is likely to be a high risk, or the reason why none is needed (Art. 35 GDPR).

    Never changed; the latest of a processing stands.
    """

    processing = models.CharField(choices=Processing)
    needed = models.BooleanField()
    text = models.TextField(help_text="Risks and measures, or why no assessment is needed.")
    decided_by = models.CharField()
    decided_on = models.DateField()
    review_on = models.DateField()

    class Meta:
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(processing__in=Processing.values), name="impact_processing"),
            models.CheckConstraint(condition=Q(review_on__gt=F("decided_on")), name="impact_review_follows"),
        ]

    def __str__(self) -> str:
        return f"Impact of {self.processing}"
