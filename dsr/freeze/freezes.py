"""A person whose request is being answered is frozen: the night deletes nothing under the officer's hands."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from contacts.base import held
from contacts.base.days import day_of
from contacts.models import Contact, Message, PolicyVersion
from contacts.outbox import notices
from contacts.words.vocabulary import MailTemplate, NoticeKind
from dsr.models import Handover, Request
from dsr.records import restricted
from retention.holds import holds
from retention.models import Hold, HoldKind, HoldReason

_A_DAY = dt.timedelta(days=1)
_A_MOMENT = dt.timedelta(microseconds=1)  # what ends at midnight lasts through the day before


def spare(request: Request, people: Collection[Contact], *, at: dt.datetime, by: str) -> None:
    """Freeze the people whom a request is about, until their last request is closed.

    An objection restricts as well; not before it is sure that it is theirs.
    """
    restricts = restricted.is_weighed(request)
    for person in people:
        holds.place(person, HoldKind.FREEZE, HoldReason.REQUEST, until=None, at=at, by=by)
        if restricts:
            holds.place(person, HoldKind.FREEZE, HoldReason.RESTRICTION, until=None, at=at, by=by)
            notices.enqueue(NoticeKind.RESTRICTED, [person.pk], at=at)


def release(people: Collection[Contact], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """End the freeze of those of whom no request stands any more. Call it once the request is closed.

    It lasts until a package that was made ready for them can be fetched no more, and what was written to them has left.
    People are locked before it is asked whether another request of theirs stands: were two closed at once, each would
    else take the other for standing, and the freeze would never end.
    """
    for person in lock(people):
        if not Request.objects.standing().of_people([person.pk]).exists():
            _end(person, max(day, _answered_on(person, at) or day), at, by)


def stay(people: Collection[Contact], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Freeze people of whom no request stands once more, for what was made ready for them after it had been closed."""
    for person in lock(people):
        last = _answered_on(person, at)
        if last and last > day and not Request.objects.standing().of_people([person.pk]).exists():
            holds.place(person, HoldKind.FREEZE, HoldReason.REQUEST, until=last, at=at, by=by)


def release_answered(*, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """End the freeze of those whose last letter has left meanwhile, or never will: the next night deals with them."""
    day = day_of(at, policy.zone)
    frozen = Hold.objects.standing(day).filter(kind=HoldKind.FREEZE, reason=HoldReason.REQUEST, until__gt=day)

    @transaction.atomic
    def act(keys: list[int]) -> None:
        release(Contact.objects.filter(pk__in=keys), day=day, at=at, by=by)

    people = held.by_key(Contact.objects.filter(pk__in=frozen.values("contact")))
    held.sweep("people who were answered", people, act)


def _answered_on(person: Contact, at: dt.datetime) -> dt.date | None:
    """Return the last day on which they may still fetch a package, or a letter may still be waiting to be sent."""
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        return None
    packages = Handover.objects.filter(request__subjects__contact=person, expires_at__gt=at)
    letters = Message.objects.filter(contact=person, template=MailTemplate.WRITTEN, forget_at__isnull=False)
    ends = [*packages.values_list("expires_at", flat=True), *letters.values_list("forget_at", flat=True)]
    return max((day_of(end - _A_MOMENT, policy.zone) for end in ends if end), default=None)


def claim(people: Collection[Contact], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Freeze people whose details are needed for a legal claim, until the officer ends that hold.

    Whom a claim freezes beyond this day already stays so as it was noted.
    """
    for person in lock(people):
        claims = Hold.objects.standing(day + _A_DAY).filter(contact=person, reason=HoldReason.LEGAL_CLAIM)
        if not claims.exists():
            holds.place(person, HoldKind.FREEZE, HoldReason.LEGAL_CLAIM, until=None, at=at, by=by)


def let_go(request: Request, people: Collection[Contact], *, day: dt.date, at: dt.datetime, by: str) -> None:
    """Undo what a locked request did to people whom it was about by mistake, and is not about any more.

    The restriction that came with it ends where no other request of theirs needs it, and recipients are told. They are
    not: it was none that they had asked for (Art. 18(3) GDPR).
    """
    release(people, day=day, at=at, by=by)
    if not restricted.began_with(request):
        return
    for person in lock(people):
        if not restricted.is_needed_for(person.pk) and _end(person, day, at, by, HoldReason.RESTRICTION):
            notices.enqueue(NoticeKind.LIFTED, [person.pk], at=at)


def lock(people: Collection[Contact]) -> list[Contact]:
    """Lock people in key order, as every act does, until the transaction ends, and return those who are still held."""
    keys = [person.pk for person in people]
    return list(Contact.objects.filter(pk__in=keys).order_by("pk").select_for_update())


def _end(person: Contact, day: dt.date, at: dt.datetime, by: str, reason: HoldReason = HoldReason.REQUEST) -> bool:
    """Have a freeze end on a day, and tell whether there was one that did not yet."""
    later = Hold.objects.filter(Q(until__isnull=True) | Q(until__gt=day))
    frozen = list(later.filter(contact=person, kind=HoldKind.FREEZE, reason=reason))
    for hold in frozen:
        holds.end(hold, day=day, at=at, by=by)
    return bool(frozen)
