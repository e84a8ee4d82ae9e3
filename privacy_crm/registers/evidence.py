"""What the records say at the moment of a review, kept with its outcome: codes, ids and numbers, and no name (P18)."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from contacts.information import maintenance
from contacts.models import Maintenance, MaintenanceKind
from retention.models import StatementCheck

UNUSED = dt.timedelta(days=90)

# What weighs most among the permissions of roles.
WEIGHTY = (
    *("contacts.view_contact", "contacts.export_audience", "contacts.import_contacts", "contacts.merge_contacts"),
    *("contacts.add_disclosure", "contacts.see_restricted", "contacts.publish_policy", "contacts.approve_mailing"),
    *("dsr.handle_request", "dsr.erase_contact", "retention.add_hold", "retention.approve_purge"),
    *("auth.change_user", "privacy_crm.confirm_role", "contacts.view_auditevent"),
)


def gather(*, at: dt.datetime) -> dict[str, Any]:
    """Read what a review of safety goes by. Where there is no record, it says None: it is not known."""
    return {
        "at": at.isoformat(),
        "roles": _roles(),
        "may": {permission: _who_may(permission) for permission in WEIGHTY},
        "everything": [*_open().filter(is_superuser=True).values_list("pk", flat=True)],
        "unused": _unused(at),
        "restore_drill": _done(maintenance.latest(MaintenanceKind.RESTORE_DRILL)),
        "key_rotation": _done(maintenance.latest(MaintenanceKind.KEY_ROTATION)),
        "statements": _statements(),
    }


def _open() -> Any:
    return User.objects.filter(is_active=True).order_by("pk")


def _roles() -> dict[str, list[int]]:
    """Return the open accounts in each role, as the database has it."""
    return {
        group.name: [*_open().filter(groups=group).values_list("pk", flat=True)]
        for group in Group.objects.order_by("name")
    }


def _who_may(permission: str) -> list[str]:
    app, codename = permission.split(".")
    holding = Group.objects.filter(permissions__content_type__app_label=app, permissions__codename=codename)
    return [*holding.order_by("name").values_list("name", flat=True)]


def _unused(at: dt.datetime) -> list[dict[str, Any]]:
    """Return the open accounts that nobody has logged in to for 90 days, or ever since they were made."""
    used = _open().annotate(used_at=Coalesce("last_login", "date_joined")).filter(Q(used_at__lt=at - UNUSED))
    return [
        {"account": pk, "last_login": last.isoformat() if last else None}
        for pk, last in used.order_by(F("last_login").asc(nulls_first=True), "pk").values_list("pk", "last_login")
    ]


def _done(record: Maintenance | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {"on": record.done_on.isoformat(), "worked": record.worked, "note": record.note}


def _statements() -> dict[str, Any] | None:
    """Return what the last search for contradictions that came to its end has found."""
    check = StatementCheck.objects.filter(finished_at__isnull=False).first()
    if check is None:
        return None
    return {"at": check.at.isoformat(), "found": check.found, "failure": check.failure}
