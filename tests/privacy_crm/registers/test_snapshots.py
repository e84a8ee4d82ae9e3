"""The record of processing is kept when a policy is published and each quarter, and never changed (L8)."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.models import AuditEvent, PolicyVersion, ProcessingSnapshot
from contacts.policy import policies
from privacy_crm import tasks
from privacy_crm.registers import snapshots
from tests.support.factories import NOON, ONE_DAY
from tests.support.registering import kept
from tests.support.sharing import RecipientFactory

pytestmark = [pytest.mark.promise("L8"), pytest.mark.django_db]


def reasons() -> list[tuple[str, str]]:
    return list(ProcessingSnapshot.objects.order_by("pk").values_list("reason", "quarter"))


def test_one_is_kept_for_the_policy_and_one_for_the_quarter_and_none_twice(policy: PolicyVersion) -> None:
    assert snapshots.tick(policy=policy, at=NOON) == 2
    assert snapshots.tick(policy=policy, at=NOON + ONE_DAY) == 0
    assert reasons() == [("policy", ""), ("quarter", "2026-Q4")]
    assert AuditEvent.objects.filter(code="processing.recorded").count() == 2


def test_a_policy_that_is_published_is_kept_with_the_next_tick(policy: PolicyVersion) -> None:
    snapshots.tick(policy=policy, at=NOON)
    later = PolicyVersion.objects.get(pk=policy.pk)
    later.pk, later.number, later.published_at, later.digest = None, policy.number + 1, None, "another"
    later.save()
    for rule in policy.each_rule:
        rule.pk, rule.version = None, later
        rule.save()
    policies.publish(later, at=NOON + ONE_DAY, by="test")
    assert snapshots.tick(policy=PolicyVersion.objects.in_force() or policy, at=NOON + ONE_DAY) == 1
    assert ProcessingSnapshot.objects.order_by("-pk")[0].policy_version.number == later.number


@pytest.mark.parametrize(
    ("day", "quarter"),
    [("2026-12-31", "2026-Q4"), ("2027-01-01", "2027-Q1"), ("2027-03-31", "2027-Q1"), ("2027-04-01", "2027-Q2")],
)
def test_a_quarter_begins_with_its_first_day(day: str, quarter: str) -> None:
    assert snapshots.quarter_of(dt.date.fromisoformat(day)) == quarter


def test_the_quarter_is_that_of_the_companys_day(policy: PolicyVersion) -> None:
    snapshots.tick(policy=policy, at=dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC))  # 00:30 in Stockholm
    assert reasons() == [("policy", ""), ("quarter", "2027-Q1")]


def test_nothing_is_kept_without_a_policy() -> None:
    tasks.keep_registers()
    assert not ProcessingSnapshot.objects.exists()


@pytest.mark.parametrize(
    "change", ["UPDATE contacts_processingsnapshot SET quarter = quarter", "DELETE FROM contacts_processingsnapshot"]
)
def test_nobody_changes_what_was_kept(policy: PolicyVersion, change: str) -> None:
    kept(policy)
    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_what_changed_is_told_by_processing_and_column(policy: PolicyVersion) -> None:
    first = kept(policy)
    RecipientFactory.create(name="Printer AB", purposes=["event"])
    second = kept(policy, NOON + 60 * ONE_DAY)
    assert snapshots.before(second) == first
    assert snapshots.before(ProcessingSnapshot.objects.order_by("pk")[0]) is None
    changes = snapshots.differences(first.said["en"], second.said["en"])
    (recipients,) = (each for each in changes if each.column == "Recipients (d)")
    assert recipients.title == "Events"
    assert recipients.added == ["Printer AB, Sweden (processor): Prints and posts letters"]
    assert recipients.removed == [
        "Not known. No recipient is on record. The privacy officer adds one under Recipients."
    ]
    assert snapshots.differences(first.said["en"], first.said["en"]) == []


def test_a_processing_that_is_gone_is_told_as_well(policy: PolicyVersion) -> None:
    said = kept(policy).said["en"]
    less = said | {"processings": said["processings"][1:]}
    gone = snapshots.differences(said, less)
    assert {each.title for each in gone} == {said["processings"][0]["title"]}
    assert all(each.removed and not each.added for each in gone)


@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_one(policy: PolicyVersion) -> None:
    def work() -> None:
        snapshots.tick(policy=policy, at=NOON)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len(reasons()) == 2
