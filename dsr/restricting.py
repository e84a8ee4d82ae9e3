"""Only store what is held (Art. 18 GDPR), and use it again once the person has been told before (Art. 18(3), L6)."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format

from contacts import notices
from contacts.days import day_of
from contacts.models import Message, PolicyVersion
from contacts.vocabulary import NoticeKind
from dsr import answering, closing, moving, remedies, timeline
from dsr.answering import Draft
from dsr.models import Paper, Request
from dsr.moving import RequestError
from dsr.vocabulary import Kind, Outcome, PaperKind, RestrictionGround, State, Step
from retention import holds
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
    request = moving.lock(request_id)
    moving.change(request, among=(State.OPEN,))
    people = timeline.people(request)
    if not people:
        raise RequestError("Say first whom the request is about.")
    for person in people:
        holds.place(person, HoldKind.FREEZE, HoldReason.RESTRICTION, until=None, at=at, by=by)
    notices.owe(NoticeKind.RESTRICTED, [person.pk for person in people], at=at)
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

    Raises RequestError where nothing is restricted, where another request needs the restriction, or for an earlier day.
    """
    request = moving.lock(request_id)
    if not reasons.strip():
        raise RequestError("Say why the details may be used again: the person is told.")
    _check_liftable(request, day_of(at, policy.zone), on)
    remedies.check(draft, policy)
    timeline.note(request, PaperKind.REASON, reasons, data={"lifts_on": on.isoformat()}, at=at)
    tell(request, on, draft, policy=policy, at=at, by=by)
    return request


def tell(request: Request, on: dt.date, draft: Draft, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Send the letter by which the person hears that the restriction of a locked request ends `on` a day."""
    if on <= day_of(at, policy.zone):
        raise RequestError("The person has to be told before: the earliest day is tomorrow (Art. 18(3) GDPR).")
    paper = answering.send(request, draft, at=at, by=by)
    paper.data = {**paper.data, "lifts_on": on.isoformat()}
    paper.save(update_fields=["data"])


@transaction.atomic
def lift(request_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> Request:
    """Lift a restriction that was announced, and tell recipients. The details are used again from that day on.

    Raises RequestError where the person was not told on an earlier day, or the day that they were told is to come.
    """
    request = moving.lock(request_id)
    day = day_of(at, policy.zone)
    _check_liftable(request, day, day)
    _check_told(request, day, policy)
    people = timeline.people(request)
    for hold in _standing(request, day):
        holds.end(hold, day=day - dt.timedelta(days=1), at=at, by=by)
    notices.owe(NoticeKind.LIFTED, [person.pk for person in people], at=at)
    timeline.record(request, Step.LIFTED, at=at, by=by)
    return request


def lift_due(*, policy: PolicyVersion, at: dt.datetime, by: str) -> int:
    """Lift what was announced for today or before, where the letter has gone out, and return how many requests."""
    day = day_of(at, policy.zone)
    due = Paper.objects.filter(kind=PaperKind.LETTER, data__lifts_on__lte=day.isoformat())
    frozen = Hold.objects.standing(day).filter(reason=HoldReason.RESTRICTION).values("contact")
    found = due.filter(contact__in=frozen).order_by("request").values_list("request", flat=True).distinct()
    return sum(_lifted(request_id, policy, at, by) for request_id in list(found))


def is_restricted(request: Request, day: dt.date) -> bool:
    return _standing(request, day).exists()


def announced_for(request: Request) -> dt.date | None:
    """Return the day for which the person was last told that the restriction ends."""
    letter = _announcement(request)
    return dt.date.fromisoformat(letter.data["lifts_on"]) if letter else None


def _check_liftable(request: Request, day: dt.date, on: dt.date) -> None:
    """Raise RequestError where nothing is restricted, or where another request needs the restriction on that day."""
    if not is_restricted(request, day):
        raise RequestError("Nothing is restricted.")
    if request.kind == Kind.OBJECTION and request.is_standing:
        raise RequestError("The interests are still to be weighed.")
    people = [person.pk for person in timeline.people(request)]
    for other in Request.objects.of_people(people).exclude(pk=request.pk).order_by("pk"):
        if _needs(other, on):
            raise RequestError(f"Request {other.number} needs the restriction, too.")


def _lifted(request_id: int, policy: PolicyVersion, at: dt.datetime, by: str) -> bool:
    try:
        lift(request_id, policy=policy, at=at, by=by)
    except RequestError:
        return False  # not told yet, or another request needs it: it stays, and the officer sees why
    return True


def _check_told(request: Request, day: dt.date, policy: PolicyVersion) -> None:
    letter = _announcement(request)
    if letter is None:
        raise RequestError("Tell the person first: they have to hear of it before (Art. 18(3) GDPR).")
    on, told_on = dt.date.fromisoformat(letter.data["lifts_on"]), _told_on(letter, policy)
    if told_on is None:
        raise RequestError("The letter that tells the person has not gone out yet.")
    if day <= told_on or day < on:
        earliest = max(on, told_on + dt.timedelta(days=1))
        raise RequestError(f"The person was told of a later day: the earliest is {date_format(earliest)}.")


def _told_on(letter: Paper, policy: PolicyVersion) -> dt.date | None:
    """Return the day on which a letter was posted, or taken by the mail server; None where it was not."""
    if posted := letter.data.get("posted_on"):
        return dt.date.fromisoformat(posted)
    sent = Message.objects.filter(public_id=letter.data.get("message"), sent_at__isnull=False).first()
    return day_of(sent.sent_at, policy.zone) if sent and sent.sent_at else None


def _announcement(request: Request) -> Paper | None:
    since = request.entries.filter(step=Step.LIFTED).last()
    letters = request.papers.filter(kind=PaperKind.LETTER, data__has_key="lifts_on")
    return (letters.filter(at__gt=since.at) if since else letters).last()


def _needs(other: Request, on: dt.date) -> bool:
    """Tell whether a request stands on a restriction that has not been lifted, and is not announced to be by then."""
    restricted, lifted = (other.entries.filter(step=step).last() for step in (Step.RESTRICTED, Step.LIFTED))
    began = other.kind == Kind.OBJECTION or restricted is not None
    if not began or other.outcome == Outcome.DUPLICATE:
        return False
    announced = announced_for(other)
    ended = lifted is not None and (restricted is None or lifted.pk > restricted.pk)
    return not ended and not (announced and announced <= on)


def _standing(request: Request, day: dt.date) -> QuerySet[Hold]:
    people = request.subjects.values("contact")
    return Hold.objects.standing(day).filter(contact__in=people, reason=HoldReason.RESTRICTION).order_by("contact")
