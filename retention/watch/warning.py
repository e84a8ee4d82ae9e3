"""Tell the privacy officers by mail of a run that waits, failed, was broken off, did not happen or takes too long.

Once for each of these, and once a night for the rules that fail.
"""

import datetime as dt

from django.core.mail import EmailMessage
from django.utils.formats import date_format

from contacts.base import officers
from contacts.models import PolicyVersion
from retention.models import PurgeRun, RunStatus, WaitsBecause
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
    about = _advice(run).format(
        foreseen=run.foreseen,
        delete=run.to_delete,
        reduce=run.to_minimise,
        failed=", ".join(run.counts.exclude(failure="").values_list("rule", flat=True)) or "a rule",
        skipped=sum(run.counts.values_list("skipped", flat=True)),
    )
    return f"{_WHAT[RunStatus(run.status)]}: {_moment(run, policy)}, run {run.pk}.\n\n{about}\n"


def _advice(run: PurgeRun) -> str:
    if run.status != RunStatus.NEEDS_APPROVAL:
        return _ADVICE[RunStatus(run.status)]
    half = "\nOne person has approved it, and a second one has to." if run.approvals.exists() else ""
    return _QUESTIONS[run.waits_because] + half


def _moment(run: PurgeRun, policy: PolicyVersion) -> str:
    return date_format(run.at.astimezone(policy.zone), "DATETIME_FORMAT")


_WHAT = {
    RunStatus.NEEDS_APPROVAL: "The nightly run waits for your approval",
    RunStatus.FAILED: "A part of the nightly run failed",
    RunStatus.INTERRUPTED: "The nightly run was broken off",
    RunStatus.MISSED: "The nightly run did not happen",
    RunStatus.RUNNING: "The nightly run has not finished after an hour",
    RunStatus.FINISHED: "The nightly run had to skip records that are in use",
}

_ADVICE = {
    RunStatus.FAILED: (
        "These rules stopped: {failed}. All others did their work.\n"
        "They are tried again each hour; the run's page in the admin names the kind of error."
    ),
    RunStatus.INTERRUPTED: (
        "What it had done is whole and counted. The next run does the rest; you need not do anything unless it recurs."
    ),
    RunStatus.MISSED: (
        "No run took place at its hour. It is made up for as soon as the worker and beat run again: ask those who\n"
        "operate the system whether they do."
    ),
    RunStatus.RUNNING: (
        "What it has done so far is whole and counted, and it goes on. Ask those who operate the system to look at\n"
        "the database if it has still not finished in an hour."
    ),
    RunStatus.FINISHED: (
        "Skipped for more than an hour: {skipped}. Somebody else keeps these records locked. They are tried again\n"
        "every ten minutes until the next night. Ask those who operate the system to find and end what locks them."
    ),
}

_OTHERS = (
    "Dietary needs were deleted, and people with an ended hold were dealt with; nobody else was touched.\n"
    "Its page in the admin says why they are due. Approve it there, or find out why so many are due."
)
_QUESTIONS = {
    "": f"It would delete {{delete}} people and reduce {{reduce}}, which is more than a run may unasked.\n{_OTHERS}",
    WaitsBecause.SHARE: (
        f"It would delete {{delete}} people and reduce {{reduce}}, which is too large a share of all.\n{_OTHERS}"
    ),
    WaitsBecause.FORECAST: (
        f"It would delete {{delete}} people and reduce {{reduce}}; {{foreseen}} were foreseen.\n{_OTHERS}"
    ),
    WaitsBecause.RESTORED: (
        "It would delete {delete} people and reduce {reduce}, the first one since the database was restored.\n"
        "Nobody was touched. What was recorded since the backup is lost, such as a new agreement or a reply: look at\n"
        "those who are due, and approve the run on its page in the admin."
    ),
    WaitsBecause.GAP: (
        "It would delete {delete} people and reduce {reduce}, and it is the first one after more than 45 days.\n"
        "Nobody was touched. Make sure that today's date is right; then approve the run on its page in the admin."
    ),
}
