from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q

from contacts.models.events import Event
from contacts.models.people import Contact
from contacts.models.policy import PolicyVersion
from contacts.models.whitepapers import Whitepaper
from contacts.words.vocabulary import Scenario, SignUpKind

UNPROVEN_DAYS = 30

_NO_TARGET = Q(whitepaper__isnull=True, event__isnull=True)


class SignUps(models.QuerySet["SignUp"]):
    def waiting(self) -> SignUps:
        """Those whose address nobody has proven yet."""
        return self.filter(confirmed_at__isnull=True)

    def came(self) -> SignUps:
        """Those typed at the door of an event, whose guest is in."""
        return self.waiting().filter(arrived_at__isnull=False)

    def overdue(self, at: dt.datetime) -> SignUps:
        """Those that may no longer exist at `at`, proven or not: nobody needs them after 30 days."""
        return self.filter(created_at__lte=at - dt.timedelta(days=UNPROVEN_DAYS))


class SignUp(models.Model):
    """What somebody asked for under an address that may be anybody's: it touches no contact until that is proven.

    It looks the same whether the address is on file or not. Once proven, what was typed has moved to the contact, and
    only what was asked for stays, so that the link in the mail goes on working, with the consents that could not be
    recorded. Gone after 30 days.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(choices=SignUpKind)
    scenario = models.CharField(choices=Scenario, blank=True)
    whitepaper = models.ForeignKey(Whitepaper, models.DO_NOTHING, null=True, related_name="+")
    event = models.ForeignKey(Event, models.DO_NOTHING, null=True, related_name="sign_ups")
    policy_version = models.ForeignKey(PolicyVersion, models.DO_NOTHING, related_name="+", db_index=False)
    email = models.CharField(blank=True)
    first_name = models.CharField(blank=True)
    last_name = models.CharField(blank=True)
    phone = models.CharField(blank=True)
    company = models.CharField(blank=True)
    job_title = models.CharField(blank=True)
    address = models.CharField(blank=True)
    postal_code = models.CharField(blank=True)
    city = models.CharField(blank=True)
    country = models.CharField(blank=True)
    language = models.CharField()
    consents = models.JSONField(default=dict, help_text="Channel → the wording that was shown beside the ticked box.")
    source = models.CharField(help_text="The door: form, or api:KEY.")
    created_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True, help_text="When it was typed at the door, and its guest came in.")
    confirmed_at = models.DateTimeField(null=True)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, null=True, related_name="sign_ups")

    objects = SignUps.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="whitepaper", scenario="whitepaper", whitepaper__isnull=False, event__isnull=True)
                | Q(kind="event", scenario__in=["webinar", "event"], event__isnull=False, whitepaper__isnull=True)
                | (Q(kind="register", scenario__in=["customer", "partner"]) & _NO_TARGET)
                | (Q(kind="consent", scenario="") & _NO_TARGET),
                name="sign_up_asks_for_one_thing",
            ),
            models.CheckConstraint(
                condition=(Q(confirmed_at__isnull=True, contact__isnull=True) & ~Q(email=""))
                | Q(confirmed_at__isnull=False, contact__isnull=False, email="", first_name="", last_name=""),
                name="sign_up_proven_has_moved_to_its_contact",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="sign_up_created"),
            models.Index(fields=["email"], name="sign_up_by_email"),
        ]

    def __str__(self) -> str:
        return f"Sign-up {self.pk}"
