"""Whole months of the audit trail go by themselves, and it says itself from when on it is whole.

How months are made and dropped is in test_audit_months."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection, connections

from contacts.audiences import exporting
from contacts.base import audit, merge_redirects
from contacts.mailings import approval, drafts
from contacts.mailings.drafts import MailingError
from contacts.models import (
    AuditEvent,
    BounceUndoing,
    ChannelPermission,
    ListedPerson,
    LookAgain,
    MergedNumber,
    Message,
    PolicyVersion,
    Restoration,
    Strike,
)
from contacts.outbox import links
from contacts.people import erasure
from contacts.permission import objections
from contacts.words.vocabulary import AudienceEnd, Channel
from privacy_crm.celery import app
from privacy_crm.merging import merge
from retention import tasks
from retention.audit import statements, trail
from retention.models import ClockDifference, PurgeRun, StatementCheck
from retention.watch import scheduler
from tests.support import listing
from tests.support.admin_pages import contents
from tests.support.factories import NOON, ONE_DAY, ContactFactory, customer, held_for, hold, is_held, stockholm
from tests.support.mailings import AUTHOR, OFFICER, drafted, fresh, words
from tests.support.preferring import unsubscribe

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P17")]

WRITTEN = stockholm(2021, 10, 31)
ENTRIES = AuditEvent.objects.exclude(code=trail.CODE)


@pytest.fixture(autouse=True)
def nothing_yet(policy: PolicyVersion) -> None:
    """Forget that the policy was published."""
    AuditEvent.objects.all().delete()


def entry(at: dt.datetime = WRITTEN, code: str = "contact.viewed", person: uuid.UUID | None = None) -> AuditEvent:
    return AuditEvent.objects.create(at=at, by="user:1", code=code, public_id=person or uuid.uuid4())


def shorten(policy: PolicyVersion, at: dt.datetime = NOON, months: int = 60) -> int:
    return trail.shorten(months=months, policy=policy, at=at)


def all_long_ago() -> None:
    """Have all that was done so far be six years old."""
    AuditEvent.objects.update(at=NOON - 6 * 365 * ONE_DAY)


@pytest.mark.parametrize(
    ("written", "gone_by"),
    [
        (stockholm(2021, 11, 24), dt.date(2026, 11, 30)),
        (stockholm(2021, 11, 1, 0), dt.date(2026, 11, 30)),
        (stockholm(2021, 10, 31, 23, 59), dt.date(2026, 10, 31)),
        (stockholm(2024, 2, 29), dt.date(2029, 2, 28)),
        (stockholm(2021, 8, 1), dt.date(2026, 8, 31)),
    ],
)
def test_an_entry_goes_with_its_month_when_that_ended_so_many_months_ago(
    policy: PolicyVersion, written: dt.datetime, gone_by: dt.date
) -> None:
    entry(written)
    night = stockholm(gone_by.year, gone_by.month, gone_by.day, 3, 25)
    assert shorten(policy, night - ONE_DAY) == 0
    assert ENTRIES.exists()
    assert shorten(policy, night) == 1
    assert not ENTRIES.exists()


def test_month_and_day_are_those_of_the_company(policy: PolicyVersion) -> None:
    entry(stockholm(2021, 11, 1, 0))
    entry(stockholm(2021, 10, 31, 23, 59))
    assert shorten(policy, stockholm(2026, 10, 30, 23, 59), months=60) == 0
    assert shorten(policy, stockholm(2026, 10, 31, 0, 1), months=60) == 1
    assert shorten(policy, stockholm(2026, 11, 29, 23, 59), months=60) == 0
    assert shorten(policy, stockholm(2026, 11, 30, 0, 1), months=60) == 1
    entry(stockholm(2024, 8, 1))
    assert shorten(policy, stockholm(2026, 2, 27), months=18) == 0
    assert shorten(policy, stockholm(2026, 2, 28), months=18) == 1


def test_whatever_order_they_were_written_in_all_go_in_batches_and_the_younger_stay(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "BATCH", 3)
    young = [entry(WRITTEN + (ONE_DAY if number % 2 else -ONE_DAY)) for number in range(20)][1::2]
    assert shorten(policy) == 10
    assert list(ENTRIES.order_by("pk")) == young
    assert AuditEvent.objects.filter(code=trail.CODE).count() == 1


def test_what_was_broken_off_is_finished_the_next_time_and_nothing_that_is_gone_goes_unsaid(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "BATCH", 3)
    for number in range(8):
        entry(code="stuck" if number == 4 else "contact.viewed")
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE FUNCTION pg_temp.breaks_off() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE 'broken off'; END $$;
            CREATE TRIGGER breaks_off BEFORE DELETE ON contacts_auditevent_before FOR EACH ROW WHEN (OLD.code = 'stuck')
            EXECUTE FUNCTION pg_temp.breaks_off()""")
    with pytest.raises(DatabaseError, match="broken off"):
        shorten(policy)
    assert ENTRIES.count() == 5
    assert trail.begins() == stockholm(2021, 11, 1, 0)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER breaks_off ON contacts_auditevent_before")
    assert shorten(policy) == 5


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_delete_each_entry_once(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "BATCH", 3)
    young = [entry(WRITTEN + (ONE_DAY if number % 4 == 0 else -ONE_DAY)) for number in range(80)][::4]

    def work(_: int) -> int:
        try:
            return shorten(policy)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 60
    assert list(ENTRIES.order_by("pk")) == young


def test_nothing_else_is_deleted(policy: PolicyVersion) -> None:
    person = ContactFactory.create()
    hold(person, "prospect", WRITTEN.date(), policy=policy)
    entry(person=person.public_id)
    before = contents()
    assert shorten(policy) == 1
    after = contents()
    assert [table for table in before if before[table] != after[table]] == ["contacts_auditevent"]


# What it says of itself


@pytest.mark.promise("L20")
def test_it_says_from_when_on_it_is_whole_and_only_where_something_went(policy: PolicyVersion) -> None:
    entry(WRITTEN + ONE_DAY)
    assert shorten(policy) == 0
    assert trail.begins() < stockholm(1900, 1, 1)
    assert shorten(policy, NOON + 10 * ONE_DAY) == 1
    assert trail.begins() == stockholm(2021, 12, 1, 0)
    assert shorten(policy, months=120) == 0
    assert trail.begins() == stockholm(2021, 12, 1, 0)
    assert AuditEvent.objects.get().by == "shorten_trail"


@pytest.mark.promise("L20")
@pytest.mark.parametrize(("sent", "is_found"), [(NOON - 400 * ONE_DAY, False), (NOON - 380 * ONE_DAY, True)])
def test_of_a_mail_from_before_it_begins_nobody_is_accused(
    policy: PolicyVersion, sent: dt.datetime, *, is_found: bool
) -> None:
    person = ContactFactory.create(country="SE")
    hold(person, "prospect", sent.date() - 9 * ONE_DAY, policy=policy)
    told: dict[str, Any] = {"template": "mailing", "purpose": "marketing", "created_at": sent, "not_before": sent}
    Message.objects.create(contact=person, sent_at=sent, **told)
    ChannelPermission.objects.create(
        contact=person, channel="email", state="objected", given_on=sent.date() - 2 * ONE_DAY
    )
    audit.record("address.changed", at=sent + ONE_DAY, by="test", public_id=person.public_id)
    assert statements.search(policy=policy, at=NOON, only=["sent_after_objection"])[0].count == 0
    AuditEvent.objects.all().delete()
    assert statements.search(policy=policy, at=NOON, only=["sent_after_objection"])[0].count == 1
    entry(NOON - 399 * ONE_DAY)
    assert shorten(policy, months=12) == 1
    assert statements.search(policy=policy, at=NOON, only=["sent_after_objection"])[0].count == is_found


# What acts read for longer


@pytest.mark.promise("P12")
def test_an_old_link_finds_a_merged_person_for_as_long_as_they_are_held(policy: PolicyVersion) -> None:
    first, second, third = (customer(policy) for _ in range(3))
    numbers = [each.public_id for each in (first, second, third)]
    token = links.stop(first)
    merge(second.pk, first.pk, [], policy=policy, at=NOON, by="user:7")
    merge(third.pk, second.pk, [], policy=policy, at=NOON, by="user:7")
    all_long_ago()
    entry(NOON - 6 * 365 * ONE_DAY, person=third.public_id)
    shorten(policy)
    assert not ENTRIES.exists()
    assert set(merge_redirects.with_earlier([third.public_id])) == set(numbers)
    assert unsubscribe(token).status_code == 200
    assert ChannelPermission.objects.filter(contact=third, channel="email", state="objected").exists()
    erasure.delete({third.pk: third.public_id}, at=NOON, by="test", rule="test")
    assert not MergedNumber.objects.exists()


@pytest.mark.promise("P12")
def test_who_is_on_a_list_that_is_outstanding_can_be_struck_until_it_is_confirmed(policy: PolicyVersion) -> None:
    listed = listing.made(channel="email")
    people = ContactFactory.create_batch(2)
    for each in people:
        ListedPerson.objects.create(audience=listed, contact=each)
    heard: dict[str, Any] = {"public_id": None, "channels": [Channel.EMAIL], "reason": "phone", "day": NOON.date()}
    objections.record(str(people[0].address_hash), **heard, at=NOON, by="user:1")
    assert Strike.objects.get().reference == people[0].public_id
    Strike.objects.update(struck_at=NOON, struck_by="user:1")
    exporting.confirm(listed, AudienceEnd.DESTROYED, at=NOON, by="user:1")
    assert not ListedPerson.objects.exists()


@pytest.mark.promise("P11")
def test_who_wrote_a_mailing_never_approves_it_however_long_it_waits(policy: PolicyVersion) -> None:
    waiting = drafted(kind="important")
    for by in (OFFICER, AUTHOR):
        drafts.edit(waiting, words(name="Other", kind="important"), at=NOON, by=by)
    approval.submit(fresh(waiting), at=NOON, by=AUTHOR)
    all_long_ago()
    shorten(policy)
    assert not ENTRIES.exists()
    assert sorted(fresh(waiting).authors) == sorted({AUTHOR, OFFICER})
    with pytest.raises(MailingError, match="yourself"):
        approval.approve(fresh(waiting), drafts.mark(fresh(waiting)), at=NOON, by=OFFICER)


# The job


@pytest.mark.usefixtures("at_noon")
def test_the_job_takes_the_months_from_the_settings(policy: PolicyVersion, settings: Any) -> None:
    entry(WRITTEN)
    settings.AUDIT_MONTHS = 61
    tasks.shorten_trail()
    assert ENTRIES.exists()
    settings.AUDIT_MONTHS = 60
    [job] = [each["task"] for each in app.conf.beat_schedule.values() if each["task"] == tasks.shorten_trail.name]
    app.tasks[job].apply(throw=True)
    assert not ENTRIES.exists()


def test_it_has_to_be_kept_for_a_year(settings: Any) -> None:
    settings.AUDIT_MONTHS = 12
    call_command("check", stdout=StringIO(), stderr=StringIO())
    settings.AUDIT_MONTHS = 11
    with pytest.raises(SystemCheckError, match=r"retention\.E002"):
        call_command("check", stdout=StringIO(), stderr=StringIO())


def test_mails_are_known_for_as_long_as_what_follows_is_counted(settings: Any) -> None:
    settings.MESSAGE_MONTHS = 2
    with pytest.raises(SystemCheckError, match=r"retention\.E003"):
        call_command("check", stdout=StringIO(), stderr=StringIO())


# The ledgers

LONG_AGO = stockholm(2021, 11, 24)


def night(at: dt.datetime, status: str = "finished") -> PurgeRun:
    return PurgeRun.objects.create(at=at, by="test", status=status, started_at=at, finished_at=at)


def test_nights_and_searches_go_with_the_trail_but_the_last_and_what_waits(policy: PolicyVersion) -> None:
    for status in ("failed", "finished", "finished", "needs_approval", "missed"):
        night(LONG_AGO, status)
    StatementCheck.objects.create(at=LONG_AGO)
    undone = {"since": LONG_AGO, "until": LONG_AGO, "reason": "a mistake", "number": 1, "by": "user:1"}
    BounceUndoing.objects.create(at=LONG_AGO, **undone)
    kept = BounceUndoing.objects.create(at=NOON, **undone)
    trail.shorten_ledgers(months=60, policy=policy, at=NOON - ONE_DAY)
    assert (PurgeRun.objects.count(), BounceUndoing.objects.count()) == (5, 2)
    trail.shorten_ledgers(months=60, policy=policy, at=NOON)
    assert sorted(PurgeRun.objects.values_list("status", flat=True)) == ["finished", "missed", "needs_approval"]
    assert StatementCheck.objects.count() == 1
    assert BounceUndoing.objects.get() == kept
    StatementCheck.objects.create(at=NOON)
    night(NOON)
    tasks_at_noon = {"months": 60, "policy": policy, "at": NOON}
    trail.shorten_ledgers(**tasks_at_noon)
    assert sorted(PurgeRun.objects.values_list("status", flat=True)) == ["finished", "needs_approval"]
    assert StatementCheck.objects.get().at == NOON


@pytest.mark.promise("P9")
def test_a_night_after_a_gap_of_years_waits_again_on_the_next_day(policy: PolicyVersion) -> None:
    """Found: the first one waits; by its next day the one that finished last was gone, and nothing was asked."""
    person = held_for("prospect", policy)
    for status in ("finished", "needs_approval"):
        night(stockholm(2021, 11, 23) if status == "finished" else NOON - ONE_DAY, status)
    trail.shorten_ledgers(months=60, policy=policy, at=NOON)
    scheduler.tick(at=NOON, now=lambda: NOON)
    latest = PurgeRun.objects.latest("pk")
    assert (latest.status, latest.waits_because) == ("needs_approval", "gap")
    assert is_held(person)


def test_the_forecast_stays_until_there_is_another(policy: PolicyVersion) -> None:
    foreseeing = night(LONG_AGO, "failed")
    PurgeRun.objects.filter(pk=foreseeing.pk).update(foreseen_through=LONG_AGO)
    for status in ("failed", "finished", "missed"):
        night(LONG_AGO, status)
    trail.shorten_ledgers(months=60, policy=policy, at=NOON)
    assert sorted(PurgeRun.objects.values_list("status", flat=True)) == ["failed", "finished", "missed"]
    assert PurgeRun.objects.filter(pk=foreseeing.pk).exists()


def test_clocks_that_differed_and_restores_go_with_the_trail_once_nothing_of_them_is_open(
    policy: PolicyVersion,
) -> None:
    """*Found*: they had no end."""
    for stands in (True, False):
        ClockDifference.objects.create(noticed_at=LONG_AGO, seen_at=LONG_AGO, seconds=90, stands=stands)
    found = {"found_at": LONG_AGO, "database_number": 1, "journal_number": 2, "messages_through": 0}
    settled = {"replayed_at": LONG_AGO, "mails_settled_at": LONG_AGO, "mails_settled_by": "user:1"}
    open_ones = [
        Restoration.objects.create(**found | settled),
        Restoration.objects.create(**found, replayed_at=LONG_AGO, first_night_at=LONG_AGO),
    ]
    Restoration.objects.create(**found | settled, first_night_at=LONG_AGO)
    person = ContactFactory.create()
    unseen = LookAgain.objects.create(contact=person, why="corrected", done_at=LONG_AGO)
    LookAgain.objects.create(contact=person, why="left", done_at=LONG_AGO, seen_at=LONG_AGO, seen_by="user:1")
    trail.shorten_ledgers(months=60, policy=policy, at=NOON - ONE_DAY)
    assert (ClockDifference.objects.count(), Restoration.objects.count(), LookAgain.objects.count()) == (2, 3, 2)
    trail.shorten_ledgers(months=60, policy=policy, at=NOON)
    assert ClockDifference.objects.get().stands
    assert list(Restoration.objects.order_by("pk")) == open_ones
    assert LookAgain.objects.get() == unseen
