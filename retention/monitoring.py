"""Whether the night's run happened and how it went: what the beat, the officers' mail and their home page go by."""

import datetime as dt

from django.db import IntegrityError, transaction

from contacts.base.days import day_of, run_of
from contacts.models import PolicyVersion
from retention.models import ALARMING, PurgeRun, RunStatus

# A run is said not to have happened only when it is this late; until then the beat may still catch up.
GRACE = dt.timedelta(hours=1)

# What settles a night: it is not tried again before the next, unless an officer approves it.
_SETTLED = (RunStatus.FINISHED, RunStatus.NEEDS_APPROVAL, RunStatus.APPROVED, RunStatus.SUPERSEDED, RunStatus.FAILED)


def last_run_time(policy: PolicyVersion, at: dt.datetime) -> dt.datetime:
    """Return the latest moment, at or before `at`, at which a nightly run was due."""
    today = run_of(day_of(at, policy.zone), policy.zone)
    return today if today <= at else run_of(day_of(at, policy.zone) - dt.timedelta(days=1), policy.zone)


def night_is_open(policy: PolicyVersion, at: dt.datetime) -> bool:
    """Tell whether the latest night still lacks its run."""
    return not PurgeRun.objects.filter(at__gte=last_run_time(policy, at), at__lte=at, status__in=_SETTLED).exists()


def note_missed(policy: PolicyVersion, at: dt.datetime) -> bool:
    """Write into the ledger, once, that the night's run did not happen. False where it did, or is not that late."""
    due = last_run_time(policy, at)
    if at < due + GRACE or _first_publication() > due or PurgeRun.objects.filter(at__gte=due, at__lte=at).exists():
        return False
    try:
        with transaction.atomic():
            PurgeRun.objects.create(at=due, by="watch", status=RunStatus.MISSED, policy_version=policy, started_at=at)
    except IntegrityError:  # another watcher was faster
        return False
    return True


def alarm() -> PurgeRun | None:
    """Return the latest run where it waits, failed, was broken off or did not happen; None where all is well."""
    latest = PurgeRun.objects.exclude(status=RunStatus.RUNNING).order_by("-id").first()
    return latest if latest and latest.status in ALARMING else None


def _first_publication() -> dt.datetime:
    first = PolicyVersion.objects.filter(published_at__isnull=False).order_by("number").first()
    return first.published_at if first and first.published_at else dt.datetime.max.replace(tzinfo=dt.UTC)
