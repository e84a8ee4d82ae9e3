from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from contacts.models.people import Contact
from contacts.models.sign_ups import SignUp
from contacts.words.details import Detail

PROPOSAL_DAYS = 30


class ProposedDetails(models.QuerySet["ProposedDetail"]):
    def overdue(self, at: dt.datetime) -> ProposedDetails:
        """Those that nobody has answered for 30 days at `at`."""
        return self.filter(proposed_at__lte=at - dt.timedelta(days=PROPOSAL_DAYS))


class ProposedDetail(models.Model):
    """What was typed under a person's address and differs from what is on file, or what staff typed about them (L15).

    It changes nothing until the person, or staff on their word, say that it is right. Of each detail there is one, the
    latest. Gone after 30 days.
    """

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="proposed", db_index=False)
    detail = models.CharField(choices=Detail)
    typed = models.JSONField(help_text="Field → what was typed.")
    source = models.CharField(help_text="The door: form, check-in, api:KEY, or staff.")
    sign_up = models.ForeignKey(SignUp, models.DB_SET_NULL, null=True, related_name="proposed")
    proposed_at = models.DateTimeField()

    objects = ProposedDetails.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "detail"], name="proposed_detail_once"),
            models.CheckConstraint(condition=Q(detail__in=Detail.values), name="proposed_detail_detail"),
        ]
        indexes = [models.Index(fields=["proposed_at"], name="proposed_detail_age")]

    def __str__(self) -> str:
        return f"Proposed {self.detail}"
