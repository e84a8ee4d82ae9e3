"""People are invited by a link and choose their own password: nobody types one for somebody else (ADR 0058)."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.signing import BadSignature
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.base import audit
from privacy_crm.access import granting, logins, targets, telling
from privacy_crm.access.targets import AccountRefusedError
from privacy_crm.models import AccountLink, LinkKind, StaffLanguage

LASTS = {LinkKind.INVITATION: dt.timedelta(days=7), LinkKind.PASSWORD: dt.timedelta(days=1)}


class LinkOverError(ValueError):
    """The link was used, has ended, or was replaced by a newer one."""


@dataclass(frozen=True)
class Invited:
    """Who gets an account."""

    username: str
    email: str
    language: str
    first_name: str = ""
    last_name: str = ""


@transaction.atomic
def invite(invited: Invited, role: str, *, at: dt.datetime, by: str) -> tuple[User, bool]:
    """Make an account without a password, and mail its link. Returns it, and whether it has its role already.

    Raises AccountRefusedError where the name or the address is another's.
    """
    user = _account(invited)
    audit.record("account.added", at=at, by=by, rule=f"user:{user.pk}")
    given = granting.give(user.pk, role, at=at, by=by)
    _make(user.pk, LinkKind.INVITATION, at)
    return user, given


@transaction.atomic
def invite_superuser(invited: Invited, *, at: dt.datetime, by: str) -> User:
    """Make an account that may do everything, and mail its link: by the operator alone. Officers are told.

    Raises AccountRefusedError where the name or the address is another's.
    """
    user = _account(invited, is_superuser=True)
    telling.changed("account.superuser_made", user.pk, at=at, by=by)
    _make(user.pk, LinkKind.INVITATION, at)
    return user


@transaction.atomic
def send_link(user_id: int, *, at: dt.datetime, by: str) -> None:
    """Mail the owner of an account a link by which they set a new password, in place of any sent before.

    The password that they have works until then. Raises AccountRefusedError.
    """
    user = targets.locked(user_id, by=by)
    if not user.is_active:
        raise AccountRefusedError(_("This account is closed. Open it again first."))
    if not user.email:
        raise AccountRefusedError(_("This account has no e-mail address to send the link to."))
    kind = LinkKind.PASSWORD if user.has_usable_password() else LinkKind.INVITATION
    _make(user_id, kind, at)
    telling.changed("account.link_sent", user_id, at=at, by=by)


def withdraw(user_id: int, *, at: dt.datetime) -> None:
    AccountLink.objects.unused().filter(user=user_id).update(withdrawn_at=at)


def opened(token: str, *, at: dt.datetime) -> AccountLink:
    """Return the link that a mail carries. Raises BadSignature, and LinkOverError where it can no longer be used."""
    try:
        public_id = uuid.UUID(telling.sealed.unsign(token))
    except ValueError as error:
        raise BadSignature from error
    link = AccountLink.objects.usable(at).filter(Q(user__is_active=True), public_id=public_id).first()
    if link is None:
        raise LinkOverError
    return link


@transaction.atomic
def set_password(link: AccountLink, password: str, *, at: dt.datetime) -> None:
    """Use a link: the password is the owner's own, and ends all log-ins. Raises LinkOverError for whoever is second."""
    user = User.objects.select_for_update().get(pk=link.user_id)
    if not user.is_active or not AccountLink.objects.usable(at).filter(pk=link.pk).update(used_at=at):
        raise LinkOverError
    user.set_password(password)
    user.save(update_fields=["password"])
    telling.changed("account.password_set", user.pk, at=at, by=f"user:{user.pk}")
    logins.end_all(user.pk)


def _account(invited: Invited, *, is_superuser: bool = False) -> User:
    if User.objects.filter(username__iexact=invited.username).exists():
        raise AccountRefusedError(_("Another account has this log-in name."))
    if User.objects.filter(email__iexact=invited.email).exists():
        raise AccountRefusedError(_("Another account has this e-mail address."))
    names = {"first_name": invited.first_name, "last_name": invited.last_name, "email": invited.email}
    user = User.objects.create_user(invited.username, is_staff=True, is_superuser=is_superuser, **names)
    StaffLanguage.objects.create(user=user, language=invited.language)
    return user


def _make(user_id: int, kind: LinkKind, at: dt.datetime) -> None:
    withdraw(user_id, at=at)
    link = AccountLink.objects.create(user_id=user_id, kind=kind, made_at=at, ends_at=at + LASTS[kind])
    telling.owe([user_id], user_id, "account.invited", at=at, link=link)
