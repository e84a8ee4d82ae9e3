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
from contacts.words.vocabulary import Clock, LegalBasis, Scenario, Use

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

    def announced(self) -> PolicyVersion | None:
        """The version that is published and holds from a day to come, or None."""
        return self.filter(announced_at__isnull=False, published_at__isnull=True).first()

    def draft(self) -> PolicyVersion | None:
        """The version that is being written, waits for a second person or for its day, or None."""
        return self.filter(published_at__isnull=True).order_by("-number").first()

    def published_by(self, day: dt.date | Combinable) -> PolicyVersions:
        """Every version that had been published by the end of a day."""
        return self.annotate(published_on=_PUBLISHED_ON).filter(published_on__lte=day)

    def number_on(self, day: Combinable) -> Subquery:
        """Return, for a query, the number of the version in force at the end of a day; NULL where there was none."""
        return Subquery(self.published_by(day).order_by("-number").values("number")[:1])

    def public(self) -> PolicyVersions:
        """Every version that may be read: in force, earlier, or announced; with `replaced_at` as in `published`."""
        return self._with_end().filter(Q(published_at__isnull=False) | Q(announced_at__isnull=False))

    def published(self) -> PolicyVersions:
        """Every version that is or was in force, the latest first, with `replaced_at`, None for the latest."""
        return self._with_end().filter(published_at__isnull=False)

    def _with_end(self) -> PolicyVersions:
        later = PolicyVersion.objects.filter(published_at__isnull=False, number__gt=OuterRef("number"))
        replaced_at = Subquery(later.order_by("number").values("published_at")[:1])
        return self.annotate(replaced_at=replaced_at).order_by("-number")


class PolicyVersion(models.Model):
    """The company's privacy policy: a draft until it is published, immutable from then on (a trigger guards it).

    `published_at` is the moment from which it is in force. One that was written in the browser is proposed first, with
    the day from which it is to hold, and announced once all have agreed who must: it never changes from then on,
    unless it is taken back before its day (ADR 0072). The public page, the notes on forms, the purge and the answers
    to requests all read the version in force (P24).
    """

    number = models.PositiveIntegerField(unique=True)
    published_at = models.DateTimeField(null=True, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.CharField(blank=True, db_default="")
    announced_at = models.DateTimeField(null=True, blank=True)
    holds_from = models.DateField(null=True, blank=True, help_text="The day on which it is to come into force.")
    summary = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="Language → what changes, for the public page."
    )
    controller = models.JSONField(help_text="Name, number, addresses, contact points, authority, links, languages.")
    time_zone = models.CharField(default="Europe/Stockholm")
    texts = models.JSONField(help_text="Section name → language → text.")
    digest = models.CharField(
        editable=False, help_text="SHA-256 of the source, so that the same is not published twice."
    )

    objects = PolicyVersions.as_manager()

    class Meta:
        permissions = [("publish_policy", "Can publish a version of the policy")]
        constraints = [
            models.CheckConstraint(
                condition=Q(proposed_at__isnull=True, proposed_by="", holds_from__isnull=True)
                | Q(proposed_at__isnull=False, holds_from__isnull=False) & ~Q(proposed_by=""),
                name="policy_proposed_whole",
            ),
            models.CheckConstraint(
                condition=Q(announced_at__isnull=True) | Q(proposed_at__isnull=False), name="policy_announced_proposed"
            ),
        ]

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
    """What one version promises to the people held under one scenario. `months` counts calendar months.

    Where `uses` is empty, nobody said what its purposes stand for: then they stand for every use.
    """

    version = models.ForeignKey(PolicyVersion, models.DB_CASCADE, related_name="rules", db_index=False)
    scenario = models.CharField(choices=Scenario)
    clock = models.CharField(choices=Clock)
    months = models.PositiveSmallIntegerField()
    legal_basis = models.CharField(choices=LegalBasis)
    categories = ArrayField(models.CharField(choices=Category))
    title = models.JSONField()
    purposes = models.JSONField()
    uses = ArrayField(
        models.CharField(choices=Use), default=list, db_default=[], blank=True, help_text="Of each purpose, or of none."
    )
    rewords = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="English purpose → the same purpose in earlier words."
    )
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
            models.CheckConstraint(condition=Q(uses__contained_by=Use.values), name="rule_uses"),
        ]

    def __str__(self) -> str:
        return f"{self.scenario}: {self.months} months"

    def stands_for(self, use: str) -> bool:
        """Tell whether one of its purposes names a use."""
        return not self.uses or use in self.uses

    def wordings(self, purpose: str) -> set[str]:
        """Return the English words of a purpose, and those that the same purpose had before."""
        return {purpose, *self.rewords.get(purpose, [])}


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
