from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from contacts.models import Contact
from dsr.models.requests import Request
from dsr.words.vocabulary import Authority, Kind, RepresentativeEnd, RepresentativeKind


class Representatives(models.QuerySet["Representative"]):
    def standing(self) -> Representatives:
        return self.filter(ended_at__isnull=True)


class Representative(models.Model):
    """Who acts for the person of a request, and by which proof (L17). It hangs on the person, and goes with them.

    Of the proof we keep what it is, who issued it and who saw it; a power of attorney is kept as a file of a paper.
    """

    request = models.ForeignKey(Request, models.DB_CASCADE, related_name="representatives")
    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="representatives")
    kind = models.CharField(choices=RepresentativeKind)
    name = models.CharField()
    email = models.CharField(blank=True, help_text="Where the answers go; empty where they go by post.")
    post = models.TextField(blank=True, help_text="The postal address, line by line.")
    proof = models.CharField(choices=Authority)
    issued_by = models.CharField()
    issued_on = models.DateField()
    seen_by = models.CharField(help_text="user:ID of who saw the proof.")
    seen_on = models.DateField()
    scope = ArrayField(models.CharField(choices=Kind), help_text="What they may ask for.")
    ends_on = models.DateField(null=True, help_text="The last day of the proof, where it has one.")
    entered_at = models.DateTimeField()
    untold = models.TextField(blank=True, help_text="Why the person could not be told.")
    agreed_on = models.DateField(null=True, help_text="The day on which the person said yes.")
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(choices=RepresentativeEnd, blank=True)

    objects = Representatives.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(ended_at__isnull=True), name="representative_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="")
                | Q(ended_at__isnull=False, end__in=RepresentativeEnd.values),
                name="representative_ended_says_how",
            ),
            models.CheckConstraint(condition=~Q(email="") | ~Q(post=""), name="representative_has_an_address"),
        ]

    def __str__(self) -> str:
        return f"Representative {self.pk}"
