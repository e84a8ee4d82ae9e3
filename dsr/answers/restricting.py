"""Only store what is held (Art. 18 GDPR), and use it again once the person has been told before (Art. 18(3), L6)."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from contacts.base import held
from contacts.base.days import day_of
from contacts.models import Message, PolicyVersion
from contacts.outbox import notices
from contacts.words.vocabulary import NoticeKind
from dsr.answers import answering, closing, remedies
from dsr.answers.answering import Draft
from dsr.freeze import freezes
from dsr.models import Paper, Request, Subject
from dsr.records import restricted, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, Outcome, PaperKind, RestrictionGround, State, Step
from retention.holds import holds
from retention.models import Hold, HoldKind, HoldReason


@transaction.atomic
def restrict(
    request_id: int,
    ground: RestrictionGround,
    reasons: str,
    draft: Draft,
    *,
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> Request:
    """Restrict the details of those whom a request is about, tell recipients and the person.

    A request for restriction is answered by it and closed; any other stays open. The restriction stands until it is
    lifted. Raises RequestError where nobody is named, MovedError where the request is not open.
    """
    request = transitions.lock(request_id)
    transitions.change(request, among=(State.OPEN,))
    people = freezes.lock(timeline.people(request))
    if not people:
        raise RequestError(_("Say first whom the request is about."))
    for person in people:
        holds.place(person, HoldKind.FREEZE, HoldReason.RESTRICTION, until=None, at=at, by=by)
    notices.enqueue(NoticeKind.RESTRICTED, [person.pk for person in people], at=at)
    timeline.note(request, PaperKind.REASON, reasons, data={"restriction": ground}, at=at)
    timeline.record(request, Step.RESTRICTED, at=at, by=by, rule=f"art18-1:{ground}")
    answering.send(request, draft, at=at, by=by)
    if request.kind == Kind.RESTRICTION:
        closing.close(request, Outcome.FULFILLED, policy=policy, at=at, by=by)
    return request


@transaction.atomic
def announce(
    request_id: int, on: dt.date, reasons: str, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str
) -> Request:
    """Tell the person that their details will be used again from a day on, at the earliest tomorrow; and why.

    With it ends what their other requests have restricted that are closed (`ending_with`). Raises RequestError where
    nothing is restricted, where a request that is open needs the restriction, where they were told of a later day, or
    for an earlier day than tomorrow.
    """
    request = transitions.lock(request_id)
    freezes.lock(timeline.people(request))
    if not reasons.strip():
        raise RequestError(_("Say why the details may be used again: the person is told."))
    _check_liftable(request, day_of(at, policy.zone))
    remedies.check(draft, policy)
    timeline.note(request, PaperKind.REASON, reasons, data={"lifts_on": on.isoformat()}, at=at)
    tell(request, on, draft, also=ending_with(request), policy=policy, at=at, by=by)
    return request


def ending_with(request: Request) -> list[Request]:
    """Return the other requests, all closed, whose restriction ends where the end of this one's is announced now."""
    others = restricted.needing(request, dt.date.min)
    return [other for other in others if not other.is_standing and restricted.announced_for(other) is None]


def answer(request: Request, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Send the letter that settles a locked request. Where it ends a restriction, that ends on the day after."""
    if on := restricted.ends_on(request, day_of(at, policy.zone)):
        tell(request, on, draft, policy=policy, at=at, by=by)
    else:
        answering.send(request, draft, at=at, by=by)


def tell(
    request: Request,
    on: dt.date,
    draft: Draft,
    *,
    also: Collection[Request] = (),
    policy: PolicyVersion,
    at: dt.datetime,
    by: str,
) -> None:
    """Send the letter by which the person hears that the restriction of a locked request ends `on` a day.

    `also` are others of theirs whose restriction ends with it. Raises RequestError for a day before tomorrow, and where
    any other request needs the restriction: the letter would promise what does not come.
    """
    if on <= day_of(at, policy.zone):
        raise RequestError(_("The person has to be told before: the earliest day is tomorrow (Art. 18(3) GDPR)."))
    _check_needed(request, on, also)
    paper = answering.send(request, draft, at=at, by=by)
    paper.data = {**paper.data, "lifts_on": on.isoformat()}
    if also:
        paper.data["ends"] = [other.number for other in also]
    paper.save(update_fields=["data"])


@transaction.atomic
def lift(request_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Lift a restriction that was announced, and tell recipients. The details are used again from that day on.

    Raises RequestError where the person was not told on an earlier day, or the day that they were told is to come.
    """
    request, *others = _lock_with_others(request_id)
    day = day_of(at, policy.zone)
    _check_liftable(request, day)
    _check_needed(request, day)
    _check_told(request, day, policy)
    people = {person.pk for person in freezes.lock(timeline.people(request))}
    for hold in restricted.holds(request, day):
        holds.end(hold, day=day - dt.timedelta(days=1), at=at, by=by)
    notices.enqueue(NoticeKind.LIFTED, people, at=at)
    for each in [request, *(other for other in others if _ends_too(other, people))]:
        timeline.record(each, Step.LIFTED, at=at, by=by)
    return request


def lift_due(*, policy: PolicyVersion, at: dt.datetime, by: str) -> int:
    """Lift what was announced for today or before, where the letter has gone out, and return how many requests."""
    day = day_of(at, policy.zone)
    due = Paper.objects.filter(kind=PaperKind.LETTER, data__lifts_on__lte=day.isoformat())
    frozen = Hold.objects.standing(day).filter(reason=HoldReason.RESTRICTION).values("contact")
    found = due.filter(contact__in=frozen).order_by("request").values_list("request", flat=True).distinct()
    lifted: list[bool] = []
    one_by_one = ([request_id] for request_id in list(found))
    held.sweep("restrictions", one_by_one, lambda ids: lifted.append(_lifted(ids[0], policy, at, by)))
    return sum(lifted)


def _lock_with_others(request_id: int) -> list[Request]:
    """Lock a request, and the others of its people, in key order as `duplicates` does; it comes first."""
    people = list(Subject.objects.filter(request=request_id).values_list("contact", flat=True))
    keys = {request_id, *Request.objects.of_people(people).values_list("pk", flat=True)}
    locked = {pk: transitions.lock(pk) for pk in sorted(keys)}
    return [locked.pop(request_id), *locked.values()]


def _ends_too(other: Request, people: Collection[int]) -> bool:
    """Tell whether the restriction of another request, whose end was told, has ended with that of these people."""
    within = set(other.subjects.values_list("contact", flat=True)) <= set(people)
    return within and restricted.announced_for(other) is not None


def _check_liftable(request: Request, day: dt.date) -> None:
    if not restricted.is_restricted(request, day):
        raise RequestError(_("Nothing is restricted."))
    if request.kind == Kind.OBJECTION and request.is_standing:
        raise RequestError(_("The interests are still to be weighed."))


def _check_needed(request: Request, on: dt.date, also: Collection[Request] = ()) -> None:
    """Raise RequestError where another request than `also` needs the restriction on a day."""
    for other in restricted.needing(request, on):
        if other not in also:
            raise RequestError(_("Request %(number)s needs the restriction, too.") % {"number": other.number})


def _lifted(request_id: int, policy: PolicyVersion, at: dt.datetime, by: str) -> bool:
    try:
        lift(request_id, policy=policy, at=at, by=by)
    except RequestError:
        return False  # not told yet, or another request needs it: it stays, and the officer sees why
    return True


def _check_told(request: Request, day: dt.date, policy: PolicyVersion) -> None:
    letter = restricted.announcement(request)
    if letter is None:
        raise RequestError(_("Tell the person first: they have to hear of it before (Art. 18(3) GDPR)."))
    on, told_on = dt.date.fromisoformat(letter.data["lifts_on"]), _told_on(letter, policy)
    if told_on is None:
        raise RequestError(_("The letter that tells the person has not gone out yet."))
    if day <= told_on or day < on:
        earliest = max(on, told_on + dt.timedelta(days=1))
        text = _("The person was told of a later day: the earliest is %(day)s.")
        raise RequestError(text % {"day": date_format(earliest)})


def _told_on(letter: Paper, policy: PolicyVersion) -> dt.date | None:
    """Return the day on which a letter was posted, or taken by the mail server; None where it was not."""
    if posted := letter.data.get("posted_on"):
        return dt.date.fromisoformat(posted)
    sent = Message.objects.filter(public_id=letter.data.get("message"), sent_at__isnull=False).first()
    return day_of(sent.sent_at, policy.zone) if sent and sent.sent_at else None
