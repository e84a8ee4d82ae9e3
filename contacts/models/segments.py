from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Segments(models.QuerySet["Segment"]):
    def visible_to(self, user_id: int) -> Segments:
        """Those that somebody saved, and those that others share."""
        return self.filter(Q(owner=user_id) | Q(shared=True))


class Segment(models.Model):
    """Filters that somebody saved, not people: whom they find is asked anew whenever the segment is used.

    `filters` holds the name of a filter and its value, from closed lists: a searched word may be somebody's name, and
    is never saved.
    """

    name = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    shared = models.BooleanField(default=False)
    filters = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    objects = Segments.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="segment_name_once",
                violation_error_message="You have a segment of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListLayout(models.Model):
    """The columns that a member of staff chose for the list of contacts, in their order."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    columns = ArrayField(models.CharField(), default=list)

    def __str__(self) -> str:
        return f"Layout {self.pk}"
