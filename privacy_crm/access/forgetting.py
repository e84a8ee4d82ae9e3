"""What was asked and done about accounts goes with the trail that says the same."""

import datetime as dt

from contacts.base import held
from contacts.models import PolicyVersion
from privacy_crm.models import AccountLink, AccountMail, RoleRequest, StaffLanguage
from retention.audit import trail


def forget(*, months: int, policy: PolicyVersion, at: dt.datetime) -> None:
    """Delete links and requests for roles that ended `months` calendar months ago, and languages of closed accounts.

    What a mail that is owed needs stays until it has left. The account itself stays: what was done names its number.
    """
    until = trail.over_at(months, policy, at)
    owed = AccountMail.objects.all()
    held.delete(AccountLink.objects.filter(ends_at__lt=until).exclude(pk__in=owed.exclude(link=None).values("link")))
    held.delete(RoleRequest.objects.filter(ends_at__lt=until))
    held.delete(StaffLanguage.objects.filter(user__is_active=False).exclude(pk__in=owed.values("reader")))
