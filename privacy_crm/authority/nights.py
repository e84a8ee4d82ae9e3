"""The nightly deletions: what each run did by rule, how it ended, and how many approved it (P10)."""

from collections.abc import Iterator

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from privacy_crm.authority.tables import AsOf, Table, unknown
from retention.models import PurgeCount, PurgeRun, Rule, RunStatus, WaitsBecause


def tables(as_of: AsOf) -> Iterator[Table]:
    found = list(_runs(as_of))
    kept = _("They are deleted with the audit trail, after its period. What a run did after that day is not included.")
    yield Table("nightly-runs", _("Nightly deletions"), _names(), [_run(each, as_of) for each in found], (kept,))
    done = {each.pk: _night(each, as_of) for each in found if _has_ended(each, as_of)}
    yield Table(
        "nightly-runs-by-rule",
        _("Nightly deletions, rule by rule"),
        [_("Run"), _("Day"), _("Rule"), _("Reasons ended"), _("Deleted"), _("Reduced"), _("Other rows"), _("Failed")],
        [_count(each, done[each.run_id]) for each in _counts(done)],
    )


def _names() -> list[str]:
    return [
        *(_("Run"), _("Day"), _("State"), _("Version of the policy"), _("Began"), _("Ended")),
        *(_("Waited because of"), _("To delete when it waited"), _("To reduce when it waited"), _("Approvals")),
    ]


def _runs(as_of: AsOf) -> Iterator[PurgeRun]:
    said_yes = Count("approvals", filter=Q(approvals__at__lte=as_of.at))
    found = PurgeRun.objects.filter(at__lte=as_of.at, started_at__lte=as_of.at)
    yield from found.select_related("policy_version").annotate(said_yes=said_yes).order_by("-id")


def _run(each: PurgeRun, as_of: AsOf) -> list[str]:
    version = str(each.policy_version.number) if each.policy_version else ""
    times = [as_of.moment(each.started_at), as_of.moment(each.finished_at)]
    waited = str(WaitsBecause(each.waits_because).label) if each.waits_because else ""
    numbers = [str(each.to_delete), str(each.to_minimise), str(each.said_yes)]  # type: ignore[attr-defined]
    return [str(each.pk), _night(each, as_of), _state(each, as_of), version, *times, waited, *numbers]


def _state(each: PurgeRun, as_of: AsOf) -> str:
    return str(RunStatus(each.status).label) if _has_ended(each, as_of) else unknown()


def _has_ended(each: PurgeRun, as_of: AsOf) -> bool:
    """Tell whether nothing has changed about it since the day asked for."""
    last = each.finished_at or each.approved_at
    return not as_of.is_past or (last is not None and last <= as_of.at)


def _night(each: PurgeRun, as_of: AsOf) -> str:
    return day_of(each.at, as_of.policy.zone).isoformat()


def _counts(runs: dict[int, str]) -> Iterator[PurgeCount]:
    yield from PurgeCount.objects.filter(run__in=runs).order_by("-run", "id")


def _count(each: PurgeCount, night: str) -> list[str]:
    numbers = (each.bases_lapsed, each.contacts_deleted, each.contacts_minimised, each.others_deleted)
    return [str(each.run_id), night, str(Rule(each.rule).label), *map(str, numbers), each.failure]
