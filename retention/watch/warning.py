"""Tell the privacy officers by mail of a run that waits, failed, was broken off, did not happen or takes too long.

Once for each of these, and once a night for the rules that fail.
"""

import datetime as dt

from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.formats import date_format

from contacts.base import officers
from contacts.models import PolicyVersion
from contacts.outbox import links
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
    return claimed.send(row, EmailMessage(subject(run, policy), body(run, policy), to=to), at)


def subject(run: PurgeRun, policy: PolicyVersion) -> str:
    return f"{_WHAT[RunStatus(run.status)]} ({_moment(run, policy)})"


def body(run: PurgeRun, policy: PolicyVersion) -> str:
    """Return the mail's text: what happened and what to do, with no person in it."""
    failed = run.counts.exclude(failure="").values_list("rule", flat=True)
    about = _advice(run).format(
        foreseen=f"{run.foreseen or 0:,}",
        delete=_people(run.to_delete),
        reduce=f"{run.to_minimise:,}",
        failed=", ".join(str(Rule(rule).label) for rule in failed) or "one of them",
        skipped=f"{sum(run.counts.values_list('skipped', flat=True)):,}",
    )
    page = links.absolute(reverse("admin:retention_purgerun_change", args=[run.pk]))
    return f"{_WHAT[RunStatus(run.status)]}: {_moment(run, policy)}.\n\n{about}\n\nIts page: {page}\n"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _advice(run: PurgeRun) -> str:
    if run.status != RunStatus.NEEDS_APPROVAL:
        return _ADVICE[RunStatus(run.status)]
    half = "\nOne person has approved it; a second person has to, as well." if run.approvals.exists() else ""
    return _QUESTIONS[run.waits_because] + half


def _moment(run: PurgeRun, policy: PolicyVersion) -> str:
    return date_format(run.at.astimezone(policy.zone), "DATETIME_FORMAT")


_WHAT = {
    RunStatus.NEEDS_APPROVAL: "The nightly deletion waits for your approval",
    RunStatus.FAILED: "A part of the nightly deletion failed",
    RunStatus.INTERRUPTED: "The nightly deletion was broken off",
    RunStatus.MISSED: "The nightly deletion did not happen",
    RunStatus.RUNNING: "The nightly deletion has not finished after an hour",
    RunStatus.FINISHED: "The nightly deletion had to skip records that are in use",
}

_ADVICE = {
    RunStatus.FAILED: (
        "These rules stopped: {failed}. All others did their work.\n"
        "They are tried again each hour. If that does not help, ask those who operate the system; the page\n"
        "below names the kind of error."
    ),
    RunStatus.INTERRUPTED: (
        "What it had done is complete and counted, and the next run does the rest. You only need to act if this\n"
        "happens again: then ask those who operate the system."
    ),
    RunStatus.MISSED: (
        "It is made up for as soon as worker and beat run again. Ask those who operate the system whether they do."
    ),
    RunStatus.RUNNING: (
        "What it has done so far is complete and counted, and it goes on. If it has still not finished in an hour,\n"
        "ask those who operate the system to look at the database."
    ),
    RunStatus.FINISHED: (
        "Records skipped for more than an hour: {skipped}. Something else keeps them locked. They are tried again\n"
        "every ten minutes until the next night. Ask those who operate the system to find out what locks them."
    ),
}

_OTHERS = (
    "Dietary needs and people with an ended hold were dealt with. Nobody else was touched.\n"
    "Its page says why so many are due. Approve it there, or find out what went wrong."
)
_QUESTIONS = {
    "": f"It would delete {{delete}} and reduce {{reduce}}, more than a run may without being asked.\n{_OTHERS}",
    WaitsBecause.SHARE: f"It would delete {{delete}} and reduce {{reduce}}, too large a share of all.\n{_OTHERS}",
    WaitsBecause.FORECAST: f"It would delete {{delete}} and reduce {{reduce}}; {{foreseen}} were foreseen.\n{_OTHERS}",
    WaitsBecause.RESTORED: (
        "It would delete {delete} and reduce {reduce}. It is the first one since the database was restored, and\n"
        "nobody was touched. What was recorded since the backup is lost, such as a new agreement or a reply: look at\n"
        "the people who are due, and approve the run on its page."
    ),
    WaitsBecause.GAP: (
        "It would delete {delete} and reduce {reduce}. It is the first one after more than 45 days, and nobody was\n"
        "touched. Make sure that today's date is right, then approve the run on its page."
    ),
}
