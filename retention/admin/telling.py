"""What a night did, what it found, and what is to be done about it, in words."""

import datetime as dt

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contacts.base.days import day_of
from contacts.words.numbers import grouped
from retention.admin import waiting_words
from retention.audit import contradictions
from retention.models import PurgeRun, Rule, RunStatus, StatementCheck


def told(run: PurgeRun, today: dt.date) -> str:
    """Return what a run did, as far as the ledger knows it."""
    done = run.counts.aggregate(
        deleted=Sum("contacts_deleted", default=0), reduced=Sum("contacts_minimised", default=0)
    )
    parts = [
        ngettext("%s person was deleted", "%s people were deleted", done["deleted"]) % grouped(done["deleted"]),
        _("%s reduced to what the law requires") % grouped(done["reduced"]),
    ]
    if run.spared is not None:
        parts.append(_("%s spared by an open request or claim") % grouped(run.spared))
    said = _("%(when)s %(what)s.") % {"when": when(run, today), "what": ", ".join(parts)}
    return " ".join(filter(None, [said, failures(run), skipped(run)]))


def when(run: PurgeRun, today: dt.date) -> str:
    day = _day(run)
    return _("Last night") if day == today else _("On %s") % date_format(day)


def _day(run: PurgeRun) -> dt.date:
    return day_of(run.at, run.policy_version.zone) if run.policy_version else localtime(run.at).date()


def failures(run: PurgeRun) -> str:
    failed = [str(Rule(name).label) for name in run.counts.exclude(failure="").values_list("rule", flat=True)]
    return _("These rules stopped: %s.") % ", ".join(failed) if failed else _("Nothing failed.")


def skipped(run: PurgeRun) -> str:
    """Return how much a run has left out, and what becomes of it; nothing where it left nothing out."""
    number = _skipped(run)
    if not number:
        return ""
    if run.counts.exclude(left=[]).exists():
        text = ngettext(
            "%s record was skipped because it is in use, and is tried again every ten minutes.",
            "%s records were skipped because they are in use, and are tried again every ten minutes.",
            number,
        )
    else:
        text = ngettext(
            "%s record was skipped because it was in use, and was left to the next run.",
            "%s records were skipped because they were in use, and were left to the next run.",
            number,
        )
    return text % grouped(number)


def _skipped(run: PurgeRun) -> int:
    return sum(run.counts.values_list("skipped", flat=True))


def what_to_do(run: PurgeRun) -> str:
    """Return what an officer has to know and do about a run that waits, failed, was broken off or did not happen."""
    day = date_format(_day(run))
    if run.status == RunStatus.NEEDS_APPROVAL:
        return waiting_words.question(run, day)
    return {
        RunStatus.FAILED: _(
            "A part of the run of %(day)s failed. %(rules)s All others did their work; it is tried again each hour."
        )
        % {"day": day, "rules": failures(run)},
        RunStatus.INTERRUPTED: _(
            "The run of %s was broken off. What it had done is whole and counted; the next run does the rest."
        )
        % day,
        RunStatus.MISSED: _(
            "The run of %s did not happen. See to it that worker and beat are running: they catch up by themselves."
        )
        % day,
        RunStatus.RUNNING: _(
            "The run of %s has not finished after an hour. What it has done so far is whole and counted, and it goes "
            "on. Ask those who run the system to look at the database if it has still not finished in an hour."
        )
        % day,
        RunStatus.FINISHED: _held(run, day),
    }[RunStatus(run.status)]


def _held(run: PurgeRun, day: str) -> str:
    text = ngettext(
        "The run of %(day)s has skipped %(number)s record for more than an hour, because it is in use. It is tried "
        "again every ten minutes. Ask those who run the system to find what keeps it locked.",
        "The run of %(day)s has skipped %(number)s records for more than an hour, because they are in use. They are "
        "tried again every ten minutes. Ask those who run the system to find what keeps them locked.",
        _skipped(run),
    )
    return text % {"day": day, "number": grouped(_skipped(run))}


def outcome(check: StatementCheck) -> tuple[str, str]:
    """Return how a search for contradictions ended, as a code and a word."""
    if check.failure:
        return "failed", _("failed")
    if check.finished_at is None:
        return "open", _("not finished")
    return ("found", _("found some")) if check.found else ("none", _("none found"))


def searched(check: StatementCheck | None) -> str:
    """Return what a search for contradictions found; that there was none yet, where there was none."""
    if check is None:
        return _("The records have not been searched yet. That is done each night at 04:35, while worker and beat run.")
    day = date_format(localtime(check.at), "DATETIME_FORMAT")
    match outcome(check)[0]:
        case "failed":
            text = _("The search of %(day)s failed (%(error)s). It is made again each night.")
            return text % {"day": day, "error": check.failure}
        case "open":
            return _("The search of %s has not finished.") % day
        case "none":
            return _("The search of %s found no contradictions.") % day
    number = sum(check.found.values())
    text = ngettext(
        "The search of %(day)s found %(number)s contradiction.",
        "The search of %(day)s found %(number)s contradictions.",
        number,
    )
    return text % {"day": day, "number": grouped(number)}


def found(check: StatementCheck) -> list[tuple[int, str]]:
    """Return how many of each contradiction a search found, with its sentence; the most first."""
    texts = {each.code: each.text for each in contradictions.ALL}
    told = [(number, _(texts.get(code, code))) for code, number in check.found.items()]
    return sorted(told, key=lambda pair: -pair[0])
