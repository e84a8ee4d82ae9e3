from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q


class Reviews(models.QuerySet["Review"]):
    def standing(self) -> Reviews:
        return self.filter(ended_on__isnull=True)

    def due(self, day: dt.date) -> Reviews:
        return self.standing().filter(next_on__lte=day)


class Review(models.Model):
    """A look at how well people's data is protected, that comes round again and again (P18, Art. 32(1)(d) GDPR)."""

    title = models.CharField()
    question = models.TextField(help_text="What is looked at.")
    every_months = models.PositiveSmallIntegerField()
    next_on = models.DateField()
    ended_on = models.DateField(null=True, help_text="From then on it comes round no more.")

    objects = Reviews.as_manager()

    class Meta:
        ordering = ["next_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(every_months__gte=1), name="review_comes_round"),
        ]

    def __str__(self) -> str:
        return self.title


class ReviewOutcome(models.Model):
    """What one review found, and what was decided."""

    review = models.ForeignKey(Review, models.DO_NOTHING, related_name="outcomes")
    done_on = models.DateField()
    outcome = models.TextField()
    by = models.CharField()
    # None of what was recorded before the product attached any: what was so then is not known.
    evidence = models.JSONField(null=True, help_text="What the records said at that moment: codes, ids and numbers.")

    class Meta:
        ordering = ["-done_on", "-pk"]

    def __str__(self) -> str:
        return f"Outcome {self.pk}"
