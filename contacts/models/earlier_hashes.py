from django.db import models
from django.db.models import Q

from contacts.models.people import Contact


class EarlierHash(models.Model):
    """The address of a contact, hashed under a key that hashes nothing any more: links in older mails name no other.

    Kept by contacts.people.rekeying, of the address that the contact has now.
    """

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="+")
    address_hash = models.CharField(max_length=72)
    mailbox_hash = models.CharField(max_length=72)

    class Meta:
        verbose_name_plural = "earlier hashes"
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "contact"], name="earlier_hash_once"),
            models.CheckConstraint(condition=~Q(mailbox_hash=""), name="earlier_hash_has_its_mailbox"),
        ]
        indexes = [models.Index(fields=["mailbox_hash"], name="earlier_hash_by_mailbox")]

    def __str__(self) -> str:
        return f"Earlier hash {self.pk}"
