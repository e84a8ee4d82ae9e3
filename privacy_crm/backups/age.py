"""How old the backups are: what people were told of when the last copy of them is gone has to be true (L11)."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Worry
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from privacy_crm.backups import places

_A_DAY = dt.timedelta(days=1)


def backups() -> list[dt.datetime]:
    """Return when each backup was made that is kept at BACKUP_URL, the oldest first."""
    names = places.of(settings.BACKUP_URL).names() if settings.BACKUP_URL else []
    return sorted(made for name in names if (made := places.made_at(name)))


def problem(*, at: dt.datetime) -> str:
    """Return what is wrong with the age of the backups, in words for those who operate the system; empty: nothing."""
    if not settings.BACKUP_URL:
        return _("BACKUP_URL is not set, so the age of the backups is not checked.")
    try:
        made = backups()
    except Exception as error:  # whatever a bucket says; it may quote its address
        return _("The backups cannot be read (%s). See whether BACKUP_URL can be reached.") % type(error).__name__
    if not made or made[-1] < at - 2 * _A_DAY:
        if not made:
            return _("There has been no backup yet. Run `manage.py backup` each day.")
        return _("There has been no backup since %s. Run `manage.py backup` each day.") % date_format(made[-1])
    if made[0] < at - (settings.BACKUP_DAYS + 1) * _A_DAY:
        days = (at - made[0]).days
        text = _(
            "The oldest backup is %(days)s days old, and people were told %(told)s (BACKUP_DAYS). Delete what is older."
        )
        return text % {"days": days, "told": settings.BACKUP_DAYS}
    return ""


@register("backups", deploy=True)
def backups_are_as_old_as_told(**_options: Any) -> list[CheckMessage]:
    found = problem(at=timezone.now())
    return [Worry(found, id="privacy_crm.W011")] if found else []
