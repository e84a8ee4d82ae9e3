"""After a restore: what may have left, been used or been answered since the backup about accounts of staff (L11)."""

import datetime as dt

from django.db.models import Q

from privacy_crm.access import granting
from privacy_crm.models import AccountLink, AccountMail


def withdraw(*, before: dt.datetime, at: dt.datetime) -> None:
    """Withdraw links, and roles that wait for a second person, and drop mails: whoever needs them sends them anew."""
    AccountMail.objects.filter(happened_at__lt=before).delete()
    AccountLink.objects.unused().filter(made_at__lt=before).update(withdrawn_at=at)
    granting.withdraw(Q(asked_at__lt=before), at=at)
