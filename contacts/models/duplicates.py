from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from contacts.models.people import Contact
from contacts.words.vocabulary import Likeness


class DuplicatePairs(models.QuerySet["DuplicatePair"]):
    def open(self) -> DuplicatePairs:
        """Those that nobody has decided about."""
        return self.filter(dismissed_at__isnull=True)


class DuplicatePair(models.Model):
    """Two records that may be one person, or that somebody has said are two. The older record is `one`."""

    one = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")
    why = models.CharField(choices=Likeness)
    found_on = models.DateField()
    seen_in = models.BigIntegerField(null=True, help_text="The number of the last search that found them.")
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.CharField(blank=True)

    objects = DuplicatePairs.as_manager()

    class Meta:
        ordering = ["pk"]
        permissions = [("merge_contacts", "Can merge two records of one person")]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="duplicate_pair_in_order"),
            models.CheckConstraint(condition=Q(why__in=Likeness.values), name="duplicate_pair_why"),
            models.CheckConstraint(
                condition=Q(dismissed_at__isnull=True, dismissed_by="")
                | (Q(dismissed_at__isnull=False) & ~Q(dismissed_by="")),
                name="duplicate_pair_dismissed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Pair {self.pk}"


class DuplicateSearch(models.Model):
    """A search for duplicates that is under way, part by part; it goes once it has come to its end."""

    began_at = models.DateTimeField()
    by = models.CharField()
    parts = models.PositiveIntegerField(help_text="Into how many each of its rules is divided.")
    done = models.PositiveIntegerField(default=0, help_text="How many parts are searched, of all rules together.")
    found = models.PositiveIntegerField(default=0, help_text="How many pairs are new so far.")
    only = models.BooleanField(default=True, unique=True, help_text="True: there is one at a time.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="duplicate_search_one_at_a_time"),
            models.CheckConstraint(condition=Q(parts__gt=0), name="duplicate_search_has_parts"),
        ]

    def __str__(self) -> str:
        return f"Search {self.pk}"


class MergedAddress(models.Model):
    """An address that a person gave up when two records of theirs were merged, as a keyed hash: an objection made under
    it is theirs (P12).
    """

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")
    address_hash = models.CharField(max_length=72)
    mailbox_hash = models.CharField(max_length=72)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "contact"], name="merged_address_once"),
            models.CheckConstraint(condition=~Q(mailbox_hash=""), name="merged_address_has_its_mailbox"),
        ]
        indexes = [models.Index(fields=["mailbox_hash"], name="merged_address_by_mailbox")]

    def __str__(self) -> str:
        return f"Merged address {self.pk}"
