"""What stands about accounts of staff beside Django's own tables: language, links, roles asked for, mails, log-ins."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Event


class StaffLanguage(models.Model):
    """The language in which a member of staff is written to; the site's own where there is no row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", primary_key=True)
    language = models.CharField()

    def __str__(self) -> str:
        return f"Language {self.pk}"


class LinkKind(models.TextChoices):
    INVITATION = "invitation", _("invitation")
    PASSWORD = "password", _("link for a new password")


class AccountLinks(models.QuerySet["AccountLink"]):
    def unused(self) -> AccountLinks:
        return self.filter(used_at=None, withdrawn_at=None)

    def usable(self, at: dt.datetime) -> AccountLinks:
        return self.unused().filter(ends_at__gt=at)


class AccountLink(models.Model):
    """A link by which somebody sets the password of their own account: once, until it ends or a newer one is sent.

    What the mail carries is sealed from `public_id` when it leaves: nothing that is stored opens an account.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    kind = models.CharField(choices=LinkKind)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = AccountLinks.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("made_at")), name="account_link_lasts"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(withdrawn_at__isnull=True), name="account_link_used_or_withdrawn"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lt=F("ends_at")), name="account_link_used_in_time"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="account_link_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Link {self.pk}"


class Answer(models.TextChoices):
    WAITING = "waiting", _("waiting")
    CONFIRMED = "confirmed", _("confirmed")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RoleRequests(models.QuerySet["RoleRequest"]):
    def open(self, at: dt.datetime) -> RoleRequests:
        return self.filter(answer=Answer.WAITING, ends_at__gt=at)


class RoleRequest(models.Model):
    """A role that one person wants to give to an account, and that another has to confirm before it is given."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    role = models.CharField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    answer = models.CharField(choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+")

    objects = RoleRequests.as_manager()

    class Meta:
        permissions = [("confirm_role", "Can confirm a role that somebody else gives")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("asked_at")), name="role_request_lasts"),
            models.CheckConstraint(
                condition=Q(answer="waiting", answered_at__isnull=True)
                | (~Q(answer="waiting") & Q(answered_at__isnull=False)),
                name="role_request_answered_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(answer__in=["confirmed", "declined"])
                | (Q(answered_by__isnull=False) & Q(answered_at__lt=F("ends_at"))),
                name="role_request_answered_by_somebody_in_time",
            ),
            models.CheckConstraint(
                condition=~Q(answer="confirmed") | ~Q(answered_by=F("asked_by")), name="role_request_by_two_people"
            ),
            models.UniqueConstraint(fields=["user", "role"], condition=Q(answer="waiting"), name="role_request_once"),
        ]

    def __str__(self) -> str:
        return f"Role request {self.pk}"


class AccountMail(models.Model):
    """A mail owed to a member of staff about an account: codes and ids, put into words when it leaves.

    It goes to the address of `reader`, or to `address` where that is no longer theirs. The row goes once it is sent.
    """

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    code = models.CharField()
    role = models.CharField(blank=True)
    link = models.ForeignKey(AccountLink, models.DO_NOTHING, null=True, related_name="+")
    address = models.CharField(blank=True)
    happened_at = models.DateTimeField()
    not_before = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"Account mail {self.pk}"


class OpenLogin(models.Model):
    """A session in which somebody is logged in: since when, and roughly from where. It goes with the session.

    `door` is the event where it checks guests in: those pages stay open to it until the event is over, and no longer
    than until the end that the event had when they were opened (`door_until`).
    """

    session = models.OneToOneField("sessions.Session", models.DB_CASCADE, primary_key=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    began_at = models.DateTimeField()
    used_at = models.DateTimeField()
    network = models.CharField(blank=True)
    browser = models.CharField(blank=True)
    door = models.ForeignKey(Event, models.DB_SET_NULL, null=True, related_name="+")
    door_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used_at__gte=F("began_at")), name="open_login_used_after_it_began"),
        ]

    def __str__(self) -> str:
        return f"Log-in {self.pk}"
