"""Why a run waits, in words: what made it ask, and what makes so many people due."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared.acts import who
from contacts.base import officers
from contacts.models import AuditEvent, PolicyVersion
from contacts.words.numbers import grouped
from contacts.words.vocabulary import Scenario
from retention.models import Cause, PurgeCause, PurgeRun, WaitsBecause
from retention.nights import approvals, foreseen


@dataclass(frozen=True)
class Told:
    """A cause of a waiting run: how many people are due for it, what they were held as, and what it means."""

    name: str
    number: int
    parts: str
    text: str


def question(run: PurgeRun, day: str) -> str:
    """Return why a run waits and what to do about it."""
    words = {"day": day, "delete": grouped(run.to_delete), "reduce": grouped(run.to_minimise)}
    match run.waits_because:
        case WaitsBecause.GAP:
            text = _first_after_long(run, words)
        case WaitsBecause.RESTORED:
            text = _(
                "The run of %(day)s is the first since the database was restored: it would delete %(delete)s people "
                "and reduce %(reduce)s. Nobody was touched. What was recorded since the backup is lost, such as a new "
                "agreement. Look at the people who are due, then approve it."
            )
            text %= words
        case WaitsBecause.FORECAST:
            text = _(
                "The run of %(day)s would delete %(delete)s people and reduce %(reduce)s. %(foreseen)s were foreseen. "
                "See what has changed, then approve it or find out why so many are due."
            ) % {**words, "foreseen": grouped(run.foreseen or 0)}
        case WaitsBecause.SHARE:
            text = _(
                "The run of %(day)s would delete %(delete)s people and reduce %(reduce)s, more than %(share)s %% of "
                "all contacts. See what has changed, then approve it or find out why so many are due."
            ) % {**words, "share": grouped(round(100 * settings.PURGE_CAP_SHARE))}
        case _other:
            text = _(
                "The run of %(day)s would delete %(delete)s people and reduce %(reduce)s, which is more than it may "
                "without being asked. Look at it and approve it, or find out why so many are due."
            )
            text %= words
    return f"{text} {_half(run)}".rstrip()


def _first_after_long(run: PurgeRun, words: dict[str, str]) -> str:
    last = foreseen.finished_before(run)
    text = _(
        "The run of %(day)s would delete %(delete)s people and reduce %(reduce)s, and it is the first one since "
        "%(last)s. Nobody has been touched. Make sure that today's date is right before you approve it."
    )
    return text % {**words, "last": date_format(localtime(last.at)) if last else "–"}


def _half(run: PurgeRun) -> str:
    given = len(run.approvals.all())
    return (
        _("One person has approved it; a second person has to, as well.")
        if 0 < given < officers.needed(approvals.PERMISSION)
        else ""
    )


def causes(run: PurgeRun) -> list[Told]:
    """Return the causes of a waiting run with their numbers, in the order in which they count."""
    order = list(Cause)
    counted = sorted(run.causes.all(), key=lambda each: (order.index(Cause(each.cause)), -_people(each)))
    return [_told(run, Cause(cause), list(each)) for cause, each in groupby(counted, key=lambda each: each.cause)]


def _told(run: PurgeRun, cause: Cause, counted: list[PurgeCause]) -> Told:
    parts = ", ".join(f"{each.get_part_display()} {grouped(_people(each))}" for each in counted)
    text = _policy_changed(run) if cause == Cause.POLICY else str(_MEANING[cause])
    return Told(str(cause.label).capitalize(), sum(map(_people, counted)), parts, text)


def _people(counted: PurgeCause) -> int:
    return counted.to_delete + counted.to_minimise


_MEANING = {
    Cause.AGREEMENT: gettext_lazy(
        "The end of their organisation's last agreement came on record after the last run, with an earlier date."
    ),
    Cause.OBJECTION: gettext_lazy("They objected to all marketing, and were held for nothing else."),
    Cause.CATCH_UP: gettext_lazy("Their time was over on an earlier day, and no run has dealt with them."),
    Cause.PERIOD: gettext_lazy("Their time is over on the day of this run."),
    Cause.HOLD: gettext_lazy("Nothing but a hold kept them, and it has ended."),
}


def _policy_changed(run: PurgeRun) -> str:
    last = foreseen.finished_before(run)
    if last is None or last.policy_version is None or run.policy_version is None:
        return ""
    text = _("Under %(before)s they would have stayed. %(now)s was published on %(day)s%(by)s. %(periods)s")
    said = {"before": last.policy_version, "now": run.policy_version, "by": _publisher(run.policy_version)}
    day = date_format(_published(run.policy_version))
    return (text % {**said, "day": day, "periods": _periods(last.policy_version, run.policy_version)}).rstrip()


def _published(policy: PolicyVersion) -> dt.datetime:
    return localtime(policy.published_at)


def _publisher(policy: PolicyVersion) -> str:
    said = AuditEvent.objects.filter(code="policy.published", rule=f"version:{policy.number}").order_by("-pk").first()
    return _(" by %s") % who([said.by])[said.by] if said and said.by.startswith("user:") else ""


def _periods(old: PolicyVersion, new: PolicyVersion) -> str:
    """Return which periods became shorter."""
    text = _("%(scenario)s: %(months)s months, %(before)s before.")
    months = [(each, new.rule(each).months, old.rule(each).months) for each in Scenario]
    shorter = [(str(each.label).capitalize(), now, then) for each, now, then in months if now < then]
    return " ".join(text % {"scenario": name, "months": now, "before": then} for name, now, then in shorter)
