"""The name, the address and the language of an account. Where its mails go, the links go that open it."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from privacy_crm.access import inviting, targets, telling
from privacy_crm.access.targets import AccountRefusedError
from privacy_crm.models import RoleRequest, StaffLanguage
from privacy_crm.roles import CONFIRMED


@dataclass(frozen=True)
class Details:
    first_name: str
    last_name: str
    email: str
    language: str


def of(user: User) -> Details:
    language = StaffLanguage.objects.filter(user=user.pk).values_list("language", flat=True).first()
    return Details(user.first_name, user.last_name, user.email, language or "en")


@transaction.atomic
def change(user_id: int, told: Details, *, at: dt.datetime, by: str) -> None:
    """Change the details of somebody else's account. Raises AccountRefusedError.

    The address of an officer or an administrator is theirs to change, and so is that of somebody who is about to become
    one: with it goes the link for a new password.
    """
    user = targets.locked(user_id, by=by)
    if told.email != user.email and targets.number(by) is not None and _is_trusted(user, at):
        raise AccountRefusedError(
            _("Officers and administrators change their e-mail address themselves, on the page of their own account.")
        )
    _change(user, told, at=at, by=by)


def _is_trusted(user: User, at: dt.datetime) -> bool:
    about_to = RoleRequest.objects.open(at).filter(user=user).exists()
    return user.is_superuser or about_to or user.groups.filter(name__in=CONFIRMED).exists()


@transaction.atomic
def change_own(user_id: int, told: Details, *, at: dt.datetime) -> None:
    """Change one's own details. Raises AccountRefusedError where the address is another account's."""
    _change(User.objects.select_for_update().get(pk=user_id), told, at=at, by=f"user:{user_id}")


def _change(user: User, told: Details, *, at: dt.datetime, by: str) -> None:
    before = of(user)
    if told == before:
        return
    if User.objects.filter(email__iexact=told.email).exclude(pk=user.pk).exists():
        raise AccountRefusedError(_("Another account has this e-mail address."))
    User.objects.filter(pk=user.pk).update(first_name=told.first_name, last_name=told.last_name, email=told.email)
    StaffLanguage.objects.update_or_create(user=user, defaults={"language": told.language})
    if told.email != before.email:
        inviting.withdraw(user.pk, at=at)
        telling.changed("account.address_changed", user.pk, at=at, by=by, address=before.email)
    if (told.first_name, told.last_name) != (before.first_name, before.last_name):
        telling.changed("account.renamed", user.pk, at=at, by=by)
    if told.language != before.language:
        telling.changed("account.language_changed", user.pk, at=at, by=by)
