from __future__ import annotations

from django.db import models

from dsr.words.vocabulary import Kind, Outcome


class YearCount(models.Model):
    """What is left of closed requests whose own period is over: how many there were of a kind, and how they ended."""

    year = models.PositiveSmallIntegerField()
    kind = models.CharField(choices=Kind)
    outcome = models.CharField(choices=Outcome)
    number = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    days = models.PositiveIntegerField(default=0, help_text="Days to the answer, all together.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "kind", "outcome"], name="year_count_once")]

    def __str__(self) -> str:
        return f"{self.year} {self.kind} {self.outcome}"
