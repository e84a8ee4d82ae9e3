"""Tell the privacy officers by mail of a run that waits, failed, was broken off, did not happen or takes too long.

Once for each of these, and once a night for the rules that fail.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.base import officers, staff_mails
from contacts.models import PolicyVersion
from contacts.outbox import links
from contacts.words.numbers import grouped
from retention.models import PurgeRun, Rule, RunStatus, WaitsBecause
from retention.nights import claimed
from retention.watch import monitoring

# Runs of the past are not worth a mail when the watch starts late.
_RECENT = dt.timedelta(days=7)


def warn(*, policy: PolicyVersion, at: dt.datetime) -> int:
    """Send the mails that are owed, and return how many runs they were about (`claimed`)."""
    recent = monitoring.alarming(at).filter(warned_at__isnull=True, at__gte=at - _RECENT).order_by("pk")
    return sum(_warn_of(run.pk, policy, at) for run in recent if not _is_known(run, policy))


def _is_known(run: PurgeRun, policy: PolicyVersion) -> bool:
    return run.status == RunStatus.FAILED and monitoring.failed_before(run, policy)


def _warn_of(pk: int, policy: PolicyVersion, at: dt.datetime) -> bool:
    row = PurgeRun.objects.filter(pk=pk)
    if not claimed.claim(row, at):
        return False
    run = monitoring.alarming(at).filter(pk=pk).first()  # as it is now: nobody else tells of it from here on
    to = officers.who_may("retention.approve_purge", superusers=run.approvals.exists()) if run else []
    if run is None or not to:
        claimed.give_back(row, at)
        return False
    return claimed.send(row, staff_mails.written(to, lambda: (subject(run, policy), body(run, policy))), at)


def subject(run: PurgeRun, policy: PolicyVersion) -> str:
    return f"{_WHAT[RunStatus(run.status)]} ({_moment(run, policy)})"


def body(run: PurgeRun, policy: PolicyVersion) -> str:
    """Return the mail's text: what happened and what to do, with no person in it."""
    page = _("Its page: %(page)s") % {"page": links.absolute(reverse("admin:retention_purgerun_change", args=[run.pk]))}
    return f"{_WHAT[RunStatus(run.status)]}: {_moment(run, policy)}.\n\n{_about(run)}\n\n{page}\n"


def _about(run: PurgeRun) -> str:
    if run.status != RunStatus.NEEDS_APPROVAL:
        return str(_ADVICE[RunStatus(run.status)]) % _facts(run)
    parts = [_QUESTIONS[run.waits_because](run.to_delete or 0) % _facts(run)]
    parts += [] if run.waits_because in _FIRST_ONES else [str(_OTHERS)]
    if run.approvals.exists():
        parts.append(_("One person has approved it; a second person has to, as well."))
    return "\n".join(parts)


def _facts(run: PurgeRun) -> dict[str, str]:
    failed = run.counts.exclude(failure="").values_list("rule", flat=True)
    return {
        "foreseen": grouped(run.foreseen or 0),
        "delete": grouped(run.to_delete),
        "reduce": grouped(run.to_minimise),
        "failed": ", ".join(str(Rule(rule).label) for rule in failed) or _("one of them"),
        "skipped": grouped(sum(run.counts.values_list("skipped", flat=True))),
    }


def _moment(run: PurgeRun, policy: PolicyVersion) -> str:
    return date_format(run.at.astimezone(policy.zone), "DATETIME_FORMAT")


_WHAT = {
    RunStatus.NEEDS_APPROVAL: gettext_lazy("The nightly deletion waits for your approval"),
    RunStatus.FAILED: gettext_lazy("A part of the nightly deletion failed"),
    RunStatus.INTERRUPTED: gettext_lazy("The nightly deletion was broken off"),
    RunStatus.MISSED: gettext_lazy("The nightly deletion did not happen"),
    RunStatus.RUNNING: gettext_lazy("The nightly deletion has not finished after an hour"),
    RunStatus.FINISHED: gettext_lazy("The nightly deletion had to skip records that are in use"),
}

_ADVICE: dict[RunStatus, Any] = {
    RunStatus.FAILED: gettext_lazy(
        "These rules stopped: %(failed)s. All others did their work.\n"
        "They are tried again each hour. If that does not help, ask those who operate the system; the page\n"
        "below names the kind of error."
    ),
    RunStatus.INTERRUPTED: gettext_lazy(
        "What it had done is complete and counted, and the next run does the rest. You only need to act if this\n"
        "happens again: then ask those who operate the system."
    ),
    RunStatus.MISSED: gettext_lazy(
        "It is made up for as soon as worker and beat run again. Ask those who operate the system whether they do."
    ),
    RunStatus.RUNNING: gettext_lazy(
        "What it has done so far is complete and counted, and it goes on. If it has still not finished in an hour,\n"
        "ask those who operate the system to look at the database."
    ),
    RunStatus.FINISHED: gettext_lazy(
        "Records skipped for more than an hour: %(skipped)s. Something else keeps them locked. They are tried again\n"
        "every ten minutes until the next night. Ask those who operate the system to find out what locks them."
    ),
}

_OTHERS = gettext_lazy(
    "Dietary needs and people with an ended hold were dealt with. Nobody else was touched.\n"
    "Its page says why so many are due. Approve it there, or find out what went wrong."
)


def _too_many(number: int) -> str:
    return ngettext(
        "It would delete %(delete)s person and reduce %(reduce)s, more than a run may without being asked.",
        "It would delete %(delete)s people and reduce %(reduce)s, more than a run may without being asked.",
        number,
    )


def _too_large_a_share(number: int) -> str:
    return ngettext(
        "It would delete %(delete)s person and reduce %(reduce)s, too large a share of all.",
        "It would delete %(delete)s people and reduce %(reduce)s, too large a share of all.",
        number,
    )


def _not_foreseen(number: int) -> str:
    return ngettext(
        "It would delete %(delete)s person and reduce %(reduce)s; %(foreseen)s were foreseen.",
        "It would delete %(delete)s people and reduce %(reduce)s; %(foreseen)s were foreseen.",
        number,
    )


def _since_restored(number: int) -> str:
    return ngettext(
        "It would delete %(delete)s person and reduce %(reduce)s. It is the first one since the database was restored,"
        " and\n"
        "nobody was touched. What was recorded since the backup is lost, such as a new agreement or a reply: look at\n"
        "the people who are due, and approve the run on its page.",
        "It would delete %(delete)s people and reduce %(reduce)s. It is the first one since the database was restored,"
        " and\n"
        "nobody was touched. What was recorded since the backup is lost, such as a new agreement or a reply: look at\n"
        "the people who are due, and approve the run on its page.",
        number,
    )


def _after_a_gap(number: int) -> str:
    return ngettext(
        "It would delete %(delete)s person and reduce %(reduce)s. It is the first one after more than 45 days, and"
        " nobody was\n"
        "touched. Make sure that today's date is right, then approve the run on its page.",
        "It would delete %(delete)s people and reduce %(reduce)s. It is the first one after more than 45 days, and"
        " nobody was\n"
        "touched. Make sure that today's date is right, then approve the run on its page.",
        number,
    )


_QUESTIONS: dict[str, Callable[[int], str]] = {
    "": _too_many,
    WaitsBecause.SHARE: _too_large_a_share,
    WaitsBecause.FORECAST: _not_foreseen,
    WaitsBecause.RESTORED: _since_restored,
    WaitsBecause.GAP: _after_a_gap,
}
_FIRST_ONES = (WaitsBecause.RESTORED, WaitsBecause.GAP)
