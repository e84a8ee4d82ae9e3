"""Take from an account what lets somebody in: its second factors, where phone and codes are lost, and its log-ins."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from privacy_crm.access import logins, targets, telling
from privacy_crm.access.targets import AccountRefusedError

OTHERS = "others"


@transaction.atomic
def reset(user_id: int, *, at: dt.datetime, by: str) -> None:
    """Take every factor of an account away, and end all its log-ins.

    Raises AccountRefusedError where somebody means their own, which they remove on their account's page, after they
    have shown it; and where there is none.
    """
    targets.locked(user_id, by=by)
    taken, _kinds = Authenticator.objects.filter(user=user_id).delete()
    if not taken:
        raise AccountRefusedError(_("This account has no second factor."))
    telling.changed("account.factors_reset", user_id, at=at, by=by)
    logins.end_all(user_id)


@transaction.atomic
def end_logins(user_id: int, *, at: dt.datetime, by: str) -> int:
    """End all log-ins of somebody else's account, and return how many they were."""
    targets.locked(user_id, by=by)
    telling.changed("account.logins_ended", user_id, at=at, by=by)
    return logins.end_all(user_id)


@transaction.atomic
def end_own_logins(user_id: int, which: str, *, but: str, at: dt.datetime) -> bool:
    """End one of one's own log-ins, by its handle, or all OTHERS than the one with this key; tell whether any was."""
    ended = logins.end_all(user_id, but=but) if which == OTHERS else logins.end(user_id, which, but=but)
    if ended:
        telling.changed("account.own_logins_ended", user_id, at=at, by=f"user:{user_id}")
    return bool(ended)
