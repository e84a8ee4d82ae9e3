from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from contacts.models.systems import System
from contacts.words.vocabulary import Scenario


class ApiKeys(models.QuerySet["ApiKey"]):
    def in_force(self, at: dt.datetime) -> ApiKeys:
        return self.filter(revoked_at=None, ends_at__gt=at)


class ApiKey(models.Model):
    """A key by which a server of the company's uses the API. Only the SHA-256 of it is kept.

    It opens the `forms` that it names, or the tasks of one `system`, for so many posts an hour, until it ends.
    """

    name = models.CharField(unique=True)
    digest = models.CharField(max_length=64, unique=True)
    forms = ArrayField(models.CharField(choices=Scenario), blank=True)
    system = models.ForeignKey(System, models.DO_NOTHING, null=True, blank=True, related_name="keys", db_index=False)
    posts_an_hour = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeys.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(forms__len__gt=0, system__isnull=True) | Q(forms__len=0, system__isnull=False),
                name="api_key_opens_forms_or_tasks",
            ),
            models.CheckConstraint(condition=Q(posts_an_hour__gt=0), name="api_key_may_post"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("created_at")), name="api_key_lasts"),
        ]

    def __str__(self) -> str:
        return self.name
