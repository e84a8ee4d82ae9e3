from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import DateField, DateTimeField, F, Func, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from contacts.words.categories import Category
from contacts.words.vocabulary import Clock, LegalBasis, Scenario

# As its own time zone counts days.
_PUBLISHED_ON = Cast(
    Func(F("time_zone"), F("published_at"), function="timezone", output_field=DateTimeField()), DateField()
)


class PolicyVersions(models.QuerySet["PolicyVersion"]):
    def in_force(self) -> PolicyVersion | None:
        """The version published last, or None where none ever was."""
        return self.filter(published_at__isnull=False).order_by("-number").first()

    def dated(self) -> Any:
        """Every version that is or was in force, with `published_on`, the first day of that."""
        return self.filter(published_at__isnull=False).annotate(published_on=_PUBLISHED_ON)

    def published_by(self, day: dt.date | Combinable) -> PolicyVersions:
        """Every version that had been published by the end of a day."""
        return self.annotate(published_on=_PUBLISHED_ON).filter(published_on__lte=day)

    def number_on(self, day: Combinable) -> Subquery:
        """Return, for a query, the number of the version in force at the end of a day; NULL where there was none."""
        return Subquery(self.published_by(day).order_by("-number").values("number")[:1])

    def published(self) -> PolicyVersions:
        """Every version that is or was in force, the latest first, with `replaced_at`, None for the latest."""
        later = PolicyVersion.objects.filter(published_at__isnull=False, number__gt=OuterRef("number"))
        replaced_at = Subquery(later.order_by("number").values("published_at")[:1])
        return self.filter(published_at__isnull=False).annotate(replaced_at=replaced_at).order_by("-number")


class PolicyVersion(models.Model):
    """The company's privacy policy: a draft until it is published, immutable from then on (a trigger guards it).

    The public page, the notes on forms, the purge and the answers to requests all read this record (P24).
    """

    number = models.PositiveIntegerField(unique=True)
    published_at = models.DateTimeField(null=True, blank=True)
    controller = models.JSONField(help_text="Name, number, addresses, contact points, authority, links, languages.")
    time_zone = models.CharField(default="Europe/Stockholm")
    texts = models.JSONField(help_text="Section name → language → text.")
    digest = models.CharField(
        editable=False, help_text="SHA-256 of the source, so that the same is not published twice."
    )

    objects = PolicyVersions.as_manager()

    class Meta:
        permissions = [("publish_policy", "Can publish a version of the policy")]

    def __str__(self) -> str:
        return f"Policy {self.number}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def rule(self, scenario: str) -> ScenarioRule:
        """Return the rule of a scenario. Raises KeyError where the version has none, which publishing rules out."""
        return self._by_scenario[scenario]

    @cached_property
    def each_rule(self) -> list[ScenarioRule]:
        """Its rules, read when the first is asked for: most pages need none."""
        return list(self.rules.all())

    @cached_property
    def _by_scenario(self) -> dict[str, ScenarioRule]:
        return {rule.scenario: rule for rule in self.each_rule}


class ScenarioRule(models.Model):
    """What one version promises to the people held under one scenario. `months` counts calendar months."""

    version = models.ForeignKey(PolicyVersion, models.DB_CASCADE, related_name="rules", db_index=False)
    scenario = models.CharField(choices=Scenario)
    clock = models.CharField(choices=Clock)
    months = models.PositiveSmallIntegerField()
    legal_basis = models.CharField(choices=LegalBasis)
    categories = ArrayField(models.CharField(choices=Category))
    title = models.JSONField()
    purposes = models.JSONField()
    note = models.JSONField()
    text = models.JSONField()
    recipients = models.JSONField(default=dict, help_text="Language → list of who gets the data. May be empty.")
    transfers = models.JSONField(default=dict, help_text="Language → text on places outside the EEA. May be empty.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "scenario"], name="rule_once_per_scenario"),
            models.CheckConstraint(condition=Q(scenario__in=Scenario.values), name="rule_scenario"),
            models.CheckConstraint(condition=Q(clock__in=Clock.values), name="rule_clock"),
            models.CheckConstraint(condition=Q(months__gt=0), name="rule_months"),
        ]

    def __str__(self) -> str:
        return f"{self.scenario}: {self.months} months"


class PolicyNotice(models.Model):
    """An officer's word that people are told by mail what a version of the policy makes longer for them (L13)."""

    version = models.OneToOneField(PolicyVersion, models.DO_NOTHING, related_name="notice")
    started_at = models.DateTimeField()
    started_by = models.CharField()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("add", "view")

    def __str__(self) -> str:
        return f"Notice of policy {self.version_id}"
