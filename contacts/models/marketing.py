from django.db import models
from django.db.models import Q

from contacts.models.people import Contact
from contacts.words.vocabulary import Channel, PermissionState


class ChannelPermission(models.Model):
    """A person's own word on a channel: an objection or a consent, with its evidence. Acts weigh them."""

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="permissions", db_index=False)
    channel = models.CharField(choices=Channel)
    state = models.CharField(choices=PermissionState)
    given_on = models.DateField()
    wording = models.CharField(blank=True)
    source = models.CharField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "channel", "state"], name="permission_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="permission_channel"),
            models.CheckConstraint(condition=Q(state__in=PermissionState.values), name="permission_state"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.channel}"


class Suppression(models.Model):
    """An address that objected, as a keyed hash (P12). It outlives the person, so it hangs on nobody.

    It holds for the whole mailbox (L16). Where nobody knows the mailbox any more, both hashes are the address's.
    """

    address_hash = models.CharField(max_length=64)
    mailbox_hash = models.CharField(max_length=64)
    channel = models.CharField(choices=Channel)
    reason = models.CharField(default="objection")
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hash", "channel"], name="suppression_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="suppression_channel"),
            models.CheckConstraint(condition=~Q(mailbox_hash=""), name="suppression_has_its_mailbox"),
        ]
        indexes = [models.Index(fields=["mailbox_hash", "channel"], name="suppression_by_mailbox")]

    def __str__(self) -> str:
        return f"Suppression {self.pk}"
