"""The nightly deletion in words: the last that finished, one that runs, one that waits, and who hears of it outside."""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.models import JobRun, PolicyVersion
from contacts.words.numbers import grouped
from privacy_crm.health import heartbeat
from privacy_crm.staff.system.lines import Line, Section, Tone, moment, span
from privacy_crm.staff.system.measured import Measured, one
from retention.models import RunStatus
from retention.watch import monitoring

# As in deploy/alerts.yml.
UNFINISHED = dt.timedelta(hours=26)
LONG = 3600  # seconds


def nights(measured: Measured, *, at: dt.datetime, installed: dt.datetime) -> Section:
    """Tell how the nights are, as of a moment. `installed` is since when there could be any."""
    if PolicyVersion.objects.in_force() is None:
        says = _("No policy is published yet: nothing comes in, and nothing is deleted.")
        missing = Line(_("Privacy policy"), says, Tone.ACT, _("Run manage.py publish_policy with your policy."))
        return Section(_("Nightly deletion"), [missing])
    lines = [_finished(measured, at, installed), *_running(measured), *_attention(at), *_due(measured), _outside()]
    return Section(_("Nightly deletion"), lines)


def _finished(measured: Measured, at: dt.datetime, installed: dt.datetime) -> Line:
    seconds, took = one(measured, "night_last_finished_timestamp_seconds"), one(measured, "night_duration_seconds")
    finished = dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds is not None else None
    says = _("None has finished yet.")
    if finished:
        says = _("%(moment)s, after %(span)s.") % {"moment": moment(finished), "span": span(took or 0)}
    if finished and finished - at > UNFINISHED:
        return Line(_("Last finished"), says, Tone.ACT, _("A clock was ahead. Set both clocks, best by NTP."))
    if at - (finished or installed) > UNFINISHED:
        says = _("No nightly deletion has finished for %s.") % span((at - (finished or installed)).total_seconds())
        remedy = _("See whether worker and beat run, and read the worker's log.")
        return Line(_("Last finished"), says, Tone.ACT, remedy)
    return Line(_("Last finished"), says)


def _running(measured: Measured) -> list[Line]:
    seconds = one(measured, "night_running_seconds")
    if not seconds:
        return []
    says = _("The nightly deletion has run for %s.") % span(seconds)
    if seconds > LONG:
        remedy = _("Look in the database for what it waits for, such as a transaction that was left open.")
        return [Line(_("Running"), says, Tone.ACT, remedy)]
    return [Line(_("Running"), says)]


def _attention(at: dt.datetime) -> list[Line]:
    run = monitoring.alarm(at)
    if run is None:
        return []
    if run.status == RunStatus.RUNNING:  # which the line above tells
        return []
    tone, says, remedy = _ATTENTION.get(RunStatus(run.status), _LEFT_OUT)
    return [Line(_("Needs attention"), str(says), tone, str(remedy))]


_ATTENTION = {
    RunStatus.NEEDS_APPROVAL: (
        Tone.LOOK,
        gettext_lazy("A nightly deletion waits for approval."),
        gettext_lazy("Privacy officers find it on their home page. Until they decide, its people stay."),
    ),
    RunStatus.FAILED: (
        Tone.ACT,
        gettext_lazy("A part of the last nightly deletion failed."),
        gettext_lazy("It is tried again each hour. Read in the worker's log what happened."),
    ),
    RunStatus.INTERRUPTED: (
        Tone.ACT,
        gettext_lazy("The last nightly deletion was broken off."),
        gettext_lazy("It goes on by itself within ten minutes. See why the worker ended, such as for want of memory."),
    ),
    RunStatus.MISSED: (
        Tone.ACT,
        gettext_lazy("The last nightly deletion did not happen."),
        gettext_lazy("See whether worker and beat run. It is caught up as soon as they do."),
    ),
}
_LEFT_OUT = (
    Tone.LOOK,
    gettext_lazy("The last nightly deletion skipped records that are locked."),
    gettext_lazy("Look in the database for a transaction that was left open. They are tried again every ten minutes."),
)


def _due(measured: Measured) -> list[Line]:
    number = one(measured, "due_people")
    if number is None:
        return []
    text = ngettext(
        "%(number)s person who was due at the last nightly deletion is still here.",
        "%(number)s people who were due at the last nightly deletion are still here.",
        int(number),
    )
    if number:
        remedy = _("See whether it has finished, or waits for approval.")
        return [Line(_("Left behind"), text % {"number": grouped(int(number))}, Tone.LOOK, remedy)]
    return [Line(_("Left behind"), _("Nobody who was due is still here."))]


def _outside() -> Line:
    if not settings.HEARTBEAT_URL:
        return Line(_("Watcher outside"), _("HEARTBEAT_URL is not set: if everything here stops, nobody is told."))
    told = JobRun.objects.filter(task=heartbeat.TOLD).values_list("succeeded_at", flat=True).first()
    if told is None:
        return Line(_("Watcher outside"), _("It has not been called yet."))
    return Line(_("Watcher outside"), _("It was last called after the nightly deletion of %s.") % moment(told))
