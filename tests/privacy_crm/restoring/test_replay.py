"""After a restore, the journal is replayed: whoever was erased is gone again, and what people said holds again."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from contacts.events import dietary, places
from contacts.journal import numbers, restored
from contacts.merging import merging
from contacts.models import (
    AuditEvent,
    ConsentRecord,
    Contact,
    FoodPreference,
    JournalLine,
    LookAgain,
    Message,
    PolicyVersion,
    Restoration,
    SignUp,
    Tombstone,
)
from contacts.people import correcting
from contacts.permission import consents, objections
from contacts.signups import keys
from contacts.words.vocabulary import Channel, MailTemplate
from dsr.decisions import certificates
from dsr.freeze import freezes
from dsr.models import Certificate, Request
from privacy_crm.access import closing
from privacy_crm.restoring import lines, replay
from privacy_crm.restoring.replay import ReplayError
from retention.holds import holds
from retention.models import Hold
from tests.support import import_files
from tests.support.deleting import dump, erased, full, under_a_duty, wish
from tests.support.factories import NOON, ONE_DAY, ContactFactory, EventFactory, customer, place, register
from tests.support.import_files import AINO, bring
from tests.support.journals import Backup, Journal
from tests.support.objecting import objects, suppressed
from tests.support.requesting import posted
from tests.support.restricting import restriction

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

TODAY = NOON.date()


def test_whoever_was_erased_is_gone_again(policy: PolicyVersion, journal: Journal) -> None:
    person = full(policy)
    request = wish(person, policy)
    address = person.email or ""
    backup = Backup(journal)
    erased(request, policy)
    backup.restore_and_replay()
    assert not Contact.objects.filter(public_id=person.public_id).exists()
    assert not SignUp.objects.filter(email=address).exists()
    assert Tombstone.objects.filter(erased_on=TODAY, address_hash=person.address_hash).exists()
    assert Request.objects.get(pk=request.pk).outcome == "fulfilled"
    assert address not in dump()
    event = AuditEvent.objects.get(code="contact.deleted")
    assert (event.by, event.public_id) == ("replay", person.public_id)


def test_a_replay_ends_with_the_journals_number_and_changes_nothing_when_it_is_done_again(
    policy: PolicyVersion, journal: Journal
) -> None:
    person = customer(policy)
    backup = Backup(journal)
    objects(person, policy)
    number = numbers.in_database() or JournalLine.objects.count()
    backup.restore_and_replay()
    before = dump()
    assert numbers.in_database() == numbers.in_journal() == number
    assert replay.run(now=lambda: NOON)
    assert dump() == before
    assert journal.ship() == 0


def test_records_that_were_merged_since_are_two_in_the_backup_and_both_go(
    policy: PolicyVersion, journal: Journal
) -> None:
    kept, gone = customer(policy), customer(policy)
    backup = Backup(journal)
    merging.merge(merging.lock(kept.pk, gone.pk, day=TODAY), [], day=TODAY, at=NOON, by="user:1")
    erased(wish(kept, policy), policy)
    backup.restore_and_replay()
    assert not Contact.objects.filter(pk__in=[kept.pk, gone.pk]).exists()


def test_whoever_was_reduced_is_reduced_again_and_looked_at_where_no_duty_is_known(
    policy: PolicyVersion, journal: Journal
) -> None:
    person = customer(policy, phone="+46 70 555 01 23", company="Fjordkraft AB")
    backup = Backup(journal)
    place(person, "duty", "bookkeeping", until=dt.date(2031, 12, 31))
    erased(wish(person, policy), policy)
    backup.restore_and_replay()
    person.refresh_from_db()
    assert (person.email, person.phone, person.company) == (None, "", "Fjordkraft AB")
    assert list(LookAgain.objects.values_list("contact", "why")) == [(person.pk, "reduced")]


def test_a_reduced_person_under_a_duty_that_is_known_is_not_looked_at(policy: PolicyVersion, journal: Journal) -> None:
    person = under_a_duty(policy)
    request = wish(person, policy)
    backup = Backup(journal)
    erased(request, policy)
    backup.restore_and_replay()
    assert Contact.objects.get(pk=person.pk).minimised_on == TODAY
    assert not LookAgain.objects.exists()


@pytest.mark.promise("P12")
def test_an_objection_holds_again_with_the_way_it_was_heard_and_its_day(
    policy: PolicyVersion, journal: Journal
) -> None:
    person = customer(policy)
    backup = Backup(journal)
    said = {"channels": list(Channel), "reason": "unsubscribe", "public_id": person.public_id}
    objections.record(person.address_hash or "", **said, day=TODAY - 3 * ONE_DAY, at=NOON, by="visitor")
    backup.restore_and_replay()
    assert set(suppressed(person.email or "")) == set(Channel)
    recorded = ConsentRecord.objects.filter(contact=person)
    assert {record.method for record in recorded} == {"online"}
    assert {record.said_on for record in recorded} == {TODAY - 3 * ONE_DAY}


@pytest.mark.promise("L14")
def test_a_consent_that_was_withdrawn_stays_withdrawn(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy)
    consents.give(person, Channel.PHONE, "Yes", source="form", day=TODAY, at=NOON, by="visitor")
    backup = Backup(journal)
    consents.withdraw(person, Channel.PHONE, reason="withdrawn on My data", day=TODAY, at=NOON, by="visitor")
    backup.restore_and_replay()
    assert set(suppressed(person.email or "")) == {Channel.PHONE}
    assert set(person.permissions.values_list("channel", "state")) == {("phone", "objected")}
    assert ConsentRecord.objects.get(contact=person, state="withdrawn").channel == "phone"


def test_who_consented_after_an_objection_is_no_objector_again(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy)
    objects(person, policy)
    backup = Backup(journal)
    consents.give(person, Channel.EMAIL, "Yes", source="form", day=TODAY, at=NOON, by="visitor")
    backup.restore_and_replay()
    assert set(suppressed(person.email or "")) == {Channel.PHONE, Channel.POST}


@pytest.mark.promise("L6")
def test_a_restriction_stands_again_and_who_placed_it_is_asked(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy)
    backup = Backup(journal)
    restriction(person, policy)
    backup.restore_and_replay()
    held = Hold.objects.get(contact=person, reason="restriction")
    assert (held.until, held.placed_at) == (None, NOON)
    assert Contact.objects.get(pk=person.pk).restricted_through == dt.date.max or held.until is None
    assert LookAgain.objects.filter(contact=person, why="frozen").exists()


def test_a_freeze_that_ended_ends_again(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy)
    freezes.claim([person], day=TODAY, at=NOON, by="user:1")
    backup = Backup(journal)
    holds.end(Hold.objects.get(contact=person), day=TODAY, at=NOON, by="user:1")
    backup.restore_and_replay()
    assert Hold.objects.get(contact=person).until == TODAY


@pytest.mark.promise("P8")
@pytest.mark.parametrize("act", ["withdraw", "withdraw_at", "give_up"])
def test_food_that_was_taken_back_goes_again_after_a_failover_that_lost_it(
    policy: PolicyVersion, journal: Journal, act: str
) -> None:
    guest, other = (ContactFactory.create() for _ in range(2))
    event = EventFactory.create()
    told = [register(each, event, NOON, policy=policy, food="no nuts") for each in (guest, other)]
    backup = Backup(journal)
    if act == "withdraw":
        dietary.withdraw(guest.email or "", public_id=guest.public_id, at=NOON, by="visitor")
    elif act == "withdraw_at":
        dietary.withdraw_at(told[0], at=NOON, by="visitor")
    else:
        places.give_up(told[0].pk, at=NOON, by="visitor")
    backup.restore_and_replay()
    assert list(FoodPreference.objects.values_list("registration", flat=True)) == [told[1].pk]


def test_a_correction_is_looked_at_again(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy, city="Oslo")
    backup = Backup(journal)
    correcting.correct(person.pk, {"city": "Bergen"}, at=NOON, by="user:1")
    backup.restore_and_replay()
    assert Contact.objects.get(pk=person.pk).city == "Oslo"
    assert LookAgain.objects.get().why == "corrected"
    assert "Bergen" not in journal.files[0].read_text()


def test_a_revoked_key_opens_nothing(policy: PolicyVersion, journal: Journal) -> None:
    record, key = keys.issue("website", at=NOON, by="user:1")
    backup = Backup(journal)
    keys.revoke(record, at=NOON, by="user:1")
    backup.restore_and_replay()
    assert keys.holder(key, at=NOON) is None


def test_sessions_end_and_what_may_have_left_waits(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy)
    Client().force_login(User.objects.create(username="staff"))
    old = Message.objects.create(template=MailTemplate.PARTING, contact=person, created_at=NOON, not_before=NOON)
    backup = Backup(journal)
    objects(person, policy)
    backup.restore_and_replay()
    assert not Session.objects.exists()
    new = Message.objects.create(template=MailTemplate.PARTING, contact=person, created_at=NOON, not_before=NOON)
    assert set(Message.objects.due(NOON)) == {new}
    assert old in set(Message.objects.waiting(NOON))
    found = Restoration.objects.get()
    assert (found.database_number, found.journal_number, found.replayed_at) == (0, numbers.in_journal(), NOON)
    assert restored.night_waits()


def test_a_line_that_fails_keeps_the_doors_closed_and_the_next_attempt_goes_on(
    policy: PolicyVersion, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = customer(policy), customer(policy)
    backup = Backup(journal)
    objects(first, policy)
    objects(second, policy)
    backup.restore()
    apply = lines.apply

    def fail_at_two(entry: Any, *, at: dt.datetime) -> None:
        assert entry["number"] != 2
        apply(entry, at=at)

    monkeypatch.setattr(lines, "apply", fail_at_two)
    with pytest.raises(ReplayError, match="Line 2 of the journal: AssertionError"):
        replay.run(now=lambda: NOON)
    assert (numbers.in_database(), replay.pending()) == (1, True)
    monkeypatch.undo()
    assert replay.run(now=lambda: NOON)
    assert set(suppressed(second.email or "")) == set(Channel)
    assert Restoration.objects.count() == 1


def test_nothing_is_pending_where_nothing_was_restored(policy: PolicyVersion, journal: Journal) -> None:
    objects(customer(policy), policy)
    assert not replay.pending()
    assert replay.run(now=lambda: NOON)
    assert not Restoration.objects.exists()
    assert not restored.night_waits()


def test_the_certificate_is_final_once_its_line_has_left(policy: PolicyVersion, journal: Journal) -> None:
    certificate = erased(wish(customer(policy), policy), policy)
    Backup(journal)
    assert certificates.said(certificate, policy=policy, language="en")["title"].endswith("(not final yet)")
    assert "so a restored backup could undo it" in certificates.words(certificate, policy=policy)
    journal.ship()
    assert certificates.said(certificate, policy=policy, language="en")["title"] == "Certificate of deletion"
    assert Certificate.objects.count() == 1


def test_a_request_that_waits_under_an_erased_address_goes_as_well(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy)
    waiting = posted(policy, person.email or "")
    request = wish(person, policy)
    backup = Backup(journal)
    erased(request, policy)
    backup.restore_and_replay()
    assert not Request.objects.filter(pk=waiting.pk).exists()


@pytest.mark.promise("P12")
def test_an_objection_that_a_list_brought_holds_again(policy: PolicyVersion, journal: Journal) -> None:
    bring(policy, contacts=[import_files.person()])
    backup = Backup(journal)
    bring(policy, objections=[{"email": AINO, "channel": "ALL", "objected_on": "2026-05-01", "source": "Anna called"}])
    backup.restore_and_replay()
    day = dt.date(2026, 5, 1)
    assert suppressed(AINO) == {"email": day, "phone": day, "post": day}
    assert {record.method for record in ConsentRecord.objects.all()} == {"import"}
    assert "Anna" not in journal.files[0].read_text()


def test_a_closed_account_stays_closed(policy: PolicyVersion, journal: Journal) -> None:
    user = User.objects.create(username="left", is_staff=True)
    backup = Backup(journal)
    closing.close(user.pk, at=NOON, by="user:0")
    assert not User.objects.get(pk=user.pk).is_active
    backup.restore()
    assert User.objects.get(pk=user.pk).is_active
    replay.run(now=lambda: NOON)
    assert not User.objects.get(pk=user.pk).is_active
