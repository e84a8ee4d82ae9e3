"""The trail is sealed, and what is bent later is found, by the seals of the database and by those kept elsewhere."""

import datetime as dt
import json
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from contacts.base import audit
from contacts.models import AuditEvent, AuditSeal, JournalLine, PolicyVersion
from privacy_crm.restoring import lines as replayed
from retention import tasks
from retention.audit import seal_mails, seals, trail, verifying
from retention.audit.verifying import Kept
from tests.support.application import as_application
from tests.support.audit_months import divided_since
from tests.support.factories import NOON, ONE_DAY, stockholm
from tests.support.factoring import member

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20")]

LONG_AGO = stockholm(1900, 1, 1)


@pytest.fixture
def entries(policy: PolicyVersion) -> list[AuditEvent]:
    """Nine entries that are sealed, in seals of four."""
    AuditEvent.objects.all().delete()
    made = [written(f"contact.deed_{number}") for number in range(9)]
    seals.seal(policy=policy, at=NOON)
    return made


@pytest.fixture(autouse=True)
def in_fours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "MOST", 4)


def written(code: str = "contact.viewed", at: dt.datetime = NOON, **said: Any) -> AuditEvent:
    return AuditEvent.objects.create(at=at, by="user:1", code=code, **said)


def faults(kept: Kept | None = None, at: dt.datetime = NOON, **order: Any) -> list[str]:
    return list(verifying.faults(kept or Kept(), whole_from=LONG_AGO, at=at, **order))


def kept() -> Kept:
    return verifying.read([seals.as_line(seal) for seal in AuditSeal.objects.all()])


def rows(**which: Any) -> Any:
    return AuditEvent.objects.filter(**which)


def sealed_anew(policy: PolicyVersion) -> None:
    """What somebody with the password of the database does who knows of seals."""
    AuditSeal.objects.all().delete()
    seals.seal(policy=policy, at=NOON)


def test_entries_are_sealed_once_in_their_order_and_each_seal_follows(
    policy: PolicyVersion, entries: list[AuditEvent]
) -> None:
    first = entries[0].pk
    found = list(AuditSeal.objects.all())
    assert [(seal.number, seal.ids) for seal in found] == [
        (1, [[first, first + 3]]), (2, [[first + 4, first + 7]]), (3, [[first + 8, first + 8]]),
    ]  # fmt: skip
    assert len({seal.chain for seal in found}) == 3
    assert seals.seal(policy=policy, at=NOON) == 0
    written()
    assert verifying.unsealed() == 1
    assert seals.seal(policy=policy, at=NOON) == 1
    assert faults() == []


def test_a_seal_is_of_one_month_so_that_it_goes_whole(policy: PolicyVersion) -> None:
    AuditEvent.objects.all().delete()
    for at in (stockholm(2026, 10, 31, 23, 59), stockholm(2026, 11, 1, 0), stockholm(2026, 10, 1)):
        written(at=at)
    assert seals.seal(policy=policy, at=NOON) == 2
    assert [seal.entries for seal in AuditSeal.objects.all()] == [2, 1]
    assert faults() == []


# What is bent


def change(event: AuditEvent) -> None:
    rows(pk=event.pk).update(by="user:2")


def backdate(event: AuditEvent) -> None:
    rows(pk=event.pk).update(at=NOON - ONE_DAY)


def into_another_month(event: AuditEvent) -> None:
    rows(pk=event.pk).update(at=stockholm(2199, 1, 1))


BENT: dict[str, tuple[Callable[[AuditEvent], object], str]] = {
    "changed": (change, "was changed. It says now: 2026-11-24T12:00:00+00:00 user:2 contact.deed_5."),
    "backdated": (backdate, "was changed. It says now: 2026-11-23T12:00:00+00:00 user:1"),
    "another month": (into_another_month, "was changed. It says now: 2199-01-01"),
    "deleted": (lambda event: rows(pk=event.pk).delete(), "was removed, or moved to another number."),
    "moved": (lambda event: rows(pk=event.pk).update(id=event.pk + 1000), "was removed, or moved to another number."),
    "doubled": (
        lambda event: AuditEvent.objects.bulk_create([AuditEvent(pk=event.pk, at=NOON - ONE_DAY, by="user:1")]),
        "is there more than once.",
    ),
}


@pytest.mark.parametrize("how", BENT)
def test_the_first_entry_that_was_bent_is_named(entries: list[AuditEvent], how: str) -> None:
    bend, said = BENT[how]
    bend(entries[7])
    bend(entries[5])
    assert faults()[0].startswith(f"Entry {entries[5].pk} (seal 2) {said}")


@pytest.mark.parametrize("how", [how for how in BENT if how != "doubled"])
def test_it_is_named_by_seals_kept_elsewhere_also_where_all_was_sealed_anew(
    policy: PolicyVersion, entries: list[AuditEvent], how: str
) -> None:
    outside = kept()
    bend, said = BENT[how]
    bend(entries[5])
    sealed_anew(policy)
    assert faults() == [] or how == "moved"
    assert faults(outside)[0].startswith(f"Entry {entries[5].pk} (seal 2) {said}")


def test_an_entry_that_came_later_among_sealed_ones_is_named(policy: PolicyVersion, entries: list[AuditEvent]) -> None:
    gap = number_given()
    written()
    seals.seal(policy=policy, at=NOON)
    later = NOON + 3 * ONE_DAY
    written(pk=gap, at=later)
    assert seals.seal(policy=policy, at=later) == 0
    assert faults(at=later)[0].startswith(f"Entry {gap} was added after others with greater numbers had been sealed.")


def test_a_number_that_was_not_given_out_holds_nothing_up(policy: PolicyVersion, entries: list[AuditEvent]) -> None:
    written(pk=entries[-1].pk + 5000)
    written()
    assert seals.seal(policy=policy, at=NOON) == 1
    assert faults()[0].startswith(f"Entry {entries[-1].pk + 5000} has a number that the trail has not given out.")


def test_a_seal_that_was_changed_or_taken_away_is_named(entries: list[AuditEvent]) -> None:
    outside = kept()
    AuditSeal.objects.filter(number=2).update(at=NOON - ONE_DAY)
    assert faults()[0] == "Seal 2 does not follow from the one before it: one of the two was changed."
    assert faults(outside)[0] == "Seal 2 does not follow from the one before it: one of the two was changed."
    AuditSeal.objects.filter(number=2).delete()
    assert faults()[0] == "Seal 2 is missing."
    AuditSeal.objects.filter(number=3).delete()
    rows(pk=entries[8].pk).delete()
    gone = f"Entry {entries[8].pk} (seal 3) was removed, or moved to another number."
    assert faults(outside) == [gone, "Seal 2 is missing.", "Seal 3 is missing."]


@pytest.mark.usefixtures("entries")
def test_what_is_known_may_be_left_behind() -> None:
    rows(pk=AuditSeal.objects.get(number=1).ids[0][0]).delete()
    assert faults()
    assert faults(after=1) == []


# What commits late


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_commits_after_later_ones_were_sealed_is_sealed_then(policy: PolicyVersion) -> None:
    wrote, go_on = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            written("late")
            wrote.set()
            go_on.wait(60)
        connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    wrote.wait(60)
    after = written("after")
    seals.seal(policy=policy, at=NOON)
    assert AuditSeal.objects.last().ids[-1][-1] == after.pk  # type: ignore[union-attr]
    assert faults() == []
    go_on.set()
    thread.join()
    assert faults() == []
    assert seals.seal(policy=policy, at=NOON + dt.timedelta(hours=1)) == 1
    assert AuditSeal.objects.last().ids == [[rows(code="late").get().pk] * 2]  # type: ignore[union-attr]
    assert seals.seal(policy=policy, at=NOON + dt.timedelta(hours=2)) == 0
    assert faults(at=NOON + 9 * ONE_DAY) == []


def number_given() -> int:
    """Give out a number that an act has not written under yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('contacts_auditevent', 'id'))")
        return int(cursor.fetchone()[0])


def test_it_may_come_before_all_others_and_long_after_the_last_seal(policy: PolicyVersion) -> None:
    AuditEvent.objects.all().delete()
    for hours in (0, 47, 100):
        at = NOON + dt.timedelta(hours=hours)
        number = number_given()
        written()
        assert seals.seal(policy=policy, at=at) == 1
        assert faults(at=at) == []
        written(pk=number)
        assert seals.seal(policy=policy, at=at + dt.timedelta(hours=1)) == 1
        assert faults(at=at + dt.timedelta(hours=1)) == []


# What may go


@pytest.mark.promise("P17")
def test_months_that_were_dropped_leave_their_seals(policy: PolicyVersion) -> None:
    divided_since(stockholm(2022, 1, 1, 0), policy)
    for at in (stockholm(2022, 1, 5), stockholm(2022, 2, 5), NOON):
        written(at=at)
    seals.seal(policy=policy, at=NOON)
    outside = kept()
    trail.shorten(months=24, policy=policy, at=stockholm(2024, 2, 1))
    assert AuditSeal.objects.count() == 3
    assert faults(outside)
    assert list(verifying.faults(outside, whole_from=trail.begins(), at=NOON)) == []
    rows(at__month=2).delete()
    assert "was removed" in next(verifying.faults(outside, whole_from=trail.begins(), at=NOON))


def test_the_application_adds_seals_and_changes_none(policy: PolicyVersion) -> None:
    written()
    with as_application():
        assert seals.seal(policy=policy, at=NOON) > 0
        assert faults() == []


# Outside


def test_seals_stand_in_the_journal_and_come_back_with_it(policy: PolicyVersion, entries: list[AuditEvent]) -> None:
    lines = [line.details["seal"] for line in JournalLine.objects.filter(act="audit_sealed").order_by("pk")]
    as_shipped = verifying.read(f"9f86d0 {json.dumps({'details': {'seal': each}})}" for each in lines)
    assert as_shipped == kept()
    AuditSeal.objects.filter(number=3).delete()
    rows(pk=entries[8].pk).delete()
    for _ in range(2):
        entry = {"act": "audit_sealed", "at": NOON.isoformat(), "public_ids": [], "hashes": {}}
        replayed.apply(entry | {"details": {"seal": lines[2]}}, at=NOON)
    written()
    seals.seal(policy=policy, at=NOON)
    assert faults(as_shipped, after=3) == []
    assert faults(as_shipped)[0].startswith(f"Entry {entries[8].pk} (seal 3) was removed")


@pytest.fixture
def told(policy: PolicyVersion, entries: list[AuditEvent]) -> PolicyVersion:
    User.objects.filter(pk=member().pk).update(email="kim@nordvik.example")
    return policy


def test_officers_get_the_seals_once_a_day(told: PolicyVersion) -> None:
    assert seal_mails.tell(policy=told, at=NOON)
    assert not seal_mails.tell(policy=told, at=NOON + dt.timedelta(hours=1))
    assert not seal_mails.tell(policy=told, at=NOON - ONE_DAY)
    seals.seal(policy=told, at=NOON + ONE_DAY)
    assert seal_mails.tell(policy=told, at=NOON + ONE_DAY)
    first, second = mail.outbox
    assert "Seal 3 of 2026-11-24 12:00 UTC: " in first.body
    assert "Seal 3 of" not in second.body
    assert verifying.read(first.body.splitlines()).chains == {3: AuditSeal.objects.get(number=3).chain}
    [(_name, attached, _kind)] = first.attachments
    assert set(verifying.read(str(attached).splitlines()).whole) == {1, 2, 3}


def test_the_text_of_a_mail_shows_that_all_was_sealed_anew(told: PolicyVersion, entries: list[AuditEvent]) -> None:
    seal_mails.tell(policy=told, at=NOON)
    outside = verifying.read(mail.outbox[0].body.splitlines())
    assert faults(outside) == []
    change(entries[5])
    AuditSeal.objects.all().delete()
    seals.seal(policy=told, at=NOON)
    assert faults(outside)[0].startswith("Seal 3 is not the one that was kept")


@pytest.mark.usefixtures("told")
def test_a_mail_that_fails_is_tried_again(told: PolicyVersion, settings: Any) -> None:
    works = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": "tests.nowhere"}}
    assert not seal_mails.tell(policy=told, at=NOON)
    settings.MAILERS = works
    assert seal_mails.tell(policy=told, at=NOON)


@pytest.mark.usefixtures("at_noon", "told")
def test_the_job_seals_and_tells() -> None:
    written()
    tasks.seal_trail()
    assert verifying.unsealed() == 1  # that the mail left
    assert len(mail.outbox) == 1


# The commands


def verified(*args: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("verify_audit", *args, stdout=said)
    except SystemExit as ended:
        return int(ended.code or 0), said.getvalue()
    return 0, said.getvalue()


def test_somebody_outside_verifies_with_the_seals_alone(policy: PolicyVersion, tmp_path: Path) -> None:
    entry = written()
    file = tmp_path / "seals.jsonl"
    said = StringIO()
    call_command("seal_audit", "--to", str(file), stdout=said)
    last = AuditSeal.objects.last()
    assert last
    assert f"Seal {last.number}: {last.chain}" in said.getvalue()
    code, answer = verified("--seals", str(file))
    assert (code, answer.partition(":")[0]) == (0, "The audit trail says what was sealed")
    change(entry)
    AuditSeal.objects.all().delete()
    call_command("seal_audit", stdout=StringIO())
    assert verified()[0] == 0
    code, answer = verified("--seals", str(file))
    assert code == 1
    assert answer.startswith(f"Entry {entry.pk} (seal ")


def test_a_file_without_a_seal_is_refused(policy: PolicyVersion, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("Dear officer\n{}\n")
    for name in ("empty", "absent"):
        with pytest.raises(CommandError, match=name):
            call_command("verify_audit", "--seals", str(tmp_path / name))


def test_nothing_sealed_is_no_fault(policy: PolicyVersion) -> None:
    audit.record("contact.viewed", at=NOON, by="user:1")
    assert verified()[0] == 0
