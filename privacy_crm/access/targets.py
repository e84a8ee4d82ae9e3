"""Whose account an act is about: locked, and refused where it is one's own or stands above the one who acts."""

from django.contrib.auth.models import Group, User
from django.utils.translation import gettext as _

from privacy_crm.roles import CONFIRMED

OPERATOR = "operator"


class AccountRefusedError(ValueError):
    """It cannot be; the message says why."""


def number(by: str) -> int | None:
    """Return the key of the member of staff who acts, None for the operator."""
    told = by.removeprefix("user:")
    return int(told) if told != by else None


def locked(user_id: int, *, by: str) -> User:
    """Lock an account that somebody else changes, behind the roles that take two people, and return it.

    All acts lock in this order, so that who may confirm is the same from the decision on until it is carried out.
    Raises AccountRefusedError for one's own account, and for a superuser's where no superuser acts.
    """
    list(Group.objects.filter(name__in=CONFIRMED).order_by("pk").select_for_update())
    user = User.objects.select_for_update().get(pk=user_id)
    actor = number(by)
    if actor == user_id:
        raise AccountRefusedError(_("This is your own account. Somebody else has to do this for you."))
    if user.is_superuser and actor and not User.objects.filter(pk=actor, is_superuser=True).exists():
        raise AccountRefusedError(_("Only a superuser changes the account of one."))
    return user
