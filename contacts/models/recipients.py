from __future__ import annotations

import datetime as dt
import uuid

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from contacts.models.people import Contact
from contacts.words.vocabulary import DisclosureKind, NoticeKind, RecipientKind, Safeguard, Scenario, ToldBy

# The European Economic Area, where data needs no safeguard (ISO 3166-1): the EU, Iceland, Liechtenstein and Norway.
EEA = tuple(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)

OVERDUE = dt.timedelta(days=30)


# Before an agreement ends, so that there is time for the next one.
SOON = dt.timedelta(days=60)


class Recipients(models.QuerySet["Recipient"]):
    def agreed(self, day: dt.date) -> Recipients:
        """Those with an agreement in force on `day`."""
        unended = Q(agreement_until__isnull=True) | Q(agreement_until__gte=day)
        return self.filter(unended, agreement_from__lte=day)

    def ending(self, day: dt.date) -> Recipients:
        """Those whose agreement ends within SOON after `day`, the next one first."""
        return self.agreed(day).filter(agreement_until__lte=day + SOON).order_by("agreement_until", "pk")

    def usable(self, day: dt.date) -> Recipients:
        """Those of them that data may go to at all: inside the EEA, or with a safeguard and no assessment that says no
        (Art. 44 GDPR).
        """
        assessments = apps.get_model("contacts", "TransferAssessment").objects.filter(recipient=OuterRef("pk"))
        latest = Subquery(assessments.values("allowed")[:1])
        abroad = ~Q(safeguard="") & (Q(may_go=True) | Q(may_go__isnull=True))
        return self.agreed(day).annotate(may_go=latest).filter(Q(country__in=EEA) | abroad)


class Recipient(models.Model):
    """Somebody outside who gets personal data from us, under an agreement and for purposes that it names (P15, P16).

    A `standing` one, such as a host, gets it of everybody; of any other each disclosure is on record. Who sends our
    mail is a standing one, too, though each mailing is on record.

    `agreement_until` is the agreement's last day. The secret that signs its webhooks is derived, never stored.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(unique=True)
    kind = models.CharField(choices=RecipientKind)
    service = models.CharField(help_text="What it does with the data.")
    agreement_reference = models.CharField(blank=True)
    agreement_from = models.DateField(null=True, blank=True)
    agreement_until = models.DateField(null=True, blank=True)
    purposes = ArrayField(models.CharField(choices=Scenario), default=list, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    safeguard = models.CharField(choices=Safeguard, blank=True)
    safeguard_reference = models.CharField(blank=True)
    contact_email = models.EmailField(help_text="The organisation's point of contact.")
    told_by = models.CharField(choices=ToldBy, default=ToldBy.MAIL)
    webhook_url = models.CharField(blank=True)
    sends_our_mail = models.BooleanField(default=False, help_text="Mailings go out through it.")
    # Raw INSERTs name the columns that they know.
    standing = models.BooleanField(
        default=False,
        db_default=False,
        help_text="It gets the data of everybody held for its purposes, as long as its agreement stands.",
    )
    untold_because = models.CharField(
        blank=True,
        db_default="",
        help_text="Why a standing recipient is not told of erasures and changes: it cannot act on them.",
    )
    copy_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="After how many days what was erased with us has gone there by itself."
    )
    reminded_of = models.DateField(
        null=True, blank=True, help_text="The last day of the agreement that officers were reminded of by mail."
    )

    objects = Recipients.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RecipientKind.values), name="recipient_kind"),
            models.CheckConstraint(
                condition=Q(country__regex="^[A-Z]{2}$"),
                name="recipient_country",
                violation_error_message="A country is named by its code of two letters (ISO 3166-1).",
            ),
            models.CheckConstraint(
                condition=Q(agreement_from__isnull=True, agreement_until__isnull=True, agreement_reference="")
                | Q(agreement_from__isnull=False),
                name="recipient_agreement_begins",
                violation_error_message="An agreement has a first day.",
            ),
            models.CheckConstraint(
                condition=Q(agreement_until__isnull=True) | Q(agreement_until__gte=models.F("agreement_from")),
                name="recipient_agreement_ends_after_it_begins",
                violation_error_message="The agreement cannot end before it begins.",
            ),
            models.CheckConstraint(
                condition=Q(purposes__contained_by=Scenario.values),
                name="recipient_purposes",
                violation_error_message="An agreement covers purposes that the policy names.",
            ),
            models.CheckConstraint(condition=Q(safeguard__in=["", *Safeguard.values]), name="recipient_safeguard"),
            models.CheckConstraint(
                condition=Q(safeguard="", safeguard_reference="") | (~Q(safeguard="") & ~Q(country__in=EEA)),
                name="recipient_safeguard_outside_the_eea",
                violation_error_message="A safeguard belongs to a recipient outside the EEA; inside, none is needed.",
            ),
            models.CheckConstraint(
                condition=Q(told_by=ToldBy.MAIL, webhook_url="") | (Q(told_by=ToldBy.WEBHOOK) & ~Q(webhook_url="")),
                name="recipient_webhook_has_its_address",
                violation_error_message="A webhook needs the address that it is sent to, and e-mail needs none.",
            ),
            models.CheckConstraint(
                condition=Q(untold_because="", copy_days__isnull=True)
                | (Q(standing=True, copy_days__isnull=False) & ~Q(untold_because="")),
                name="recipient_told_or_why_not",
                violation_error_message="Say why it is not told and when its copy goes by itself, or neither. Who gets"
                " single people's data is told.",
            ),
            models.CheckConstraint(
                condition=Q(sends_our_mail=False) | Q(standing=True),
                name="recipient_of_our_mail_is_standing",
                violation_error_message="Who sends our mail has everybody's data.",
            ),
            models.UniqueConstraint(
                fields=["sends_our_mail"],
                condition=Q(sends_our_mail=True),
                name="recipient_one_sends_our_mail",
                violation_error_message="Another recipient sends our mail already: take that off its details first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_outside_the_eea(self) -> bool:
        return self.country not in EEA

    def is_agreed(self, day: dt.date) -> bool:
        """Tell whether an agreement is in force on `day`."""
        begun = self.agreement_from is not None and self.agreement_from <= day
        return begun and (self.agreement_until is None or self.agreement_until >= day)


class Disclosure(models.Model):
    """That a person's data went to a recipient, when and what for (P15). `batch` is the set that it went with."""

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="disclosures", db_index=False)
    # The database refuses to delete a recipient that was given anything.
    recipient = models.ForeignKey(Recipient, models.DO_NOTHING, related_name="disclosures")
    at = models.DateTimeField()
    kind = models.CharField(choices=DisclosureKind)
    purpose = models.CharField(choices=Scenario)
    batch = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "contact"], name="disclosure_once_a_batch"),
            models.CheckConstraint(condition=Q(kind__in=DisclosureKind.values), name="disclosure_kind"),
            models.CheckConstraint(condition=Q(purpose__in=Scenario.values), name="disclosure_purpose"),
        ]
        indexes = [models.Index(fields=["contact", "recipient"], name="disclosure_of_contact")]

    def __str__(self) -> str:
        return f"Disclosure {self.pk}"

    @property
    def reference(self) -> uuid.UUID:
        """The number under which the recipient got the person, and by which a notice names them later."""
        return self.contact.public_id


class RecipientNotices(models.QuerySet["RecipientNotice"]):
    def open(self) -> RecipientNotices:
        """Those that the recipient has not acknowledged."""
        return self.filter(acknowledged_at__isnull=True)

    def due(self, at: dt.datetime) -> RecipientNotices:
        """Those to be sent at `at`, for the first time or again, that nobody is sending.

        One about somebody of whom an earlier one was never sent waits for that: out of order they would say the
        opposite.
        """
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
        earlier = RecipientNotice.objects.filter(
            Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__lt=OuterRef("pk")),
            recipient=OuterRef("recipient"),
            reference=OuterRef("reference"),
            sent_at__isnull=True,
            acknowledged_at__isnull=True,
        )
        return self.open().filter(free, ~Exists(earlier), not_before__lte=at)

    def overdue(self, at: dt.datetime) -> RecipientNotices:
        """Those not acknowledged 30 days after they were owed."""
        return self.open().filter(created_at__lte=at - OVERDUE)


class RecipientNotice(models.Model):
    """What a recipient has to be told of somebody whose data it was given (Art. 19 GDPR, L4).

    Written in the transaction of what it is about, and names the person by number alone, since they may be gone when it
    is sent. `details` are names of changed fields, or channels of an objection: never a value.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(Recipient, models.DO_NOTHING, related_name="notices")
    reference = models.UUIDField(help_text="The person's public_id, whether or not they are still held.")
    kind = models.CharField(choices=NoticeKind)
    details = ArrayField(models.CharField(), default=list)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="That failed since it was last sent.")
    sent_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True, help_text="When it was sent again, since nobody had acknowledged it.")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(blank=True)
    reason = models.CharField(blank=True, help_text="A code: why the last attempt failed.")

    objects = RecipientNotices.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "reference", "kind"],
                condition=Q(sent_at__isnull=True, acknowledged_at__isnull=True),
                name="notice_once_until_it_is_sent",
            ),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind"),
            models.CheckConstraint(
                condition=Q(chased_at__isnull=True) | Q(sent_at__isnull=False), name="notice_sent_before_chased"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by="")
                | (Q(acknowledged_at__isnull=False) & ~Q(acknowledged_by="")),
                name="notice_acknowledged_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(acknowledged_at__isnull=True), name="notice_open"),
            models.Index(fields=["reference"], name="notice_of_person"),
        ]

    def __str__(self) -> str:
        return f"Notice {self.pk} ({self.kind})"

    def is_overdue(self, at: dt.datetime) -> bool:
        return self.acknowledged_at is None and self.created_at <= at - OVERDUE
