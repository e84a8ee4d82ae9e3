"""Remind the officers by mail of answers that will be due soon, and each day of those that are overdue (L1).

What staff have passed on since is named, too: its clock runs, and nobody has looked at it yet. So is what was promised
to somebody by tomorrow.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base import alone, job_runs, officers, staff_mails
from contacts.base.days import day_of
from contacts.models import JobRun, PolicyVersion
from contacts.outbox import links
from dsr.clock.unanswered import CLOSE_AFTER
from dsr.models import Request
from dsr.records import timeline
from dsr.words.vocabulary import State, Step

HOUR = 8  # in the company's time zone
DAYS_BEFORE = (14, 7, 3, 1)
TOLD = "requests named to officers"  # among the jobs, when that was last

_ONE_DAY = dt.timedelta(days=1)
_LOCK = 4_711_679_063  # any number that is ours alone


def tick(*, policy: PolicyVersion, at: dt.datetime) -> int:
    """Send the day's reminder from eight o'clock on, once a day, and return how many requests it names."""
    day = day_of(at, policy.zone)
    if at.astimezone(policy.zone).hour < HOUR or _is_told(day, policy):
        return 0
    return remind(day, at=at, by="reminding")


def _is_told(day: dt.date, policy: PolicyVersion) -> bool:
    last = JobRun.objects.filter(task=TOLD).values_list("succeeded_at", flat=True).first()
    return bool(last and day_of(last, policy.zone) == day)


def remind(day: dt.date, *, at: dt.datetime, by: str) -> int:
    """Send one mail with all that is to be told on a day to each officer, and return how many requests it names.

    Nothing is locked while a mail server takes its time. They are marked once the mail has left: a crash in between
    sends it again, never not at all. Where no officer has an address, it waits for one.
    """
    with alone.if_nobody_else(_LOCK) as ours:
        return _remind(day, at=at, by=by) if ours else 0


def _remind(day: dt.date, *, at: dt.datetime, by: str) -> int:
    to = officers.who_may("dsr.handle_request")
    due = list(Request.objects.filter(_to_tell(day))) if to else []
    if not due:
        return 0
    due.sort(key=lambda request: (_first_day(request), request.pk))
    staff_mails.send(staff_mails.written(to, lambda: (_subject(due, day), _body(due, day))))
    _mark(due, day, at=at, by=by)
    return len(due)


@transaction.atomic
def _mark(due: list[Request], day: dt.date, *, at: dt.datetime, by: str) -> None:
    """Note that officers heard of these on this day. A request that somebody holds is named again on the next day."""
    job_runs.succeeded(TOLD, at=at)
    named = Request.objects.filter(pk__in=[request.pk for request in due])
    told = list(named.select_for_update(no_key=True, skip_locked=True))
    timeline.record_each(told, Step.WARNED, at=at, by=by)
    Request.objects.filter(pk__in=[request.pk for request in told]).update(warned_on=day)


def _to_tell(day: dt.date) -> Q:
    """What has come nearer than one of DAYS_BEFORE since officers last heard of it, and what is overdue today.

    A reminder that was missed is made up for by the next one, and two that were missed by a single one. What waits for
    the person is left alone, until they have not answered for so long that their letter can only go by post.
    """
    unheard = Q(warned_on__isnull=True)
    not_today = unheard | Q(warned_on__lt=day)
    near = (Q(safe_on__lt=day) | Q(agreed_by__lte=day + _ONE_DAY)) & not_today | _NEWS & unheard
    for days in DAYS_BEFORE:
        number = dt.timedelta(days=days)
        near |= Q(safe_on__lte=day + number) & (unheard | Q(warned_on__lt=F("safe_on") - number))
    stuck = Q(state=State.ASKED, paused_since__lt=day - CLOSE_AFTER - _ONE_DAY) & not_today
    return Q(state__in=[State.NEW, State.OPEN]) & near | stuck


_NEWS = Q(state=State.NEW) & ~Q(passed_on_by="")  # on the first morning after


def _subject(due: list[Request], day: dt.date) -> str:
    overdue = sum(_first_day(request) < day or request.state == State.ASKED for request in due)
    news = sum(_is_news(request, day) for request in due)
    soon = len(due) - overdue - news
    said = {
        ngettext("%(number)s overdue", "%(number)s overdue", overdue): overdue,
        ngettext("%(number)s due soon", "%(number)s due soon", soon): soon,
        ngettext("%(number)s passed on by staff", "%(number)s passed on by staff", news): news,
    }
    numbers = ", ".join(text % {"number": number} for text, number in said.items() if number)
    return _("Requests to answer: %(numbers)s") % {"numbers": numbers}


def _body(due: list[Request], day: dt.date) -> str:
    """Return the mail's text, with no person in it."""
    inbox = links.absolute(reverse("admin:dsr_request_changelist"))
    lines = "\n".join(_line(request, day) for request in due)
    text = _("What is due first stands first.\n\n%(lines)s\n\nAll requests: %(page)s\n")
    return text % {"lines": lines, "page": inbox}


def _first_day(request: Request) -> dt.date:
    """Return by when something has to be done: the answer, or what was promised before it."""
    return min(request.safe_on, request.agreed_by or request.safe_on)


def _is_news(request: Request, day: dt.date) -> bool:
    """Tell whether a request is named for nothing but that staff have passed it on."""
    passed_on = request.state == State.NEW and request.passed_on_by and request.warned_on is None
    return bool(passed_on) and request.safe_on > day + dt.timedelta(days=DAYS_BEFORE[0])


def _line(request: Request, day: dt.date) -> str:
    news = _("passed on by staff") if _is_news(request, day) else ""
    promised = _("promised by %(day)s") % {"day": date_format(request.agreed_by)} if request.agreed_by else ""
    facts = [request.get_kind_display(), news, promised, _when(request, day)]
    return f"{request.number}: {', '.join(str(fact) for fact in facts if fact)}"


def _when(request: Request, day: dt.date) -> str:
    if request.paused_since:
        text = _("no answer since %(day)s: close it by a letter that goes by post")
        return text % {"day": date_format(request.paused_since)}
    left = (request.safe_on - day).days
    if left < 0:
        text = ngettext("was due on %(day)s (%(number)s day ago)", "was due on %(day)s (%(number)s days ago)", -left)
    elif left:
        text = ngettext("answer by %(day)s (%(number)s day left)", "answer by %(day)s (%(number)s days left)", left)
    else:
        text = _("answer by %(day)s (today)")
    return text % {"day": date_format(request.safe_on), "number": abs(left)}
