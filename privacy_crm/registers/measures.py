"""Technical and organisational measures (Art. 30(1)(g), 32 GDPR), read from roles, settings and records."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.information import maintenance
from contacts.models import MaintenanceKind
from privacy_crm.access.account_words import ROLES
from privacy_crm.access.logins import LASTS, UNUSED
from privacy_crm.postgresql import rights


def general() -> list[str]:
    """Return what protects all data alike, in the language that is active."""
    return [*_doors(), *_traces(), *_losses()]


def readers(permissions: set[str]) -> str:
    """Return which roles may do one of these, as the database has it."""
    codenames = [name.partition(".")[2] for name in permissions]
    found = Group.objects.filter(permissions__codename__in=codenames).distinct().order_by("name")
    names = ", ".join(str(ROLES.get(name, name)) for name in found.values_list("name", flat=True))
    return _("Who may read it, by role: %s.") % names if names else _("No role may read it.")


def unknown(who: Any) -> str:
    """Say that something is on no record, and who can add it."""
    return str(_("Not known. %s") % who)


def _doors() -> Iterator[str]:
    if settings.SECOND_FACTOR:
        yield _("Staff log in with a password and a second factor, or with a passkey.")
    else:
        yield _("Staff log in with a password alone: the second factor is switched off (SECOND_FACTOR).")
    hours = {"longest": int(LASTS.total_seconds() // 3600), "idle": int(UNUSED.total_seconds() // 60)}
    yield _("A log-in ends after %(longest)s hours, or after %(idle)s minutes without use.") % hours
    minutes = settings.FRESH_FACTOR_SECONDS // 60
    yield _("Important actions ask for the second factor again after %s minutes.") % minutes
    if settings.SESSION_COOKIE_SECURE:
        yield _("All pages come encrypted (TLS).")
    else:
        yield _("Pages do not have to come encrypted: HTTPS is switched off in the settings.")
    if rights.are_apart():
        yield _("The application's database role cannot change tables or the audit trail.")
    else:
        yield _("The application works with the database as its owner: two roles are not set up.")


def _traces() -> Iterator[str]:
    yield _("Each look at a person and each change is on the audit trail, for %s months.") % settings.AUDIT_MONTHS
    yield _("Data past its period is deleted each night. A night that finds too much waits for approval.")
    above = settings.AUDIENCE_REASON_ABOVE
    yield _("Lists of more than %(above)s people need a reason, and are used or deleted within %(days)s days.") % {
        "above": above,
        "days": settings.AUDIENCE_DAYS,
    }


def _losses() -> Iterator[str]:
    if settings.BACKUP_URL:
        yield _("Backups are kept for %s days, and a journal brings later deletions back after a restore.") % (
            settings.BACKUP_DAYS
        )
    else:
        yield unknown(_("The operators of the system set where backups are kept (BACKUP_URL)."))
    yield _drill()
    yield _("Encryption of disks and backups: %s") % disks()
    yield _("Logs: %s") % logs()


def disks() -> str:
    """Return how disks and backups are encrypted, as the operator states it."""
    if not settings.DISK_ENCRYPTION:
        return unknown(_("Those who operate the system say whether disks and backups are encrypted (DISK_ENCRYPTION)."))
    return f"{settings.DISK_ENCRYPTION} ({_stated()})"


def logs() -> str:
    """Return after how many days logs are deleted, as the operator states it."""
    if not settings.LOG_DAYS:
        return unknown(_("Those who operate the system say after how many days logs are deleted (LOG_DAYS)."))
    kept = ngettext("They are deleted after %s day.", "They are deleted after %s days.", settings.LOG_DAYS)
    return f"{kept % settings.LOG_DAYS} ({_stated()})"


def _stated() -> str:
    if settings.STATED_ON is None:
        return _("stated by the operator; on which day is not known")
    return _("stated by the operator on %s") % date_format(settings.STATED_ON, "DATE_FORMAT")


def _drill() -> str:
    last = maintenance.latest(MaintenanceKind.RESTORE_DRILL)
    if last is None:
        return _("Last restore drill: %s") % unknown(_("An officer or administrator records it under Maintenance."))
    text = _("Last restore drill: %s, and it worked.") if last.worked else _("Last restore drill: %s, and it failed.")
    return text % date_format(last.done_on, "DATE_FORMAT")
