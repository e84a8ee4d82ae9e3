"""Take the second factors of an account away, whose owner has lost phone and codes: they set up a new one."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit


class ResettingError(Exception):
    """Why the factors stay, in words for whoever wanted to take them away."""


@transaction.atomic
def reset(user_id: int, *, at: dt.datetime, by: str) -> None:
    """Take every factor of an account away, which closes the pages of staff to all its sessions.

    Raises ResettingError where somebody means their own, which they remove on their account's page, after they have
    shown it; and where there is none.
    """
    if by == f"user:{user_id}":
        raise ResettingError(_("This is your own account. Remove its second factors on your account's page."))
    taken, _kinds = Authenticator.objects.filter(user=user_id).delete()
    if not taken:
        raise ResettingError(_("This account has no second factor."))
    audit.record("account.factors_reset", at=at, by=by, rule=f"user:{user_id}")
