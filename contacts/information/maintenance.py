"""Restores that were rehearsed and keys that were changed, put on record when it is done: reviews read them (P18)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit
from contacts.models import Maintenance, MaintenanceKind
from contacts.people.restriction_guard import today


class MaintenanceError(ValueError):
    """What was told cannot be put on record; the message says why."""


@transaction.atomic
def drilled(note: str, *, worked: bool, on: dt.date, at: dt.datetime, by: str) -> Maintenance:
    """Put on record that a restore was rehearsed, and whether it worked. Raises MaintenanceError for a day to come."""
    if on > today(at):
        raise MaintenanceError(_("A drill can be recorded once it was done."))
    return _add(MaintenanceKind.RESTORE_DRILL, note.strip(), worked=worked, on=on, at=at, by=by)


@transaction.atomic
def key_changed(fingerprint: str, *, at: dt.datetime, by: str) -> Maintenance | None:
    """Put on record that the key of keyed hashes was changed to one with this fingerprint, unless it is the last."""
    last = Maintenance.objects.filter(kind=MaintenanceKind.KEY_ROTATION).order_by("-pk").first()
    if last is not None and last.note == fingerprint:
        return None
    return _add(MaintenanceKind.KEY_ROTATION, fingerprint, worked=True, on=today(at), at=at, by=by)


def _add(kind: str, note: str, *, worked: bool, on: dt.date, at: dt.datetime, by: str) -> Maintenance:
    added = Maintenance.objects.create(kind=kind, note=note, worked=worked, done_on=on, at=at, by=by)
    audit.record(f"maintenance.{kind}", at=at, by=by, rule=f"maintenance:{added.pk}")
    return added


def latest(kind: MaintenanceKind) -> Maintenance | None:
    """Return the last one on record, or None: then it is not known."""
    return Maintenance.objects.filter(kind=kind).first()
