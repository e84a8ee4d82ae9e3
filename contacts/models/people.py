from __future__ import annotations

import datetime as dt
import uuid
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, OuterRef, Q, TextField, Value
from django.db.models.functions import Coalesce, Concat, Lower, Upper

from contacts.models.organisations import Organisation
from contacts.models.policy import PolicyVersion
from contacts.words.addresses import MalformedAddressError, normalise
from contacts.words.vocabulary import (
    AGREEMENT_SCENARIOS,
    REASONS_OF,
    ActivityKind,
    AddressTrust,
    AgreementState,
    LegalBasis,
    Scenario,
    SourceKind,
    TellingWay,
    TrustReason,
)

# What the list is searched by, as Django's icontains compares; organisations are found by their own names.
SEARCHED = Upper(
    Concat(
        F("first_name"),
        Value(" "),
        F("last_name"),
        Value(" "),
        Coalesce(F("email"), Value("")),
        Value(" "),
        F("company"),
        output_field=TextField(),
    )
)


class Contacts(models.QuerySet["Contact"]):
    def by_typed_address(self, text: str) -> Contacts:
        """Whoever is held under this address, however it is spelled; nobody where it is no address."""
        try:
            return self.filter(email=normalise(text))
        except MalformedAddressError:
            return self.none()

    def minimised(self) -> Contacts:
        """Those of whom only what a duty names is left (P5)."""
        return self.filter(minimised_on__isnull=False)

    def whole(self) -> Contacts:
        return self.filter(minimised_on__isnull=True)

    def of_unproven_address(self, address_hash: str) -> Contacts:
        """Those held whole under an address who are not known to be its owner (L15)."""
        return self.whole().filter(address_hash=address_hash).exclude(address_trust=AddressTrust.PROVEN)

    def restricted(self, day: dt.date) -> Contacts:
        """Those whose details are only stored on `day` (Art. 18 GDPR, L6)."""
        return self.filter(restricted_through__gte=day)

    def unrestricted(self, day: dt.date) -> Contacts:
        return self.filter(Q(restricted_through__isnull=True) | Q(restricted_through__lt=day))

    def unverified(self) -> Contacts:
        """Customers and partners whose contract nothing proves: their own clock runs, as no agreement's does."""
        # With this condition the index finds them among millions.
        unproven = Q(scenario__in=AGREEMENT_SCENARIOS, clock_from__isnull=False)
        people = Basis.objects.filter(unproven).values("contact")
        without = Q(organisation__isnull=True) | Q(organisation__agreement_state=AgreementState.NONE)
        return self.whole().filter(without, pk__in=people)

    def unmatched(self) -> Contacts:
        """Those of them whom nobody has matched to an organisation yet."""
        return self.unverified().filter(organisation__isnull=True)


class Contact(models.Model):
    """A person we hold, in the policy's categories of data and no more (P2).

    Texts have no length of their own: what an import brings is kept whole or refused, never cut.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    email = models.CharField(null=True, blank=True, unique=True)
    first_name = models.CharField(blank=True)
    last_name = models.CharField(blank=True)
    job_title = models.CharField(blank=True)
    phone = models.CharField(blank=True)
    address = models.CharField(blank=True)
    postal_code = models.CharField(blank=True)
    city = models.CharField(blank=True)
    country = models.CharField(blank=True)
    language = models.CharField(blank=True)
    company = models.CharField(blank=True, help_text="As typed by the person; the organisation once it is matched.")
    # The database refuses to delete an organisation that has contacts.
    organisation = models.ForeignKey(Organisation, models.DO_NOTHING, null=True, blank=True, related_name="contacts")
    address_hash = models.CharField(
        max_length=72, null=True, blank=True, editable=False, help_text="Keyed hash, by which suppressions are found."
    )
    mailbox_hash = models.CharField(
        max_length=72, null=True, blank=True, editable=False, help_text="The same of its mailbox, without the tag."
    )
    # Kept by contacts.people.address_trust, and by nothing else.
    address_trust = models.CharField(
        choices=AddressTrust, default=AddressTrust.UNPROVEN, db_default=AddressTrust.UNPROVEN, editable=False
    )
    address_trust_reason = models.CharField(
        choices=TrustReason, default=TrustReason.NOT_KNOWN, db_default=TrustReason.NOT_KNOWN, editable=False
    )
    address_trust_since = models.DateField(null=True, blank=True, editable=False)
    bounced_on = models.DateField(null=True, blank=True, help_text="The address did not exist on that day.")
    left_on = models.DateField(null=True, blank=True, help_text="When we heard that they left their organisation.")
    frozen_through = models.DateField(null=True, blank=True, editable=False, help_text="Kept by retention.holds.")
    restricted_through = models.DateField(null=True, blank=True, editable=False, help_text="Kept by retention.holds.")
    last_activity_on = models.DateField(null=True, blank=True)
    minimised_on = models.DateField(null=True, blank=True)
    # Raw INSERTs name the columns that they know, hence the database's own default.
    corrected = ArrayField(
        models.CharField(),
        default=list,
        db_default=[],
        blank=True,
        editable=False,
        help_text="Fields put right on the person's word, which no import overwrites.",
    )

    objects = Contacts.as_manager()

    class Meta:
        permissions = [
            ("see_reduced", "Can see people reduced to what a duty names"),
            ("see_restricted", "Can see people whose details are only stored"),
            ("import_contacts", "Can import contacts"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(minimised_on__isnull=True, email__isnull=False)
                | Q(minimised_on__isnull=False, email__isnull=True),
                name="contact_reduced_has_no_address",
                violation_error_message="A contact has an e-mail address, unless it was reduced to what a duty names.",
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=True, address_hash__isnull=True, mailbox_hash__isnull=True)
                | Q(email__isnull=False, address_hash__isnull=False, mailbox_hash__isnull=False),
                name="contact_address_has_its_hashes",
                violation_error_message="An address stands with its keyed hashes, or a suppression would not find it.",
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=True) | Q(email=Lower(F("email"))),
                name="contact_address_without_case",
                violation_error_message="Addresses are stored in lower case, so that no two differ by case alone.",
            ),
            models.CheckConstraint(
                condition=reduce(
                    or_, (Q(address_trust=state, address_trust_reason__in=why) for state, why in REASONS_OF.items())
                ),
                name="contact_address_trust_has_its_reason",
                violation_error_message="An address is trusted, or not, for a reason that stands for it.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["address_trust_reason"],
                condition=Q(address_trust=AddressTrust.DOUBTED),
                name="contact_doubted",
            ),
            models.Index(fields=["minimised_on"], condition=Q(minimised_on__isnull=False), name="contact_reduced"),
            models.Index(fields=["address_hash"], name="contact_by_hash"),
            models.Index(fields=["mailbox_hash"], name="contact_by_mailbox"),
            GinIndex(OpClass(SEARCHED, name="gin_trgm_ops"), name="contact_searched"),
            models.Index(fields=["country", "-id"], name="contact_by_country"),
        ]

    def __str__(self) -> str:
        return f"Contact {self.public_id}"

    @property
    def display_name(self) -> str:
        """The name for a page that shows the person; never for logs, titles that are stored, or messages kept."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or str(self)


class Bases(models.QuerySet["Basis"]):
    def untold(self) -> Bases:
        """Those whose data did not come from the person, or from nobody knows where, of which they have not been told
        yet (Art. 14 GDPR, L5).
        """
        return self.filter(informed_on__isnull=True).exclude(source_kind=SourceKind.PERSON)

    def unshown(self) -> Bases:
        """Those whose data came from the person, with nothing on record that showed them our notice (Art. 13 GDPR, L5):
        neither a form or mail of ours, nor the day that a list names.
        """
        return self.filter(source_kind=SourceKind.PERSON, policy_shown__isnull=True, informed_on__isnull=True)

    def with_policy_then(self) -> Any:
        """With `policy_then`, the number of the version in force on the day of collection, or None."""
        return self.annotate(policy_then=PolicyVersion.objects.number_on(OuterRef("collected_on")))


class Basis(models.Model):
    """One reason why a contact is held (P1).

    `clock_from` is the day its own clock runs from, kept by `contacts.clocks`; empty where the clock stands on the
    organisation (customers and partners of one that has, or had, an agreement).
    """

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="bases", db_index=False)
    scenario = models.CharField(choices=Scenario)
    legal_basis = models.CharField(choices=LegalBasis)
    collected_on = models.DateField()
    source = models.CharField(blank=True)
    source_kind = models.CharField(choices=SourceKind, default=SourceKind.PERSON)
    informed_on = models.DateField(null=True, blank=True)
    policy_shown = models.ForeignKey(
        PolicyVersion,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="The version that a form or a mail of ours showed them last; empty where that is not known.",
    )
    policy_shown_on = models.DateField(null=True, blank=True)
    clock_from = models.DateField(null=True, blank=True)

    objects = Bases.as_manager()

    class Meta:
        verbose_name_plural = "bases"
        permissions = [("inform_by_letter", "Can note that a letter told a person where we have their details from")]
        constraints = [
            models.UniqueConstraint(fields=["contact", "scenario"], name="basis_once_per_scenario"),
            models.CheckConstraint(condition=Q(scenario__in=Scenario.values), name="basis_scenario"),
            models.CheckConstraint(condition=Q(source_kind__in=SourceKind.values), name="basis_source_kind"),
            models.CheckConstraint(
                condition=Q(policy_shown__isnull=True, policy_shown_on__isnull=True)
                | Q(policy_shown__isnull=False, policy_shown_on__isnull=False),
                name="basis_policy_was_shown_on_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scenario", "clock_from", "contact"],
                condition=Q(clock_from__isnull=False),
                name="basis_due",
            ),
            models.Index(
                fields=["collected_on"],
                condition=Q(informed_on__isnull=True) & ~Q(source_kind="person"),
                name="basis_untold",
            ),
            models.Index(fields=["scenario", "-contact"], name="basis_by_scenario"),
        ]

    def __str__(self) -> str:
        return f"Basis {self.scenario}"

    @property
    def is_unverified(self) -> bool:
        """Tell whether nothing proves the contract that a customer or partner is held for."""
        return self.scenario in AGREEMENT_SCENARIOS and self.clock_from is not None


class PolicyTelling(models.Model):
    """That somebody was shown a later version of the policy for one of their bases, how, and on which day (L13).

    `before` is the version that they had been shown until then. A mail that came back has told nobody: `bounced_on`
    says so, and the row stays.
    """

    basis = models.ForeignKey(Basis, models.DB_CASCADE, related_name="tellings")
    version = models.ForeignKey(PolicyVersion, models.DO_NOTHING, related_name="+", db_index=False)
    way = models.CharField(choices=TellingWay)
    told_on = models.DateField()
    mail = models.UUIDField(null=True, editable=False, help_text="The public id of the message.")
    before = models.ForeignKey(PolicyVersion, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    before_on = models.DateField(null=True)
    bounced_on = models.DateField(null=True, help_text="The mail came back on that day.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(way__in=TellingWay.values), name="telling_way"),
            models.CheckConstraint(
                condition=Q(bounced_on__isnull=True) | Q(mail__isnull=False), name="telling_that_bounced_was_a_mail"
            ),
            models.CheckConstraint(
                condition=Q(before__isnull=True, before_on__isnull=True)
                | Q(before__isnull=False, before_on__isnull=False),
                name="telling_was_shown_before_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"Telling {self.pk}"


class Activity(models.Model):
    """Something the person did."""

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="activities", db_index=False)
    kind = models.CharField(choices=ActivityKind)
    occurred_at = models.DateTimeField()
    reference = models.CharField(blank=True)

    class Meta:
        verbose_name_plural = "activities"
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind", "occurred_at", "reference"], name="activity_once"),
            models.CheckConstraint(condition=Q(kind__in=ActivityKind.values), name="activity_kind"),
        ]

    def __str__(self) -> str:
        return f"Activity {self.kind}"
