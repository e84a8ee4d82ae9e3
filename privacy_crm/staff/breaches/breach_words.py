"""How a breach stands, in words and numbers."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base.days import day_of, next_run
from contacts.breaches import affected, authority_form, clock
from contacts.models import Breach, Contact, PolicyVersion
from contacts.words.breaches import STANDING, BreachState, Risk
from contacts.words.categories import Category
from contacts.words.vocabulary import Scenario
from retention.forecasts import deletion_forecast

_SOON = 24  # hours


def number(count: int) -> str:
    return str(number_format(count, force_grouping=True))


def moment(at: dt.datetime | None) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT") if at else ""


def named(breach: Breach) -> str:
    return _("Breach %(number)d: %(title)s") % {"number": breach.pk, "title": breach.title}


def hours(breach: Breach, at: dt.datetime) -> str:
    """Return how many hours are left, or since how many the time is over."""
    left = clock.hours_left(breach, at)
    full = int(abs(left))
    if left < 0:
        return ngettext("over since %d hour", "over since %d hours", full) % full
    return ngettext("%d hour left", "%d hours left", full) % full


def tone(breach: Breach, at: dt.datetime) -> str:
    """Return how pressing it is: "danger" once the time is over, "warning" in the last day, empty before and after."""
    if breach.state != BreachState.OPEN:
        return ""
    left = clock.hours_left(breach, at)
    return "danger" if left < 0 else "warning" if left < _SOON else ""


def outcome(breach: Breach, at: dt.datetime) -> str:
    """Return how a breach stands, as a headline."""
    if breach.state == BreachState.OPEN:
        until = moment(clock.safe_at(breach.aware_at))
        return _("Report it by %(until)s: %(hours)s") % {"until": until, "hours": hours(breach, at)}
    if breach.state == BreachState.CLOSED:
        return _("Closed on %s") % moment(breach.closed_at)
    if breach.state == BreachState.UNREPORTED:
        return _("It is not reported to the authority")
    first = breach.reports.order_by("number").first()
    return _("Reported on %s") % moment(first.sent_at if first else None)


def by_law(breach: Breach, policy: PolicyVersion) -> str:
    """Say what the safe moment leaves out, where the last one by law is another."""
    until = moment(clock.of(breach, policy).legal_at)
    return _("By law the last moment is %s. Work to the earlier one, 72 hours after you became aware.") % until


def counts(breach: Breach, field: str) -> list[tuple[str, str]]:
    """Return how many people were found, by what they are held as or by category of data."""
    words: Any = Scenario if field == "scenarios" else Category
    found = affected.by_code(breach, field)
    return [(capfirst(str(words(code).label)), number(count)) for code, count in found.items()]


def letters(breach: Breach) -> list[tuple[str, str]]:
    """Return what became of the letters: a number and what it counts. Empty before any was approved."""
    if not breach.letters.exists():
        return []
    counted = affected.numbers(breach)
    others = [
        (counted.waiting, _("letter has not left yet")),
        (counted.without, _("no letter yet")),
        (counted.gone, _("deleted or merged before a letter left")),
    ]
    told = [(count, str(fate.label)) for fate, count in authority_form.fates(counted)]
    return [(number(count), words) for count, words in [*told, *others] if count]


def lapsing(breach: Breach, policy: PolicyVersion, at: dt.datetime) -> int:
    """Return how many of those whose letter has not left the coming night deletes; 0 where none is to be written."""
    told = breach.state in STANDING and breach.risk in {"", Risk.HIGH} and not breach.untold_because
    if not told or not (unsettled := affected.unsettled(breach)).exists():
        return 0
    night = day_of(next_run(at, policy.zone), policy.zone)
    due = deletion_forecast.by(night, policy=policy, day=day_of(at, policy.zone))
    people: QuerySet[Contact] = Contact.objects.filter(pk__in=unsettled.values("contact"))
    return people.filter(due).count()
