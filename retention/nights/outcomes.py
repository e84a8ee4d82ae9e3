"""What a run did, read from its ledger, or what a dry run would do."""

import datetime as dt
from dataclasses import dataclass, replace

from django.db import OperationalError, connection

from contacts.models import PolicyVersion
from contacts.words.vocabulary import Scenario
from retention.due.due_bases import RetentionDate
from retention.lapses import purge_preview
from retention.models import PurgeRun, Rule, RunStatus


@dataclass(frozen=True)
class Outcome:
    """What a run did, or a dry run would do: the object that `manage.py purge --json` prints."""

    run: int | None
    at: dt.datetime
    dry_run: bool
    status: str
    bases_lapsed: dict[str, int]
    contacts_deleted: int
    contacts_minimised: int
    contacts_held: int
    food_preferences_deleted: int
    skipped: int


def night_of(policy: PolicyVersion, at: dt.datetime) -> RetentionDate:
    return RetentionDate(policy, at)


def outcome(purge_run: PurgeRun) -> Outcome:
    """Read from the ledger what a run did."""
    purge_run.refresh_from_db()
    counts = {row.rule: row for row in purge_run.counts.all()}
    policy = purge_run.policy_version
    return Outcome(
        run=purge_run.pk,
        at=purge_run.at,
        dry_run=False,
        status=purge_run.status,
        bases_lapsed={scenario: counts[scenario].bases_lapsed for scenario in Scenario.values},
        contacts_deleted=sum(row.contacts_deleted for row in counts.values()),
        contacts_minimised=sum(row.contacts_minimised for row in counts.values()),
        contacts_held=purge_preview.held_alone(night_of(policy, purge_run.at)) if policy else 0,
        food_preferences_deleted=counts[Rule.FOOD].others_deleted,
        skipped=sum(row.skipped for row in counts.values()),
    )


def salvage(purge_run: PurgeRun) -> Outcome | None:
    """Read what a run did that was broken off, or None where the ledger cannot be reached."""
    connection.close()
    try:
        return replace(outcome(purge_run), status=RunStatus.FAILED)
    except (OperationalError, PurgeRun.DoesNotExist):
        return None
