"""Guests come to an event: each is checked in once, by whichever phone is first, and that can be undone.

Attendance is an activity of whoever has proven their address. What somebody types at the door proves nothing: they come
in, and it counts once the owner of the address presses the button in our mail (L15).
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contacts.models import Event, PolicyVersion, Registration, SignUp
from contacts.people import activities, attendance, restriction_guard
from contacts.signups import sign_ups, verify_in_person
from contacts.signups.sign_ups import Typed
from contacts.signups.verify_in_person import Grounds, VouchError
from contacts.words.vocabulary import ActivityKind

_A_DAY = dt.timedelta(days=1)


class AttendingError(ValueError):
    """It cannot be; the message says why."""


class FullError(AttendingError):
    """All places are taken. The guest can be let in anyway, by whoever knows that there is room."""


@dataclass(frozen=True)
class Arrival:
    """A guest who is in since a moment; `again` where another phone was first.

    `key` is of their place, or of what they typed at the door.
    """

    key: int | uuid.UUID
    since: dt.datetime
    again: bool = False


def opens_at(event: Event) -> dt.datetime:
    """Return the moment from which guests can be checked in: the begin of the day before, where the event is."""
    zone = ZoneInfo(event.time_zone)
    day = event.starts_at.astimezone(zone).date() - _A_DAY
    return dt.datetime.combine(day, dt.time(), zone)


def closes_at(event: Event) -> dt.datetime:
    over: dt.datetime = event.over_at
    return over + _A_DAY


def is_open(event: Event, at: dt.datetime) -> bool:
    return event.cancelled_at is None and opens_at(event) <= at < closes_at(event)


def open_now(*, at: dt.datetime) -> list[Event]:
    """Return the events at which guests can be checked in, the first to begin first."""
    near = Event.objects.filter(cancelled_at=None, over_at__gt=at - _A_DAY, starts_at__lt=at + 2 * _A_DAY)
    return [event for event in near if is_open(event, at)]


@transaction.atomic
def check_in(event: Event, registration_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Arrival:
    """Note that a guest has come, and that they did something. Whoever is in already stays in since then.

    Raises AttendingError where check-in is closed or the guest has no place any more, and StoredOnlyError where their
    details are only stored (L6).
    """
    _check_open(event, at)
    contact_id = _guest(event, registration_id)
    with restriction_guard.changing(contact_id, at=at):
        place = _places(event).filter(pk=registration_id).first()
        before = place.attended_at if place else None
        since = attendance.note(place, at, policy=policy, at=at, by=by) if place else None
    if since is None:
        raise AttendingError(_("This guest has no place any more."))
    return Arrival(registration_id, since, again=before is not None)


@transaction.atomic
def undo(event: Event, registration_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Take back that a guest has come: the activity goes, and their clock is what it would be without it.

    Raises AttendingError where check-in is closed or the guest is not in, and StoredOnlyError.
    """
    _check_open(event, at)
    contact_id = _guest(event, registration_id)
    with restriction_guard.changing(contact_id, at=at):
        place = _places(event).filter(pk=registration_id)
        since = place.values_list("attended_at", flat=True).first()
        if since is None or not place.filter(attended_at=since).update(attended_at=None):
            raise AttendingError(_("This guest is not in."))
        activities.take_back(contact_id, ActivityKind.ATTENDANCE, since, event.slug, policy=policy, at=at, by=by)


@transaction.atomic
def admit(
    event: Event, sign_up: SignUp, *, anyway: bool = False, policy: PolicyVersion, at: dt.datetime, by: str
) -> Arrival:
    """Check in a guest whose address nobody has proven yet: whoever meets them vouches for it.

    `anyway` lets them in where all places are taken, since they stand there. Raises FullError, AttendingError and
    StoredOnlyError, with nothing changed.
    """
    _check_open(event, at)
    try:
        contact = verify_in_person.vouch(sign_up, Grounds.MET, anyway=anyway, policy=policy, at=at, by=by)
    except VouchError as refusal:
        raise (FullError if refusal.code == "full" else AttendingError)(str(refusal)) from None
    place = _places(event).filter(contact=contact).values_list("pk", flat=True).first()
    return check_in(event, place or 0, policy=policy, at=at, by=by)


@transaction.atomic
def walk_in(
    event: Event, typed: Typed, *, anyway: bool = False, policy: PolicyVersion, at: dt.datetime, by: str
) -> Arrival:
    """Let in a guest without a place, as they say who they are, and ask the address by mail whether it is theirs.

    Whether anybody is on file under it makes no difference, and touches nobody: the place and the attendance are theirs
    once they prove it. `policy` is the version that the guest was shown; `anyway` lets them in where all places are
    taken. Raises FullError and AttendingError, with nothing changed.
    """
    _check_open(event, at)
    if sign_ups.over(event, at):
        raise AttendingError(_("The event is over."))
    if not anyway and sign_ups.is_full(event):
        raise FullError(_("The event is full."))
    return Arrival(sign_ups.walk_in(event, typed, policy=policy, at=at, by=by).public_id, at)


@transaction.atomic
def undo_walk_in(event: Event, public_id: uuid.UUID, *, at: dt.datetime, by: str) -> None:
    """Forget what a guest typed at the door by mistake. Raises AttendingError where that cannot be any more."""
    _check_open(event, at)
    made = SignUp.objects.came().filter(event=event, public_id=public_id).first()
    if made is None or not sign_ups.undo_walk_in(made, at=at, by=by):
        raise AttendingError(_("This guest has a place by now: undo it there."))


def _check_open(event: Event, at: dt.datetime) -> None:
    if not is_open(event, at):
        raise AttendingError(_("Check-in is not open."))


def _places(event: Event) -> QuerySet[Registration]:
    return Registration.objects.filter(event=event, cancelled_at=None)


def _guest(event: Event, registration_id: int) -> int:
    """Return whose place it is. Raises AttendingError where there is none."""
    found = Registration.objects.filter(event=event, pk=registration_id).values_list("contact_id", flat=True).first()
    if found is None:
        raise AttendingError(_("This guest has no place any more."))
    return found
