"""Personal data breaches: what happened, what was reported, and who was told (Art. 33 and 34 GDPR, L10).

What was sent is never changed: a trigger refuses it (migration 0072).
"""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from contacts.models.people import Contact
from contacts.models.recipients import Recipient
from contacts.words.breaches import STANDING, BreachKind, BreachState, LetterFate, ReportWay, Risk, Severity
from contacts.words.categories import Category


class Breaches(models.QuerySet["Breach"]):
    def standing(self) -> Breaches:
        return self.filter(state__in=STANDING)

    def running(self) -> Breaches:
        """Those whose 72 hours run: neither reported nor found to need no report."""
        return self.filter(state=BreachState.OPEN)


class Breach(models.Model):
    """One breach, documented whether or not it is reported (Art. 33(5)). No text of it names a person affected.

    `changed` counts its changes, so that nobody overwrites what they have not seen. `warned` is how many hours were
    left when officers last heard of it; 0 once the time was over.
    """

    title = models.CharField()
    happened = models.TextField(help_text="What happened: its nature (Art. 33(3)(a)).")
    kinds = ArrayField(models.CharField(choices=BreachKind))
    began_at = models.DateTimeField(null=True, help_text="Null where it is not known.")
    ended_at = models.DateTimeField(null=True, help_text="Null where it goes on, or is not known.")
    aware_at = models.DateTimeField(help_text="The 72 hours run from here.")
    processor = models.ForeignKey(Recipient, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    processor_told_at = models.DateTimeField(null=True, help_text="When the processor told us (Art. 33(2)).")
    groups = models.TextField(blank=True, help_text="Who is affected, in words, and how many they are.")
    categories = ArrayField(models.CharField(choices=Category), default=list)
    data = models.TextField(blank=True, help_text="Other data that is affected.")
    consequences = models.TextField(blank=True)
    severity = models.CharField(choices=Severity, blank=True)
    risk = models.CharField(choices=Risk, blank=True)
    measures = models.TextField(blank=True, help_text="Taken, and planned.")
    contact_point = models.CharField(help_text="Where more is to be learnt: the data protection officer, or another.")
    untold_because = models.TextField(blank=True, help_text="Why people are not told by letter (Art. 34(3)).")
    state = models.CharField(choices=BreachState, default=BreachState.OPEN)
    unreported_because = models.TextField(blank=True, help_text="Why it is not reported (Art. 33(1) and (5)).")
    learnt = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    warned = models.PositiveSmallIntegerField(null=True)
    changed = models.PositiveIntegerField(default=0)

    objects = Breaches.as_manager()

    class Meta:
        ordering = ["-aware_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BreachState.values), name="breach_state"),
            models.CheckConstraint(condition=Q(risk="") | Q(risk__in=Risk.values), name="breach_risk"),
            models.CheckConstraint(condition=Q(severity="") | Q(severity__in=Severity.values), name="breach_severity"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(began_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="breach_ends_after_it_began",
                violation_error_message="It cannot have ended before it began.",
            ),
            models.CheckConstraint(
                condition=Q(processor__isnull=True, processor_told_at__isnull=True)
                | Q(processor__isnull=False, processor_told_at__isnull=False),
                name="breach_processor_told_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=BreachState.UNREPORTED) | (~Q(unreported_because="") & ~Q(risk=Risk.HIGH)),
                name="breach_unreported_has_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=BreachState.OPEN) | Q(unreported_because=""), name="breach_open_is_undecided"
            ),
            models.CheckConstraint(
                condition=(Q(state=BreachState.CLOSED, closed_at__isnull=False) & ~Q(learnt=""))
                | (Q(state__in=STANDING, closed_at__isnull=True)),
                name="breach_closed_says_what_was_learnt",
            ),
        ]

    def __str__(self) -> str:
        return f"Breach {self.pk}"


class AffectedGroup(models.Model):
    """People found to be affected at one moment, by a segment or another question: numbers that stay when they go.

    `scenarios` and `categories` are code → how many of them. Somebody found before counts in the first group alone.
    """

    breach = models.ForeignKey(Breach, models.DO_NOTHING, related_name="found_groups")
    asked = models.CharField(help_text="How they were found, in words.")
    people = models.PositiveIntegerField()
    scenarios = models.JSONField(default=dict)
    categories = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    by = models.CharField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Group {self.pk}"


class AffectedPerson(models.Model):
    """Somebody affected by a breach; the row goes with them. `told_at` is when their letter left."""

    breach = models.ForeignKey(Breach, models.DO_NOTHING, related_name="affected", db_index=False)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")
    told_at = models.DateTimeField(null=True)
    fate = models.CharField(choices=LetterFate, blank=True, help_text="Empty while no letter has left or failed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["breach", "contact"], name="affected_once"),
            models.CheckConstraint(condition=Q(fate="") | Q(fate__in=LetterFate.values), name="affected_fate"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=False, fate=LetterFate.TOLD)
                | (Q(told_at__isnull=True) & ~Q(fate=LetterFate.TOLD)),
                name="affected_told_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Affected {self.pk}"


class LetterCount(models.Model):
    """How many letters about a breach came to this end; the number stays when the people have gone."""

    breach = models.ForeignKey(Breach, models.DO_NOTHING, related_name="letter_counts", db_index=False)
    fate = models.CharField(choices=LetterFate)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["breach", "fate"], name="letter_count_once"),
            models.CheckConstraint(condition=Q(fate__in=LetterFate.values), name="letter_count_fate"),
        ]

    def __str__(self) -> str:
        return f"Count {self.pk}"


class BreachReport(models.Model):
    """What the authority was told, as it was sent: the first report, and what was added later (Art. 33(4)).

    `said` is language → headings and answers, in the order of the authority's form. `language` is what it was sent in.
    """

    breach = models.ForeignKey(Breach, models.DO_NOTHING, related_name="reports", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="1 is the first report, others add to it.")
    said = models.JSONField()
    language = models.CharField()
    way = models.CharField(choices=ReportWay)
    reference = models.CharField(blank=True, help_text="What the authority calls it.")
    late_because = models.TextField(blank=True, help_text="Reasons for the delay (Art. 33(1)).")
    sent_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.CharField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["breach", "number"], name="breach_report_once"),
            models.CheckConstraint(condition=Q(way__in=ReportWay.values), name="breach_report_way"),
            models.CheckConstraint(condition=Q(recorded_at__gte=F("sent_at")), name="breach_report_sent_first"),
        ]

    def __str__(self) -> str:
        return f"Report {self.number}"


class BreachLetter(models.Model):
    """What people at high risk are told (Art. 34), as it was approved. `texts` is language → part → words."""

    breach = models.ForeignKey(Breach, models.DO_NOTHING, related_name="letters")
    texts = models.JSONField()
    contact_point = models.CharField()
    approved_at = models.DateTimeField()
    approved_by = models.CharField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Letter {self.pk}"


class BreachNotices(models.QuerySet["BreachNotice"]):
    def on(self, day: dt.date) -> BreachNotices:
        """Those that the public site shows on a day."""
        return self.to_come(day).filter(from_on__lte=day)

    def to_come(self, day: dt.date) -> BreachNotices:
        """Those that it shows on a day or later."""
        return self.filter(until_on__gte=day, withdrawal__isnull=True)


class BreachNotice(models.Model):
    """A notice on the public site, for those who cannot be reached (Art. 34(3)(c)). `texts` is language → words."""

    breach = models.ForeignKey(Breach, models.DO_NOTHING, related_name="notices")
    texts = models.JSONField()
    from_on = models.DateField()
    until_on = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.CharField()

    objects = BreachNotices.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="breach_notice_ends_after_it_begins",
                violation_error_message="The last day cannot be before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"Notice {self.pk}"


class NoticeWithdrawal(models.Model):
    """That a notice was taken off the public site before its last day, and why. What it said stays on record."""

    notice = models.OneToOneField(BreachNotice, models.DO_NOTHING, related_name="withdrawal")
    at = models.DateTimeField()
    by = models.CharField()
    why = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(why=""), name="notice_withdrawn_says_why")]

    def __str__(self) -> str:
        return f"Withdrawal {self.pk}"
