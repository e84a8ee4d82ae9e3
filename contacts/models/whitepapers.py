from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from contacts.models.topics import Topic


class Whitepapers(models.QuerySet["Whitepaper"]):
    def published(self, at: dt.datetime) -> Whitepapers:
        """Those that visitors find at `at`."""
        return self.filter(published_at__lte=at).exclude(withdrawn_at__lte=at)


class Whitepaper(models.Model):
    """Something that visitors may ask for. The file has no address of its own: a view hands it out by a signed link."""

    slug = models.SlugField(max_length=200, unique=True)
    title = models.CharField()
    summary = models.JSONField(default=dict, blank=True, help_text="Language → what one gets, in a few sentences.")
    file = models.FileField(upload_to="whitepapers/", max_length=300)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="whitepapers")

    objects = Whitepapers.as_manager()

    class Meta:
        ordering = ["-published_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(published_at__isnull=False),
                name="whitepaper_withdrawn_was_published",
                violation_error_message="Only a whitepaper that was published can be withdrawn.",
            ),
        ]

    def __str__(self) -> str:
        return self.title
