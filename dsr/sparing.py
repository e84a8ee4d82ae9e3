"""A person whose request is being answered is frozen: the night deletes nothing under the officer's hands."""

import datetime as dt
from collections.abc import Collection

from contacts import notices
from contacts.models import Contact
from contacts.vocabulary import NoticeKind
from dsr.models import Request
from dsr.vocabulary import Kind
from retention import holds
from retention.models import Hold, HoldKind, HoldReason

# While it is weighed, or asked for, the details are only stored (Art. 18(1)(d) GDPR).
_RESTRICTING = (Kind.OBJECTION,)


def spare(request: Request, people: Collection[Contact], *, at: dt.datetime, by: str) -> None:
    """Freeze the people whom a request is about, until their last request is closed."""
    for person in people:
        holds.place(person, HoldKind.FREEZE, HoldReason.REQUEST, until=None, at=at, by=by)
        if request.kind in _RESTRICTING:
            holds.place(person, HoldKind.FREEZE, HoldReason.RESTRICTION, until=None, at=at, by=by)
            notices.owe(NoticeKind.RESTRICTED, [person.pk], at=at)


def release(people: Collection[Contact], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """End the freeze of those of whom no request stands any more. Call it once the request is closed.

    People are locked before it is asked whether another request of theirs stands: were two closed at once, each would
    else take the other for standing, and the freeze would never end.
    """
    for person in lock(people):
        if not Request.objects.standing().of_people([person.pk]).exists():
            _end(person, day, at, by)


def let_go(request: Request, people: Collection[Contact], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Undo what a locked request did to people whom it was about by mistake, and is not about any more."""
    release(people, day=day, at=at, by=by)
    if request.kind not in _RESTRICTING:
        return
    for person in lock(people):
        if not Request.objects.of_people([person.pk]).filter(kind__in=[*_RESTRICTING, Kind.RESTRICTION]).exists():
            _end(person, day, at, by, HoldReason.RESTRICTION)


def lock(people: Collection[Contact]) -> list[Contact]:
    """Lock people in key order, as every act does, until the transaction ends, and return those who are still held."""
    keys = [person.pk for person in people]
    return list(Contact.objects.filter(pk__in=keys).order_by("pk").select_for_update())


def _end(person: Contact, day: dt.date, at: dt.datetime, by: str, reason: HoldReason = HoldReason.REQUEST) -> None:
    frozen = Hold.objects.standing(day).filter(contact=person, kind=HoldKind.FREEZE, reason=reason)
    for hold in frozen:
        holds.end(hold, day=day, at=at, by=by)
