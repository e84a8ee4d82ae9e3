"""What is owed to the journal leaves whole, once and in order, wherever its writer was killed before."""

import datetime as dt
import json
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.db import connection

from contacts import tasks
from contacts.base.limits import limits
from contacts.journal import numbers, segments, shipping, stores, warning, writing
from contacts.journal.numbers import LostError
from contacts.journal.segments import Segment
from contacts.journal.shipping import DivergedError
from contacts.journal.stores import JournalError
from contacts.models import JournalLine, PolicyVersion
from contacts.words.journal import JournalAct
from tests.support import queues
from tests.support.factories import NOON, ONE_DAY
from tests.support.journals import Journal, numbered
from tests.support.mail_sink import Sink
from tests.support.mail_under_way import elsewhere

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

WHO = uuid.UUID("11111111-2222-3333-4444-555555555555")


def owe(number: int = 1, *, at: dt.datetime = NOON) -> None:
    for _ in range(number):
        writing.write(JournalAct.DELETED, [WHO], hashes={"a" * 64: "b" * 64}, at=at)
    numbered()


def said(journal: Journal) -> list[int]:
    return [line["number"] for line in journal.lines]


def test_a_line_can_be_read_without_us(journal: Journal) -> None:
    owe()
    assert journal.ship() == 1
    header, line = journal.files[0].read_text().splitlines()
    assert json.loads(header.partition(" ")[2]) == {"journal": 1, "first": 1, "after": ""}
    assert json.loads(line.partition(" ")[2]) == {
        "number": 1,
        "at": "2026-11-24T12:00:00+00:00",
        "act": "deleted",
        "public_ids": [str(WHO)],
        "hashes": {"a" * 64: "b" * 64},
        "details": {},
    }
    assert journal.files[0].stat().st_mode & 0o077 == 0


def test_nothing_is_written_twice_and_nothing_where_nothing_is_owed(journal: Journal) -> None:
    owe(2)
    assert journal.ship() == 2
    before = journal.files[0].stat().st_ino
    assert journal.ship() == 0
    assert journal.files[0].stat().st_ino == before
    assert said(journal) == [1, 2]


def test_what_left_before_its_shipper_could_say_so_is_not_written_again(journal: Journal) -> None:
    owe(2)
    journal.ship()
    JournalLine.objects.update(shipped_at=None)
    before = journal.files[0].read_bytes()
    assert journal.ship() == 2
    assert journal.files[0].read_bytes() == before


@pytest.mark.parametrize("cut", [1, 40, 200, 500])
def test_a_torn_tail_is_written_again(journal: Journal, cut: int) -> None:
    owe(3)
    journal.ship()
    whole = journal.files[0].read_bytes()
    journal.files[0].write_bytes(whole[:-cut])
    assert len(said(journal)) < 3
    journal.ship()
    assert journal.files[0].read_bytes() == whole


def test_a_part_that_a_killed_writer_left_beside_is_no_segment(journal: Journal) -> None:
    owe()
    journal.ship()
    (journal.path / f".{journal.files[0].name}.part").write_bytes(b"torn")
    owe()
    journal.ship()
    assert said(journal) == [1, 2]
    assert [path.name for path in journal.path.iterdir()] == [journal.files[0].name]


@pytest.mark.parametrize("is_mounted", [True, False])
def test_a_journal_that_is_gone_is_written_anew_when_it_is_said_to_be_lost(journal: Journal, is_mounted: bool) -> None:
    owe(2)
    journal.ship()
    journal.files[0].unlink()
    owe()
    if not is_mounted:
        journal.path.rmdir()
    with pytest.raises(LostError, match="has no line, and 2 have left"):
        journal.ship()
    assert journal.files == []
    assert shipping.renew(at=NOON) == 1
    assert said(journal) == [1, 2, 3]
    with pytest.raises(JournalError, match="is there, and ends at line 3"):
        shipping.renew(at=NOON)


def test_a_journal_whose_lines_have_all_expired_is_begun_with_the_next(journal: Journal) -> None:
    owe(2)
    journal.ship(at=NOON + ONE_DAY)
    shipping.expire(at=NOON + 90 * ONE_DAY)
    journal.files[0].unlink()
    with pytest.raises(LostError):
        numbers.in_journal()
    shipping.renew(at=NOON + 90 * ONE_DAY)
    assert numbers.in_journal() == 2
    owe()
    journal.ship(at=NOON + 90 * ONE_DAY)
    assert [line["number"] for line in segments.after(stores.configured(), 2)] == [3]


def test_a_line_that_was_changed_counts_as_not_there(journal: Journal) -> None:
    owe(2)
    journal.ship()
    journal.files[0].write_bytes(journal.files[0].read_bytes().replace(b'"number": 1', b'"number": 7'))
    assert said(journal) == []


def test_a_full_segment_is_sealed_and_the_next_one_follows_from_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "_FULL", 4)
    owe(5)
    journal.ship()
    assert [path.name for path in journal.files] == [f"{first:020}.jsonl" for first in (1, 3, 5)]
    first, second, third = (segments.parse(path.name, path.read_bytes()) for path in journal.files)
    assert (first.sealed, second.sealed, third.sealed) == (NOON, NOON, None)
    assert (second.after, third.after) == (first.hash, second.hash)
    assert said(journal) == [1, 2, 3, 4, 5]


def test_a_sealed_segment_whose_successor_was_never_begun_gets_one(journal: Journal) -> None:
    owe()
    journal.ship()
    journal.ship(at=NOON + ONE_DAY)
    journal.files[1].unlink()
    owe()
    journal.ship()
    assert said(journal) == [1, 2]


def test_damage_in_the_middle_is_found_when_it_is_read(journal: Journal) -> None:
    owe(2)
    journal.ship(at=NOON + ONE_DAY)
    owe()
    journal.ship()
    journal.files[0].write_bytes(journal.files[0].read_bytes()[:-200])
    with pytest.raises(JournalError, match=r"00001\.jsonl is damaged after line 1\.$"):
        said(journal)


def test_a_segment_that_does_not_follow_from_the_one_before_is_found(journal: Journal) -> None:
    """Such as one of another installation, or of a copy from before it was written to."""
    owe(2)
    journal.ship(at=NOON + ONE_DAY)
    owe()
    journal.ship()
    first = segments.parse(journal.files[0].name, journal.files[0].read_bytes())
    first.entries[0]["act"] = "food"
    journal.files[0].write_bytes(first.text)
    with pytest.raises(JournalError, match=r"00003\.jsonl does not follow from the one before"):
        said(journal)


def test_lines_that_are_gone_are_named(journal: Journal) -> None:
    owe(2)
    journal.ship(at=NOON + ONE_DAY)
    owe()
    journal.ship()
    journal.files[0].unlink()
    with pytest.raises(JournalError, match="Lines 1 to 2 of the journal are gone"):
        said(journal)


def test_a_second_database_that_writes_to_the_same_journal_is_refused(journal: Journal) -> None:
    owe()
    journal.ship()
    JournalLine.objects.update(act=JournalAct.FOOD, shipped_at=None)
    before = journal.files[0].read_bytes()
    with pytest.raises(DivergedError):
        journal.ship()
    assert journal.files[0].read_bytes() == before
    assert JournalLine.objects.filter(shipped_at__isnull=True).exists()


def test_segments_go_once_the_last_backup_before_them_has_expired(journal: Journal, settings: Any) -> None:
    settings.BACKUP_DAYS = 30
    owe(2)
    sealed = NOON + ONE_DAY
    journal.ship(at=sealed)
    owe(at=sealed + ONE_DAY)
    journal.ship(at=sealed + ONE_DAY)
    assert shipping.expire(at=sealed + 30 * ONE_DAY) == 0
    assert shipping.expire(at=sealed + 31 * ONE_DAY) == 1
    assert [path.name for path in journal.files] == [f"{3:020}.jsonl"]
    assert list(JournalLine.objects.values_list("number", flat=True)) == [3]


def test_the_number_is_known_when_all_lines_have_gone(journal: Journal) -> None:
    owe(2)
    journal.ship(at=NOON + ONE_DAY)
    shipping.expire(at=NOON + 90 * ONE_DAY)
    assert JournalLine.objects.count() == 0
    assert segments.tail(stores.configured()).last == 2
    owe()
    journal.ship()
    assert [line["number"] for line in segments.after(stores.configured(), 2)] == [3]


def test_a_place_that_cannot_be_written_loses_nothing(journal: Journal, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    settings.JOURNAL_URL = (tmp_path / "file").as_uri()
    owe()
    with pytest.raises(JournalError):
        journal.ship()
    settings.JOURNAL_URL = journal.path.as_uri()
    assert journal.ship() == 1


def officer() -> None:
    user = User.objects.create(username="officer", email="officer@nordvik.example", is_staff=True)
    user.groups.set([Group.objects.get(name="privacy officer")])


def test_after_ten_minutes_somebody_is_told_once(policy: PolicyVersion, journal: Journal) -> None:
    officer()
    owe()
    assert not warning.warn(policy=policy, at=NOON + dt.timedelta(minutes=9))
    assert warning.warn(policy=policy, at=NOON + dt.timedelta(minutes=10))
    assert not warning.warn(policy=policy, at=NOON + dt.timedelta(minutes=20))
    (sent,) = mail.outbox
    assert sent.subject == warning.SUBJECT
    assert sent.to == ["officer@nordvik.example"]
    journal.ship()
    owe()
    assert warning.warn(policy=policy, at=NOON + dt.timedelta(minutes=30))


@pytest.mark.django_db(transaction=True)
def test_lines_leave_while_somebody_is_told_that_they_have_not(
    policy: PolicyVersion, journal: Journal, sink: Sink
) -> None:
    officer()
    owe()
    again: list[bool] = []
    later = NOON + dt.timedelta(minutes=10)

    def meanwhile() -> None:
        again.append(warning.warn(policy=policy, at=later))
        with limits(lock="1s"):
            journal.ship()

    sink.taken = elsewhere(meanwhile)
    assert warning.warn(policy=policy, at=later)
    assert (again, len(sink.raw)) == ([False], 1)
    assert not JournalLine.objects.filter(shipped_at__isnull=True).exists()


def test_the_job_fails_while_the_journal_is_away_tells_of_it_and_loses_nothing(
    policy: PolicyVersion, journal: Journal, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no directory")
    settings.JOURNAL_URL = (tmp_path / "file").as_uri()
    setattr(connection, numbers._ASKED, numbers._Asked(connection.connection, float("inf"), 0))
    User.objects.create(username="admin", email="admin@nordvik.example").groups.set(
        Group.objects.filter(name="administrator")
    )
    owe()
    with pytest.raises(JournalError):
        tasks.ship_journal()
    assert shipping.unshipped() == NOON
    assert [sent.subject for sent in mail.outbox] == [warning.SUBJECT]
    settings.JOURNAL_URL = journal.path.as_uri()
    tasks.ship_journal()
    assert shipping.unshipped() is None


@pytest.mark.parametrize("name", ["old.jsonl", f"{1:020} (copy).jsonl", f"a{1:020}.jsonl"])
def test_what_somebody_else_put_there_is_no_segment(journal: Journal, name: str) -> None:
    owe()
    journal.ship()
    (journal.path / name).write_bytes(journal.files[0].read_bytes())
    owe()
    assert journal.ship() == 1
    assert numbers.in_journal() == 2
    assert said(journal) == [1, 2]


def test_somebody_is_told_whatever_keeps_a_line_from_leaving(
    policy: PolicyVersion, journal: Journal, settings: Any
) -> None:
    officer()
    owe()
    settings.JOURNAL_URL = 1  # an error of our own, which is no JournalError
    setattr(connection, numbers._ASKED, numbers._Asked(connection.connection, float("inf"), 0))
    with pytest.raises(AttributeError):
        tasks.ship_journal()
    assert [sent.subject for sent in mail.outbox] == [warning.SUBJECT]


def test_an_empty_segment_has_a_name_and_no_lines() -> None:
    assert segments.parse(f"{101:020}.jsonl", Segment(first=101).text).last == 100


def test_two_shippers_do_not_write_at_once(journal: Journal) -> None:
    owe()
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [shipping._LOCK])
        assert journal.ship() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [shipping._LOCK])
    assert journal.ship() == 1


@pytest.mark.django_db(transaction=True)
def test_many_acts_ask_for_one_shipper_until_it_begins(journal: Journal) -> None:
    with queues.asked(shipping.TASK) as waiting:
        for _ in range(3):
            writing.write(JournalAct.DELETED, [WHO], at=NOON)
        assert len(waiting) == 1
        assert waiting.expire()
        tasks.ship_journal()
        writing.write(JournalAct.DELETED, [WHO], at=NOON)
        assert len(waiting) == 2
