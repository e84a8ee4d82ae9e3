"""Approving a run that waits: with a reason each, and by two people where two may (ADR 0055)."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.base import audit, officers
from contacts.models import PolicyVersion
from retention.models import PurgeApproval, PurgeRun, RunStatus
from retention.nights import run_log

PERMISSION = "retention.approve_purge"


class ApprovalError(Exception):
    """The run does not wait any more, or somebody else has to say yes now; the message says which."""


@transaction.atomic
def approve(run: PurgeRun, *, reason: str, at: dt.datetime, by: str) -> bool:
    """Say yes to a waiting run, and return whether it needs nobody else: the beat's next tick carries it out then.

    Raises ApprovalError where it does not wait, is of a day to come, or where `by` said yes before and is not enough.
    """
    if not PurgeRun.objects.select_for_update(no_key=True).filter(pk=run.pk, status=RunStatus.NEEDS_APPROVAL):
        raise ApprovalError(_("This run does not wait any more: somebody approved it, or a later run replaced it."))
    _check_day(run, at)
    _yes, fresh = PurgeApproval.objects.get_or_create(run=run, by=by, defaults={"at": at, "reason": reason})
    if run.approvals.count() >= officers.needed(PERMISSION):
        run_log.approve(run, at=at, by=by)
        audit.record("purge.approved", at=at, by=by, rule=f"run:{run.pk}")
        return True
    if not fresh:
        raise ApprovalError(_("You have approved this run. A second person has to approve it, too."))
    run_log.warn_anew(run)
    audit.record("purge.half_approved", at=at, by=by, rule=f"run:{run.pk}")
    return False


def _check_day(run: PurgeRun, at: dt.datetime) -> None:
    """Refuse a run of a day to come. The beat's next tick replaces it."""
    policy = PolicyVersion.objects.in_force()
    if policy and run_log.to_come(policy, at).filter(pk=run.pk).exists():
        raise ApprovalError(
            _("This run is for a day to come: the clock was wrong when it began. It is replaced within ten minutes.")
        )


def at_once(run: PurgeRun, *, reason: str) -> None:
    """Put on record that a run was approved as it was begun, by hand."""
    audit.record("purge.approved", at=run.at, by=run.by, rule=f"run:{run.pk}")
    if reason:
        PurgeApproval.objects.create(run=run, by=run.by, at=run.at, reason=reason)
