"""Closing an account: nobody gets in with it any more. Whoever comes back gets their roles anew."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.journal import writing
from contacts.words.journal import JournalAct
from privacy_crm.access import granting, inviting, logins, targets, telling
from privacy_crm.access.targets import AccountRefusedError


@transaction.atomic
def close(user_id: int, *, at: dt.datetime, by: str) -> None:
    """Close an account: it loses its roles, links and log-ins, and what it asked for. Raises AccountRefusedError."""
    user = targets.locked(user_id, by=by)
    if not user.is_active:
        raise AccountRefusedError(_("This account is closed already."))
    telling.changed("account.closed", user_id, at=at, by=by)
    for role in user.groups.order_by("name").values_list("name", flat=True):
        granting.taken_away(user, role, at=at, by=by)
    granting.withdraw(Q(asked_by=user) | Q(user=user), at=at)
    inviting.withdraw(user_id, at=at)
    User.objects.filter(pk=user_id).update(is_active=False)
    logins.end_all(user_id)
    writing.write(JournalAct.ACCOUNT_CLOSED, at=at, account=user_id)


@transaction.atomic
def reopen(user_id: int, *, at: dt.datetime, by: str) -> None:
    """Open a closed account again, without any role. Raises AccountRefusedError."""
    user = targets.locked(user_id, by=by)
    if user.is_active:
        raise AccountRefusedError(_("This account is open."))
    User.objects.filter(pk=user_id).update(is_active=True)
    telling.changed("account.reopened", user_id, at=at, by=by)
