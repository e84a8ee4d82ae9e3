from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from contacts.models.breaches import BreachLetter
from contacts.models.events import Event, Registration
from contacts.models.journal import Restoration
from contacts.models.mailings import Mailing
from contacts.models.people import Contact
from contacts.models.sign_ups import SignUp
from contacts.models.whitepapers import Whitepaper
from contacts.words.vocabulary import MailPurpose, MailTemplate


class MessageEnd(models.TextChoices):
    """Why a message counts as never sent."""

    SKIPPED = "skipped", "not sent: the person may not be written to, or what it was about is over"
    REFUSED = "refused", "refused by the mail server for good"
    GAVE_UP = "gave_up", "not accepted after many attempts"
    BROKEN_OFF = "broken_off", "was being sent when the sender died: perhaps it arrived, so it is not sent again"


LATE = dt.timedelta(minutes=10)

# What a letter written for one occasion is once it is sent or ended.
FORGOTTEN: dict[str, Any] = {"address": "", "written": None, "forget_at": None}


class Messages(models.QuerySet["Message"]):
    def waiting(self, at: Any) -> Messages:
        """Those neither sent nor ended, that nobody is sending at `at`, and that have not left all the same.

        A mailing's is not among them whose sender died: it may have arrived, and nobody gets a second copy.
        """
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at, mailing__isnull=True)
        return self._standing().filter(free)

    def broken_off(self, at: dt.datetime) -> Messages:
        """Those of mailings whose sender had them in its hands, and has not been heard of since."""
        return self._standing().filter(claimed_until__lte=at, mailing__isnull=False)

    def due(self, at: Any) -> Messages:
        """Those to be sent at `at`, that nobody is sending, and whose mailing goes on if they are part of one.

        After a restore, those from before it wait for somebody's word: they may have left.

        The mailing is asked in a subquery: with a join, who waits for a claim would not look at it again afterwards.
        `at` is a moment, or an expression for one.
        """
        goes_on = Q(mailing__isnull=True) | Exists(Mailing.objects.under_way().filter(pk=OuterRef("mailing")))
        restored = Restoration.objects.holding_mails().filter(messages_through__gte=OuterRef("pk"))
        return self.waiting(at).filter(goes_on, ~Exists(restored), not_before__lte=at)

    def _standing(self) -> Messages:
        left = LeftMail.objects.filter(message_id=OuterRef("pk"))
        return self.filter(~Exists(left), sent_at__isnull=True, ended_at__isnull=True)

    def late(self, at: dt.datetime) -> Messages:
        """Those that should have left long before `at`: nobody sends, or the mail server is slow."""
        return self.due(at).filter(not_before__lte=at - LATE)


class Message(models.Model):
    """A mail to be sent, written in the transaction of the act that owes it: ids and a template, no address.

    It goes to the contact, or to the address of a sign-up that is not proven yet. `once` names what it is about, where
    a person may get it once alone.

    A letter that was written for one occasion carries its words, and its address where that is no contact's, since the
    person may be gone when it leaves. Both are forgotten once it is sent or ended, at the latest at `forget_at`.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    template = models.CharField(choices=MailTemplate)
    purpose = models.CharField(choices=MailPurpose)
    contact = models.ForeignKey(Contact, models.DB_CASCADE, null=True, related_name="messages")
    sign_up = models.ForeignKey(SignUp, models.DB_CASCADE, null=True, related_name="messages")
    registration = models.ForeignKey(Registration, models.DB_CASCADE, null=True, related_name="messages")
    address = models.CharField(blank=True)
    written = models.JSONField(null=True, help_text="Subject, language, reason and parts of a letter.")
    forget_at = models.DateTimeField(null=True)
    event = models.ForeignKey(Event, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    whitepaper = models.ForeignKey(Whitepaper, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    mailing = models.ForeignKey(Mailing, models.DO_NOTHING, null=True, related_name="messages", db_index=False)
    breach_letter = models.ForeignKey(BreachLetter, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    once = models.CharField(blank=True)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    digest = models.CharField(
        max_length=64, blank=True, db_default="", default="", help_text="SHA-256 of a mail that asks for a consent."
    )
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(choices=MessageEnd, blank=True)
    reason = models.CharField(blank=True, help_text="A code: the class of the error, or why it was skipped.")
    refused_at = models.DateTimeField(null=True, help_text="When a mail server first said this reply.")
    reply = models.CharField(blank=True, db_default="", default="", help_text="What the server said, naming nobody.")

    objects = Messages.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(contact__isnull=False)
                | Q(sign_up__isnull=False)
                | ~Q(address="")
                | Q(sent_at__isnull=False)
                | Q(ended_at__isnull=False),
                name="message_goes_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(address="", written__isnull=True)
                | Q(forget_at__isnull=False, sent_at__isnull=True, ended_at__isnull=True),
                name="message_words_go_once_it_is_sent",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(ended_at__isnull=True), name="message_sent_or_ended"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="message_ended_says_how",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | ~Q(reply=""), name="message_refused_says_by_what"
            ),
            models.UniqueConstraint(fields=["contact", "template", "once"], condition=~Q(once=""), name="message_once"),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(sent_at__isnull=True, ended_at__isnull=True),
                name="message_waiting",
            ),
            models.Index(fields=["forget_at"], condition=Q(forget_at__isnull=False), name="message_to_forget"),
            # Letters that never left are asked for on each home page of an officer: few among very many.
            models.Index(fields=["once"], condition=Q(template="written") & ~Q(end=""), name="message_never_left"),
            models.Index(fields=["refused_at"], condition=Q(refused_at__isnull=False), name="message_refused"),
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="message_sent"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="message_ended"),
            models.Index(fields=["mailing", "sent_at"], condition=Q(mailing__isnull=False), name="message_of_mailing"),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk} ({self.template})"


class LeftMail(models.Model):
    """A mail that has left, and could not be noted as sent at once, since somebody held a row that this asks for.

    Nobody sends it again, and the next sender notes it. `bases` are those that it told of. No foreign key ties it to
    its message: it would wait for the very row that is held.
    """

    message_id = models.BigIntegerField(unique=True)
    left_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of a mail that asks for a consent.")
    bases = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"Mail {self.message_id} has left"


class Standstills(models.QuerySet["MailStandstill"]):
    def open(self) -> Standstills:
        """The one that is going on, if there is one."""
        return self.filter(ended_at__isnull=True)


class MailStandstill(models.Model):
    """A time in which the mail server was at fault, so that nothing was sent but one mail after a while, as a trial.

    `reply` is what it said to `domains` companies alike, or the kind of error where it could not be used at all; then
    `domains` is 0.
    """

    reply = models.CharField()
    domains = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    try_at = models.DateTimeField(help_text="When the next mail is sent as a trial.")
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="When staff were told that it began.")
    told_end_at = models.DateTimeField(null=True, help_text="When they were told that it is over.")

    objects = Standstills.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="standstill_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(told_end_at__isnull=True) | Q(told_at__isnull=False, ended_at__isnull=False),
                name="standstill_its_end_is_told_last",
            ),
        ]

    def __str__(self) -> str:
        return f"Standstill {self.pk}"
