from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact, PolicyVersion
from contacts.words.categories import Category
from contacts.words.vocabulary import Scenario
from retention.guard_records import (
    Cause,
    ClockDifference,
    Part,
    PurgeApproval,
    PurgeCandidate,
    PurgeCause,
    PurgeForecast,
    WaitsBecause,
)

__all__ = [
    "Cause",
    "ClockDifference",
    "Part",
    "PurgeApproval",
    "PurgeCandidate",
    "PurgeCause",
    "PurgeForecast",
    "WaitsBecause",
]


class HoldKind(models.TextChoices):
    FREEZE = "freeze", _("freeze: nothing is reduced or deleted")
    DUTY = "duty", _("duty: the law has us keep a part")


class HoldReason(models.TextChoices):
    REQUEST = "request", _("a request that is being answered")
    RESTRICTION = "restriction", _("restricted on the person's wish (Art. 18 GDPR)")
    LEGAL_CLAIM = "legal_claim", _("a legal claim")
    BOOKKEEPING = "bookkeeping", _("bookkeeping")
    TAX = "tax", _("tax law")
    OTHER_LAW = "other_law", _("another law")


REASONS = {
    HoldKind.FREEZE: (HoldReason.REQUEST, HoldReason.RESTRICTION, HoldReason.LEGAL_CLAIM),
    HoldKind.DUTY: (HoldReason.BOOKKEEPING, HoldReason.TAX, HoldReason.OTHER_LAW),
}


# Placed and ended by what becomes of a request, never by hand: the person hears of the end of a restriction before
# it comes (Art. 18(3) GDPR).
OF_REQUESTS = (HoldReason.REQUEST, HoldReason.RESTRICTION)


# What a duty keeps where it does not say: the organisation and the name. Plain text to a migration, which could not
# write down a function of ours.
default_keeps: partial[list[str]] = partial(list, (Category.COMPANY.value, Category.NAME.value))


class Holds(models.QuerySet["Hold"]):
    def standing(self, day: dt.date) -> Holds:
        """Holds that stand on `day`: `until` is their last day, and an empty one has no end."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=day))

    def ended(self, day: dt.date) -> Holds:
        """Holds that ended before `day` and that no run has dealt with yet."""
        return self.filter(until__lt=day, closed_on__isnull=True)

    def ending(self, first: dt.date, last: dt.date) -> Holds:
        """Holds whose last day is one of these days."""
        return self.filter(until__range=(first, last), closed_on__isnull=True)

    def by_keeps(self, contact_ids: Collection[int]) -> dict[frozenset[str], list[int]]:
        """Group people by the union of what these duties keep of them."""
        kept: dict[int, set[str]] = defaultdict(set)
        duties = self.filter(kind=HoldKind.DUTY, contact__in=contact_ids)
        for contact_id, keeps in duties.values_list("contact_id", "keeps"):
            kept[contact_id].update(keeps)
        groups: dict[frozenset[str], list[int]] = defaultdict(list)
        for contact_id in contact_ids:
            groups[frozenset(kept[contact_id])].append(contact_id)
        return groups


class Hold(models.Model):
    """What keeps a person beyond their bases: a freeze stops everything, a duty keeps the categories that it names.

    `closed_on` is set by the run that dealt with its end, so that no later run looks at it again.
    """

    # Reducing a person to what a duty names must not remove the duty.
    stays_when_reduced = True

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="holds", db_index=False)
    kind = models.CharField(choices=HoldKind)
    reason = models.CharField(choices=HoldReason)
    legal_reference = models.CharField(blank=True)
    keeps = ArrayField(models.CharField(choices=Category), default=default_keeps)
    placed_at = models.DateTimeField()
    until = models.DateField(null=True, blank=True)
    financial_year_ended_on = models.DateField(
        null=True, blank=True, help_text="From it the last day of a duty for bookkeeping is computed."
    )
    closed_on = models.DateField(null=True, blank=True)

    objects = Holds.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind", "reason"], name="hold_once_per_reason"),
            models.CheckConstraint(
                condition=Q(kind="freeze", reason__in=REASONS[HoldKind.FREEZE])
                | Q(kind="duty", reason__in=REASONS[HoldKind.DUTY]),
                name="hold_reason_fits_its_kind",
                violation_error_message="A freeze and a duty have reasons of their own.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(until__isnull=False, closed_on__gt=F("until")),
                name="hold_closed_after_its_end",
                violation_error_message="A hold is closed only after its last day.",
            ),
            models.CheckConstraint(
                condition=Q(financial_year_ended_on__isnull=True) | Q(reason="bookkeeping"),
                name="hold_financial_year_is_of_bookkeeping",
                violation_error_message="A financial year belongs to a duty for bookkeeping.",
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(closed_on__isnull=True), name="hold_ending"),
        ]

    def __str__(self) -> str:
        return f"Hold {self.kind} {self.reason}"


class RunStatus(models.TextChoices):
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    NEEDS_APPROVAL = "needs_approval", _("waits for approval")
    APPROVED = "approved", _("approved, not done yet")
    SUPERSEDED = "superseded", _("replaced by a later run")
    FAILED = "failed", _("failed")
    INTERRUPTED = "interrupted", _("broken off")
    MISSED = "missed", _("did not happen")


# An officer has to hear of these.
ALARMING = (RunStatus.NEEDS_APPROVAL, RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.MISSED)


class PurgeRun(models.Model):
    """The ledger: a row for each run, written before, during and after it."""

    at = models.DateTimeField(help_text="The moment for which the run decides what is due.")
    by = models.CharField()
    status = models.CharField(choices=RunStatus)
    policy_version = models.ForeignKey(PolicyVersion, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(
        null=True, blank=True, help_text="When its time was over; the next tick goes on with it."
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(blank=True)
    warned_at = models.DateTimeField(null=True, blank=True, help_text="When the officers were told.")
    telling_until = models.DateTimeField(null=True, blank=True, help_text="So long somebody is telling them.")
    to_delete = models.PositiveIntegerField(default=0, help_text="People whom a waiting run would delete.")
    to_minimise = models.PositiveIntegerField(default=0, help_text="People whom a waiting run would reduce.")
    waits_because = models.CharField(choices=WaitsBecause, blank=True, db_default="")
    foreseen = models.PositiveIntegerField(
        null=True, blank=True, help_text="People whom the last finished run expected; empty where it did not say."
    )
    foreseen_through = models.DateField(null=True, blank=True, help_text="The last day that its own forecast covers.")
    spared = models.PositiveIntegerField(
        null=True, blank=True, help_text="People whom a freeze alone kept; empty where nobody counted them."
    )

    class Meta:
        permissions = [("approve_purge", "Can approve a run that waits")]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="run_status"),
            models.CheckConstraint(
                condition=Q(status="running", finished_at__isnull=True) | ~Q(status="running"),
                name="run_running_is_not_finished",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(status="running"), name="run_paused_is_running"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["finished", "failed"]) | Q(finished_at__isnull=False),
                name="run_finished_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status="needs_approval"),
                name="run_one_waits_at_a_time",
            ),
            models.UniqueConstraint(fields=["at"], condition=Q(status="missed"), name="run_missed_once"),
            models.CheckConstraint(condition=Q(waits_because__in=["", *WaitsBecause.values]), name="run_waits_because"),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"


class Rule(models.TextChoices):
    """The parts of a run: a scenario's rule each, and what is not a scenario's."""

    CUSTOMER = Scenario.CUSTOMER.value, _("customer")
    PARTNER = Scenario.PARTNER.value, _("partner")
    WHITEPAPER = Scenario.WHITEPAPER.value, _("whitepaper")
    WEBINAR = Scenario.WEBINAR.value, _("webinar")
    EVENT = Scenario.EVENT.value, _("event")
    PROSPECT = Scenario.PROSPECT.value, _("prospect")
    FOOD = "food", _("dietary needs")
    HOLD = "hold", _("end of a hold")
    ORGANISATION = "organisation", _("organisations without contacts")


class PurgeCount(models.Model):
    """What one rule of a run has done so far; moves in the same transaction as the deletions it counts."""

    run = models.ForeignKey(PurgeRun, models.DB_CASCADE, related_name="counts", db_index=False)
    rule = models.CharField(choices=Rule)
    bases_lapsed = models.PositiveIntegerField(default=0)
    contacts_deleted = models.PositiveIntegerField(default=0)
    contacts_minimised = models.PositiveIntegerField(default=0)
    others_deleted = models.PositiveIntegerField(default=0, help_text="Food preferences, or organisations.")
    failure = models.CharField(blank=True, help_text="The class of the error that stopped this rule.")
    skipped = models.PositiveIntegerField(
        default=0, db_default=0, help_text="What was left out since somebody else held it."
    )
    left = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        blank=True,
        help_text="The keys of those, until the next run.",
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "rule"], name="count_once_per_rule"),
            models.CheckConstraint(condition=Q(left__len__lte=F("skipped")), name="count_left_was_skipped"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} of run {self.run_id}"


class StatementCheck(models.Model):
    """A search for contradictions in the records: when, and how many of each were found; nobody is named."""

    at = models.DateTimeField(help_text="The moment for which the records were read.")
    finished_at = models.DateTimeField(null=True, blank=True)
    found = models.JSONField(default=dict, help_text="Code → number, of what was found.")
    failure = models.CharField(blank=True, help_text="The class of the error that ended it.")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Statement check {self.pk}"


class PolicyEffect(models.Model):
    """What a draft of the policy would do to those who are held now: numbers for its officer, and nobody is named."""

    version = models.OneToOneField(PolicyVersion, models.DB_CASCADE)
    digest = models.CharField(help_text="The draft that was counted; it may read otherwise by now.")
    night = models.DateField(help_text="The night that was the next when it was counted.")
    counted_at = models.DateTimeField()
    figures = models.JSONField(help_text="Scenario, or nothing for people → now, then, sooner, later.")

    def __str__(self) -> str:
        return f"Effect of version {self.version_id}"
