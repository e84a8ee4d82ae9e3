"""When a request has to be answered (L1): one month from receipt, two more where they are needed.

Counted as Regulation (EEC, Euratom) No 1182/71, Art. 3, has it: the day of receipt is not counted; the period ends with
the same date of the month, or with that month's last day. The legal date rolls over weekends and public holidays, the
safe date does not. The clock waits while the person is to prove who they are (L2).

The eves that Swedish procedure treats as Sundays (lag 1930:173) are no public holidays: they count as such by a setting
alone, and only for the legal date.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from contacts.base.days import add_months, day_of
from contacts.base.working_days import is_working
from dsr.models import Request
from dsr.words.vocabulary import ASKED_NOBODY, UNPAUSED, Source, Step

MONTHS = 1  # Art. 12(3) GDPR
MONTHS_EXTENDED = 3  # from the day of receipt, not from the end of the first month


@dataclass(frozen=True)
class Deadline:
    """The day to work to, and the last one by law. `legal_on` is never before `safe_on`."""

    safe_on: dt.date
    legal_on: dt.date


def deadline(received_on: dt.date, *, extended: bool = False, paused_days: int = 0, country: str = "") -> Deadline:
    """Return when what was received on a day has to be answered.

    `paused_days` is how long the clock waited, in days. `country` is the ISO code of the country whose holidays count,
    with that of a part of it where these differ ("GB-ENG"); the company's where empty. Raises NotImplementedError for
    a place whose holidays nobody has collected.
    """
    months = MONTHS_EXTENDED if extended else MONTHS
    safe = add_months(received_on, months) + dt.timedelta(days=paused_days)
    legal = working_day(safe, country or settings.HOLIDAYS_COUNTRY, eves=settings.EVES_ARE_HOLIDAYS)
    return Deadline(safe, legal)


def working_day(day: dt.date, country: str, *, eves: bool = False) -> dt.date:
    """Return a day, or the next one that is on no weekend and no public holiday, nor on an eve where those count."""
    while not is_working(day, country, eves=eves):
        day += dt.timedelta(days=1)
    return day


def question_by(request: Request) -> dt.date:
    """Return the last day on which a question to the person still pauses the deadline: asked without undue delay.

    QUESTION_DAYS working days from receipt, not counting those on which the clock waited (EDPB 01/2022, 159). No eve
    makes it later: a pause moves the day to work to.
    """
    day = request.received_on + dt.timedelta(days=request.paused_days)
    for _each in range(settings.QUESTION_DAYS):
        day = working_day(day + dt.timedelta(days=1), settings.HOLIDAYS_COUNTRY)
    return day


def of(request: Request) -> Deadline:
    """Return a request's dates as its pauses and its extension stand."""
    return deadline(request.received_on, extended=bool(request.extended_on), paused_days=request.paused_days)


def unpaused(request: Request) -> Deadline:
    """Return the dates as they would be, had the clock never waited."""
    return deadline(request.received_on, extended=bool(request.extended_on))


def first_month_ends(request: Request, *, on: dt.date, zone: ZoneInfo) -> dt.date:
    """Return the last day on which an extension may still be told to the person (Art. 12(3) GDPR), as seen on a day.

    While the clock waits, it moves on with each day; how long it waited after that day changes nothing. `zone` is the
    company's, by which the days of the timeline count.
    """
    waited = sum(max((min(ran_on or on, on) - since).days, 0) for since, ran_on in _pauses(request, zone))
    return deadline(request.received_on, paused_days=waited).safe_on


def _pauses(request: Request, zone: ZoneInfo) -> list[tuple[dt.date, dt.date | None]]:
    """Return when the clock waited: since which day, and on which it ran on; None where it still waits."""
    found: list[tuple[dt.date, dt.date | None]] = []
    since = request.received_on if request.source == Source.FORM else None
    steps = [Step.PROVEN, Step.ASKED, Step.ANSWERED, Step.RESUMED]
    turns = request.entries.filter(Q(step__in=steps) | Q(rule=ASKED_NOBODY))
    for entry in turns.exclude(step=Step.ASKED, rule__in=UNPAUSED):
        day = day_of(entry.at, zone)
        if entry.step == Step.ASKED:
            since = day
        elif since is not None:
            found.append((since, dt.date.fromisoformat(entry.rule) if entry.step == Step.ANSWERED else day))
            since = None
    return found if since is None else [*found, (since, None)]


def settle(request: Request) -> None:
    """Derive the dates of a request anew. Call it in the transaction that changed what they follow from."""
    fresh = of(request)
    request.safe_on, request.legal_on = fresh.safe_on, fresh.legal_on
    Request.objects.filter(pk=request.pk).update(safe_on=fresh.safe_on, legal_on=fresh.legal_on)
