"""What guards the nightly deletion, on record: forecasts, why a run waits, who approved it, and clocks that differ."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from contacts.words.vocabulary import Scenario


class WaitsBecause(models.TextChoices):
    """What made a run stop and ask."""

    GAP = "gap", _("the last finished run is long ago")
    RESTORED = "restored", _("the database was restored")
    SHARE = "share", _("too large a share of all contacts")
    FORECAST = "forecast", _("far more than foreseen")


class Cause(models.TextChoices):
    """Why somebody is due in a run that waits; the first that is true of them counts."""

    POLICY = "policy", _("the policy changed")
    AGREEMENT = "agreement", _("an agreement ended")
    OBJECTION = "objection", _("objection to marketing")
    CATCH_UP = "catch_up", _("left from earlier days")
    PERIOD = "period", _("due on this day")
    HOLD = "hold", _("end of a hold")


class Part(models.TextChoices):
    """What somebody was held for last: a scenario, or a hold alone."""

    CUSTOMER = Scenario.CUSTOMER.value, _("customer")
    PARTNER = Scenario.PARTNER.value, _("partner")
    WHITEPAPER = Scenario.WHITEPAPER.value, _("whitepaper")
    WEBINAR = Scenario.WEBINAR.value, _("webinar")
    EVENT = Scenario.EVENT.value, _("event")
    PROSPECT = Scenario.PROSPECT.value, _("prospect")
    HOLD = "hold", _("end of a hold")


class PurgeForecast(models.Model):
    """How many people a finished run expects to go on a later day, as things stood when it ended."""

    run = models.ForeignKey("retention.PurgeRun", models.DB_CASCADE, related_name="forecasts", db_index=False)
    day = models.DateField()
    scenario = models.CharField(choices=Scenario)
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "day", "scenario"], name="forecast_once_per_day"),
            models.CheckConstraint(condition=Q(people__gt=0), name="forecast_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"Forecast {self.pk}"


class PurgeCandidate(models.Model):
    """One of the people that a waiting run would touch: what an approval covers, and nothing else."""

    stays_when_reduced = True

    run = models.ForeignKey("retention.PurgeRun", models.DB_CASCADE, related_name="candidates", db_index=False)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")
    part = models.CharField(choices=Part, blank=True, db_default="")
    cause = models.CharField(choices=Cause, blank=True, db_default="", help_text="Empty where the person would stay.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "contact"], name="candidate_once"),
            models.CheckConstraint(condition=Q(cause__in=["", *Cause.values]), name="candidate_cause"),
        ]

    def __str__(self) -> str:
        return f"Candidate {self.pk}"


class PurgeCause(models.Model):
    """How many people of a waiting run are due for one cause; in all as many as it would delete and reduce."""

    run = models.ForeignKey("retention.PurgeRun", models.DB_CASCADE, related_name="causes", db_index=False)
    part = models.CharField(choices=Part)
    cause = models.CharField(choices=Cause)
    to_delete = models.PositiveIntegerField()
    to_minimise = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "part", "cause"], name="cause_once_per_run"),
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="cause_known"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} of run {self.run_id}"


class PurgeApproval(models.Model):
    """One person's yes to a run that waits, with the reason."""

    run = models.ForeignKey("retention.PurgeRun", models.DB_CASCADE, related_name="approvals", db_index=False)
    by = models.CharField()
    at = models.DateTimeField()
    reason = models.CharField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "by"], name="approval_once_each"),
            models.CheckConstraint(condition=~Q(reason=""), name="approval_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"Approval {self.pk}"


class ClockDifference(models.Model):
    """A time in which the machine's clock and the database's differed, by the database's clock."""

    noticed_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When it was last so.")
    seconds = models.BigIntegerField(help_text="The machine's clock, ahead of the database's.")
    stands = models.BooleanField(default=True, help_text="Nobody has seen the clocks agree for long enough since.")
    warned_at = models.DateTimeField(null=True, help_text="When somebody was told.")
    telling_until = models.DateTimeField(null=True, help_text="So long a mail about it is being sent.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["stands"], condition=Q(stands=True), name="clocks_differ_once_at_a_time"),
            models.CheckConstraint(condition=~Q(seconds=0), name="clocks_differ"),
        ]

    def __str__(self) -> str:
        return f"Clock difference {self.pk}"
