from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from contacts.models.recipients import Recipient
from contacts.words.vocabulary import ReachedBy, Scenario


class Systems(models.QuerySet["System"]):
    def in_use(self) -> Systems:
        return self.filter(ended_on__isnull=True)


class System(models.Model):
    """Another place of the company that holds people: billing, support, newsletters, a department's spreadsheet (L18).

    A request asks each that may hold its person. `recipient` is its line in the register of recipients, where somebody
    outside runs it: what an Art. 19 notice tells them is not asked of them a second time. `ended_on` is its last day.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(unique=True)
    holds = models.CharField(help_text="What it holds of people, in the words of the letter.")
    scenarios = ArrayField(models.CharField(choices=Scenario), help_text="It may hold those who are held as one.")
    owner_email = models.EmailField(help_text="Who looks after it: tasks and reminders go there.")
    owner_number = models.PositiveIntegerField(
        default=1, db_default=1, help_text="Counts its owners, and where it hears: links made for one end with them."
    )
    reached_by = models.CharField(choices=ReachedBy, default=ReachedBy.MAIL)
    webhook_url = models.CharField(blank=True)
    days = models.PositiveSmallIntegerField(default=14, help_text="How many days it has to do what it is asked.")
    recipient = models.OneToOneField(Recipient, models.DO_NOTHING, null=True, blank=True, related_name="system")
    ended_on = models.DateField(null=True, blank=True)

    objects = Systems.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(reached_by__in=ReachedBy.values), name="system_reached_by"),
            models.CheckConstraint(
                condition=Q(scenarios__len__gt=0, scenarios__contained_by=Scenario.values),
                name="system_scenarios",
                violation_error_message="Say whose data it may hold.",
            ),
            models.CheckConstraint(
                condition=(~Q(reached_by=ReachedBy.WEBHOOK) & Q(webhook_url=""))
                | (Q(reached_by=ReachedBy.WEBHOOK) & ~Q(webhook_url="")),
                name="system_webhook_has_its_address",
                violation_error_message="A webhook needs the address that it is sent to, and nothing else does.",
            ),
            models.CheckConstraint(
                condition=Q(days__gt=0), name="system_has_days", violation_error_message="Give it a day at least."
            ),
        ]

    def __str__(self) -> str:
        return self.name
