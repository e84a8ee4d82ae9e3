"""Whether the night's run happened and how it went: what the beat, the officers' mail and their home page go by."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from contacts.base.days import last_run
from contacts.models import PolicyVersion
from retention.models import ALARMING, PurgeCount, PurgeRun, RunStatus

# A run is said not to have happened only when it is this late; until then the beat may still catch up.
GRACE = dt.timedelta(hours=1)

# A run that takes longer, or leaves somebody out for longer, is worth a look.
LONG = dt.timedelta(hours=1)

# Where a rule failed, the night is run again after this long: what was in its way may be gone.
_RETRY = dt.timedelta(hours=1)

# What settles a night: it is not tried again before the next, unless an officer approves it.
_SETTLED = (RunStatus.FINISHED, RunStatus.NEEDS_APPROVAL, RunStatus.APPROVED, RunStatus.SUPERSEDED)


def last_run_time(policy: PolicyVersion, at: dt.datetime) -> dt.datetime:
    """Return the latest moment, at or before `at`, at which a nightly run was due."""
    return last_run(at, policy.zone)


def night_is_open(policy: PolicyVersion, at: dt.datetime) -> bool:
    """Tell whether the latest night still lacks its run, or one whose rules all did their work."""
    of_the_night = PurgeRun.objects.filter(at__gte=last_run_time(policy, at), at__lte=at)
    just_failed = Q(status=RunStatus.FAILED, finished_at__gt=at - _RETRY)
    approved = Q(status=RunStatus.RUNNING, approved_at__isnull=False, paused_at__isnull=False)
    return not of_the_night.filter(Q(status__in=_SETTLED) | just_failed | approved).exists()


def last_finished_night() -> PurgeRun | None:
    """Return the last run that finished and did the night that was due then; one by hand for an earlier day did not."""
    finished = PurgeRun.objects.filter(status=RunStatus.FINISHED).select_related("policy_version").order_by("-id")
    return next(filter(_did_its_night, finished.iterator()), None)


def _did_its_night(run: PurgeRun) -> bool:
    policy = run.policy_version or PolicyVersion.objects.in_force()
    return bool(policy and run.finished_at and run.at >= last_run_time(policy, run.finished_at))


def left_over(policy: PolicyVersion, at: dt.datetime) -> list[PurgeRun]:
    """Return the runs of the latest night that have left somebody out, and may try again."""
    of_the_night = PurgeRun.objects.filter(at__gte=last_run_time(policy, at), at__lte=at)
    done = of_the_night.filter(status__in=(RunStatus.FINISHED, RunStatus.FAILED, RunStatus.NEEDS_APPROVAL))
    return list(done.filter(pk__in=_leaving_out()).order_by("pk"))


def failed_before(run: PurgeRun, policy: PolicyVersion) -> bool:
    """Tell whether the officers have heard that a run of the same night failed: it is tried again each hour."""
    of_the_night = PurgeRun.objects.filter(at__gte=last_run_time(policy, run.at), at__lte=run.at, pk__lt=run.pk)
    return of_the_night.filter(status=RunStatus.FAILED, warned_at__isnull=False).exists()


def alarming(at: dt.datetime) -> QuerySet[PurgeRun]:
    """Return the runs that somebody has to hear of: how they ended, or that something of them takes too long."""
    began = PurgeRun.objects.annotate(began_at=Coalesce("approved_at", F("started_at")))
    long = Q(status=RunStatus.RUNNING, began_at__lte=at - LONG)
    held = Q(status=RunStatus.FINISHED, finished_at__lte=at - LONG, pk__in=_leaving_out())
    return began.filter(Q(status__in=ALARMING) | long | held)


def _leaving_out() -> QuerySet[PurgeCount, int]:
    return PurgeCount.objects.exclude(left=[]).values_list("run", flat=True)


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


def alarm(at: dt.datetime) -> PurgeRun | None:
    """Return the run to be looked at: one that takes too long, or else the latest, where it alarms; or None."""
    latest = PurgeRun.objects.exclude(status=RunStatus.RUNNING).order_by("-id").values("pk")[:1]
    return alarming(at).filter(Q(status=RunStatus.RUNNING) | Q(pk__in=latest)).order_by("-id").first()


def _first_publication() -> dt.datetime:
    first = PolicyVersion.objects.filter(published_at__isnull=False).order_by("number").first()
    return first.published_at if first and first.published_at else dt.datetime.max.replace(tzinfo=dt.UTC)
