"""The person does not answer our question: they are reminded once, and then the request is closed by letter (L2).

A question about the scope is another matter: unanswered, the request goes on about everything (recital 63 GDPR).
"""

import datetime as dt
from collections.abc import Callable

from django.db import transaction

from contacts.base import held
from contacts.base.days import day_of
from contacts.models import PolicyVersion
from dsr.answers import answering, closing, restricting, undelivered
from dsr.freeze import freezes
from dsr.letters.answers import unidentified
from dsr.letters.common import spoken
from dsr.letters.question import question_reminder
from dsr.models import Request, Requests
from dsr.records import restricted, timeline, transitions
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Outcome, PaperKind, RefusalGround, State, Step

HOUR = 6  # in the company's time zone
REMIND_AFTER = dt.timedelta(days=14)
CLOSE_AFTER = dt.timedelta(days=30)
EVERYTHING_AFTER = dt.timedelta(days=14)


def tick(*, policy: PolicyVersion, at: dt.datetime, by: str) -> int:
    """Do the day's work from six o'clock on. What somebody held at one tick is done at the next."""
    return follow_up(policy=policy, at=at, by=by) if at.astimezone(policy.zone).hour >= HOUR else 0


def follow_up(*, policy: PolicyVersion, at: dt.datetime, by: str) -> int:
    """Close what is unanswered when 30 days are over, remind after 14, and return how many requests it was.

    Each happens once, however many workers do it at once. Whoever is reached by post alone, or never got the question,
    is left to the officer, who hears of it (`reminding`); where the person is gone from the file meanwhile, nobody is
    left to write to. What somebody else holds is left for the next time.
    """
    day = day_of(at, policy.zone)
    closed = _each(_given_up(day), lambda pk: _close(pk, policy=policy, at=at, by=by))
    closed += _each(_about_everything(day), lambda pk: _go_on(pk, policy=policy, at=at, by=by))
    return closed + _each(_unreminded(day), lambda pk: _remind(pk, policy=policy, at=at, by=by))


def _each(found: Requests, act: Callable[[int], bool]) -> int:
    done: list[bool] = []
    one_by_one = ([pk] for pk in list(found.order_by("pk").values_list("pk", flat=True)))
    held.sweep("questions", one_by_one, lambda keys: done.append(act(keys[0])))
    return sum(done)


@transaction.atomic
def _close(request_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> bool:
    request = transitions.lock(request_id)
    if not _given_up(day_of(at, policy.zone)).filter(pk=request_id).exists() or not _has_left(request):
        return False
    if _is_reached_by_mail(request):
        _say_that_it_is_closed(request, policy=policy, at=at, by=by)
    elif request.papers.exists():
        return False  # they are reached by post alone, which is for the officer
    closing.close(request, Outcome.UNIDENTIFIED, refusal=RefusalGround.NOT_IDENTIFIED, policy=policy, at=at, by=by)
    return True


@transaction.atomic
def _go_on(request_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> bool:
    request = transitions.lock(request_id)
    day = day_of(at, policy.zone)
    if not _about_everything(day).filter(pk=request_id).exists():
        return False
    transitions.move(
        request, timeline.resting_state(request), among=(State.ASKED,), **transitions.resumed(request, day)
    )
    timeline.record(request, Step.RESUMED, at=at, by=by)
    return True


def _say_that_it_is_closed(request: Request, *, policy: PolicyVersion, at: dt.datetime, by: str) -> None:
    """Write the letter; it also tells of the day after, when a restriction ends that this request alone has brought."""
    freezes.lock(timeline.people(request))  # of two that are settled at once, the last ends a restriction
    day = day_of(at, policy.zone)
    tomorrow = restricted.ends_on(request, day)
    facts = {"asked_on": request.paused_since, "on": tomorrow}
    draft = unidentified(request, policy, _language(request), facts)
    if tomorrow:
        restricting.tell(request, tomorrow, draft, policy=policy, at=at, by=by)
    else:
        answering.send(request, draft, at=at, by=by)


@transaction.atomic
def _remind(request_id: int, *, policy: PolicyVersion, at: dt.datetime, by: str) -> bool:
    day = day_of(at, policy.zone)
    request = transitions.lock(request_id)
    if not _is_reached_by_mail(request) or not _has_left(request):
        return False
    if not _unreminded(day).filter(pk=request_id).update(reminded_on=day):
        return False
    asked_on = request.paused_since or day
    facts = {"asked_on": asked_on, "closes_on": asked_on + CLOSE_AFTER}
    timeline.record(request, Step.REMINDED, at=at, by=by)
    answering.send(request, question_reminder(request, policy, _language(request), facts), at=at, by=by)
    return True


def _has_left(request: Request) -> bool:
    """Tell whether our question has gone out: who never got it has left nothing unanswered."""
    question = request.papers.filter(kind=PaperKind.QUESTION).last()
    return question is None or undelivered.left_at(question) is not None


def _is_reached_by_mail(request: Request) -> bool:
    try:
        return bool(answering.reach(request))
    except RequestError:
        return False


def _language(request: Request) -> str:
    return spoken(answering.language(request))


def _given_up(day: dt.date) -> Requests:
    return _who_asks().filter(paused_since__lt=day - CLOSE_AFTER)


def _unreminded(day: dt.date) -> Requests:
    return _who_asks().filter(paused_since__lte=day - REMIND_AFTER, reminded_on__isnull=True)


def _who_asks() -> Requests:
    return Request.objects.filter(state=State.ASKED).exclude(pk__in=Request.objects.asked_for_scope())


def _about_everything(day: dt.date) -> Requests:
    return Request.objects.asked_for_scope().filter(paused_since__lte=day - EVERYTHING_AFTER)
