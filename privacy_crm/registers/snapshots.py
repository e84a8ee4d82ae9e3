"""The record of processing as it was on a day: kept whole when a policy is published, and each quarter (L8)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from contacts.base import alone, audit
from contacts.base.days import day_of
from contacts.models import PolicyVersion, ProcessingSnapshot, SnapshotReason
from privacy_crm.registers import processing

BY = "registers"
_LOCK = 4_711_679_092  # any number that is ours alone


@dataclass(frozen=True)
class Change:
    """What one column of one processing says now and did not, or said and does not any more."""

    title: str
    column: str
    added: list[str]
    removed: list[str]


def tick(*, policy: PolicyVersion, at: dt.datetime) -> int:
    """Keep what is owed: one for the policy in force, and one for the quarter. Return how many were kept."""
    if not _owed(policy, at):
        return 0
    with alone.if_nobody_else(_LOCK) as ours, transaction.atomic():
        return len([_keep(reason, policy, at) for reason in _owed(policy, at)]) if ours else 0


def quarter_of(day: dt.date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def before(snapshot: ProcessingSnapshot) -> ProcessingSnapshot | None:
    """Return the one that was kept before this one; the last one, before one that nobody has kept."""
    kept = ProcessingSnapshot.objects.all()
    return (kept.filter(pk__lt=snapshot.pk) if snapshot.pk else kept).first()


def differences(old: processing.Record, new: processing.Record) -> list[Change]:
    """Return what changed between two records in one language, in the order of the later one."""
    had, has = _columns(old), _columns(new)
    found = []
    for key in [*has, *(key for key in had if key not in has)]:
        title, column, lines = has.get(key) or (*had[key][:2], [])
        earlier = had[key][2] if key in had else []
        added, removed = _without(lines, earlier), _without(earlier, lines)
        if added or removed:
            found.append(Change(title, column, added, removed))
    return found


def _without(lines: list[str], others: list[str]) -> list[str]:
    return [line for line in lines if line not in others]


def _columns(record: processing.Record) -> dict[tuple[str, str], tuple[str, str, list[str]]]:
    found = {
        (each["key"], name): (each["title"], label, lines)
        for each in record["processings"]
        for name, label, lines in each["columns"]
    }
    facts = [f"{name}: {value}" for name, value in record["controller"]]
    found["", "controller"] = (record["company"], "", facts)
    found["", "measures"] = (record["title"], "", record["measures"])
    return found


def _owed(policy: PolicyVersion, at: dt.datetime) -> list[SnapshotReason]:
    kept = ProcessingSnapshot.objects
    quarter = quarter_of(day_of(at, policy.zone))
    owed = []
    if not kept.filter(reason=SnapshotReason.POLICY, policy_version=policy).exists():
        owed.append(SnapshotReason.POLICY)
    if not kept.filter(reason=SnapshotReason.QUARTER, quarter=quarter).exists():
        owed.append(SnapshotReason.QUARTER)
    return owed


def _keep(reason: SnapshotReason, policy: PolicyVersion, at: dt.datetime) -> ProcessingSnapshot:
    quarter = quarter_of(day_of(at, policy.zone)) if reason == SnapshotReason.QUARTER else ""
    said = processing.compose(policy, at=at)
    told = {"reason": reason, "policy_version": policy, "quarter": quarter, "said": said}
    kept = ProcessingSnapshot.objects.create(made_at=at, **told)
    audit.record("processing.recorded", at=at, by=BY, rule=f"snapshot:{kept.pk}")
    return kept
