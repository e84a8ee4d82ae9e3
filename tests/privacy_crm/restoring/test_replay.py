"""After a restore, the journal is replayed: whoever was erased is gone again, and what people said holds again."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.test import Client

from contacts.events import dietary, places
from contacts.journal import numbers, restored
from contacts.journal.shipping import DivergedError
from contacts.merging import merging
from contacts.models import (
    AuditEvent,
    ConsentRecord,
    Contact,
    FoodPreference,
    Interest,
    JournalLine,
    LookAgain,
    Message,
    PolicyVersion,
    Registration,
    Restoration,
    SignUp,
    Tombstone,
    Topic,
)
from contacts.people import correcting, tombstones
from contacts.permission import consents, interests, objections
from contacts.signups import keys, proof
from contacts.signups.sign_ups import Wish
from contacts.words.addresses import known
from contacts.words.vocabulary import Channel, MailTemplate
from dsr.decisions import certificates, objection_balancing
from dsr.decisions.objection_balancing import Balance
from dsr.freeze import freezes
from dsr.letters import restrictions
from dsr.models import Certificate, Request
from dsr.words.vocabulary import Kind
from privacy_crm.access import closing, granting, inviting
from privacy_crm.models import AccountLink, RoleRequest
from privacy_crm.restoring import lines, replay
from privacy_crm.restoring.replay import ReplayError
from retention.holds import holds
from retention.models import Hold
from tests.support import accounts, import_files, visitors
from tests.support.deciding import BECAUSE, draft
from tests.support.deleting import dump, erased, full, under_a_duty, wish
from tests.support.factories import (
    NOON,
    ONE_DAY,
    ContactFactory,
    EventFactory,
    SignUpFactory,
    TopicFactory,
    customer,
    held_for,
    hold,
    place,
    register,
    scenarios_of,
)
from tests.support.import_files import AINO, bring
from tests.support.journals import Backup, Journal
from tests.support.objecting import objects, suppressed
from tests.support.requesting import asked_by, posted
from tests.support.restricting import restriction
from tests.support.rotating import rotate, set_keys

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


@pytest.mark.promise("L12")
def test_a_key_that_came_since_brings_nobody_back(policy: PolicyVersion, journal: Journal, settings: Any) -> None:
    """*Found*: what waited under an address that the journal names by an earlier key stayed."""
    set_keys(settings, "old " * 20)
    person = full(policy)
    request = wish(person, policy)
    address = person.email or ""
    backup = Backup(journal)
    erased(request, policy)
    backup.restore()
    rotate(settings, "new " * 20, "old " * 20)
    assert replay.run(now=lambda: NOON)
    assert not SignUp.objects.filter(email=address).exists()
    assert address not in dump()
    assert tombstones.standing(known(address), day=TODAY)


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


@pytest.mark.promise("P12")
def test_who_consented_once_two_records_were_merged_opens_no_other_address(
    policy: PolicyVersion, journal: Journal
) -> None:
    """*Found*: the line names the merged record, too, and in the backup that one is somebody with an objection."""
    kept, gone = customer(policy), customer(policy)
    objects(gone, policy, [Channel.EMAIL])
    backup = Backup(journal)
    merging.merge(merging.lock(kept.pk, gone.pk, day=TODAY), [], day=TODAY, at=NOON, by="user:1")
    consents.give(kept, Channel.EMAIL, "Yes", source="form", day=TODAY, at=NOON, by="visitor")
    backup.restore_and_replay()
    assert set(suppressed(gone.email or "")) == {Channel.EMAIL}
    assert suppressed(kept.email or "") == {}


@pytest.mark.promise("P22")
def test_what_somebody_objected_to_and_we_ended_ends_again(policy: PolicyVersion, journal: Journal) -> None:
    """*Found*: the basis was back, and the restriction that had come with the objection ended by the journal."""
    person, other = customer(policy), held_for("prospect", policy)
    for each in (person, other):
        hold(each, "whitepaper", TODAY, policy=policy)
    objection = asked_by(person, policy, Kind.OBJECTION)
    backup = Backup(journal)
    letter = draft(restrictions.upheld, objection, policy, "sv", left=True, reasons=BECAUSE)
    balance = Balance("We need it to sell.", "They are a journalist.", BECAUSE)
    objection_balancing.uphold(objection.pk, balance, letter, policy=policy, at=NOON, by="user:1")
    backup.restore_and_replay()
    assert (scenarios_of(person), scenarios_of(other)) == (["customer"], ["prospect", "whitepaper"])
    assert not LookAgain.objects.filter(why="objected").exists()


@pytest.mark.promise("P22")
def test_who_would_be_held_for_nothing_by_it_is_looked_at(policy: PolicyVersion, journal: Journal) -> None:
    person = held_for("prospect", policy)
    backup = Backup(journal)
    hold(person, "customer", TODAY, policy=policy)
    objection = asked_by(person, policy, Kind.OBJECTION)
    letter = draft(restrictions.upheld, objection, policy, "sv", left=True, reasons=BECAUSE)
    balance = Balance("We need it to sell.", "They are a journalist.", BECAUSE)
    objection_balancing.uphold(objection.pk, balance, letter, policy=policy, at=NOON, by="user:1")
    backup.restore_and_replay()
    assert scenarios_of(person) == ["prospect"]
    assert LookAgain.objects.filter(contact=person, why="objected").exists()


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


@pytest.mark.promise("P12")
def test_a_topic_that_was_stopped_stays_stopped_since_the_same_day(policy: PolicyVersion, journal: Journal) -> None:
    person, topic, other = customer(policy), TopicFactory.create(), TopicFactory.create()
    backup = Backup(journal)
    stop_topic(person, topic)
    backup.restore_and_replay()
    assert list(person.interests.values_list("topic", "wanted", "since")) == [(topic.pk, False, TODAY)]
    assert interests.wanted(person) == {other.pk}
    assert AuditEvent.objects.get(code="topic.refused").by == "replay"


@pytest.mark.promise("P12")
def test_topics_that_are_ticked_no_more_stay_so_and_those_that_are_ticked_again_as_well(
    policy: PolicyVersion, journal: Journal
) -> None:
    person, topics = customer(policy), [TopicFactory.create().pk for _ in range(3)]
    choose(person, topics[1:], among=topics)
    backup = Backup(journal)
    choose(person, topics[:2], among=topics)
    backup.restore_and_replay()
    assert interests.wanted(person) == set(topics[:2])


def test_of_two_records_that_were_merged_since_both_keep_the_no_to_a_topic(
    policy: PolicyVersion, journal: Journal
) -> None:
    kept, gone = customer(policy), customer(policy)
    topic = TopicFactory.create()
    stop_topic(gone, topic)
    backup = Backup(journal)
    merging.merge(merging.lock(kept.pk, gone.pk, day=TODAY), [], day=TODAY, at=NOON, by="user:1")
    backup.restore_and_replay()
    assert set(Interest.objects.filter(wanted=False).values_list("contact", flat=True)) == {kept.pk, gone.pk}


def test_who_stopped_a_topic_that_is_lost_is_looked_at(policy: PolicyVersion, journal: Journal) -> None:
    person = customer(policy)
    backup = Backup(journal)
    stop_topic(person, TopicFactory.create())
    backup.restore_and_replay()
    assert list(LookAgain.objects.values_list("contact", "why")) == [(person.pk, "topic")]


def test_a_place_that_was_given_up_is_free_and_no_mail_is_owed(policy: PolicyVersion, journal: Journal) -> None:
    event = EventFactory.create()
    told = [register(ContactFactory.create(), event, NOON, policy=policy) for _ in range(2)]
    backup = Backup(journal)
    places.give_up(told[0].pk, at=NOON + ONE_DAY, by="visitor")
    backup.restore_and_replay()
    standing = Registration.objects.values_list("pk", "cancelled_at")
    assert dict(standing) == {told[0].pk: NOON + ONE_DAY, told[1].pk: None}
    assert not Message.objects.exists()
    assert AuditEvent.objects.get(code="registration.cancelled").by == "replay"


def test_who_signed_up_again_has_their_place(policy: PolicyVersion, journal: Journal) -> None:
    event, person = visitors.event(), visitors.on_file(policy)
    place = register(person, event, NOON, policy=policy)
    backup = Backup(journal)
    places.give_up(place.pk, at=NOON, by="visitor")
    made = visitors.asked(Wish.of_event(event), policy)
    proof.confirm(made.public_id, consent=False, policy=policy, at=NOON + ONE_DAY, by="visitor")
    backup.restore_and_replay()
    assert Registration.objects.values_list("cancelled_at", "registered_at").get() == (None, NOON + ONE_DAY)


def stop_topic(person: Contact, topic: Topic) -> None:
    said = {"public_id": person.public_id, "address_hash": person.address_hash or ""}
    assert interests.refuse(topic.slug, **said, day=TODAY, at=NOON, by="visitor")


def choose(person: Contact, chosen: list[int], *, among: list[int]) -> None:
    interests.choose(person.public_id, chosen, among=among, day=TODAY, at=NOON, by="visitor")


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


def test_a_journal_of_another_database_is_not_replayed(policy: PolicyVersion, journal: Journal) -> None:
    """*Found*: its objections were noted, under a key that nobody has, and the next start was refused for it."""
    first, second = customer(policy), customer(policy)
    objects(first, policy)
    backup = Backup(journal)
    objects(second, policy)
    backup.restore()
    JournalLine.objects.filter(number=1).update(act="food")
    before = dump()
    with pytest.raises(DivergedError):
        replay.run(now=lambda: NOON)
    assert dump() == before
    assert replay.pending()


def test_what_a_torn_journal_still_says_is_replayed_and_that_it_is_torn_is_logged(
    policy: PolicyVersion, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = customer(policy), customer(policy)
    backup = Backup(journal)
    objects(first, policy)
    objects(second, policy)
    backup.restore()
    journal.files[0].write_bytes(journal.files[0].read_bytes()[:-40])
    assert replay.run(now=lambda: NOON)
    assert (set(suppressed(first.email or "")), numbers.in_database()) == (set(Channel), 1)
    assert "journal.torn" in caplog.text


def test_a_backup_that_is_restored_twice_ends_the_same_each_time(policy: PolicyVersion, journal: Journal) -> None:
    person, other = customer(policy), customer(policy)
    backup = Backup(journal)
    erased(wish(person, policy), policy)
    backup.restore_and_replay()
    objects(other, policy)
    backup.restore_and_replay()
    assert not Contact.objects.filter(pk=person.pk).exists()
    assert set(suppressed(other.email or "")) == set(Channel)
    assert numbers.in_database() == numbers.in_journal()
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


OLD, NEW = "suppression:" + "a" * 50, "suppression:" + "b" * 50


@pytest.mark.parametrize("then", [OLD, NEW], ids=["old", "new"])
def test_what_waited_under_an_erased_address_goes_whatever_key_its_line_is_under(
    policy: PolicyVersion, journal: Journal, settings: Any, then: str
) -> None:
    """The keys were rotated since the backup, before the erasure or after it."""
    rotate(settings, OLD)
    person = full(policy)
    address = person.email or ""
    waiting = posted(policy, address)
    request = wish(person, policy)
    backup = Backup(journal)
    if then == NEW:
        rotate(settings, NEW, OLD)
    erased(request, policy)
    backup.restore()
    rotate(settings, NEW, OLD)
    assert replay.run(now=lambda: NOON)
    assert not SignUp.objects.filter(email=address).exists()
    assert not Request.objects.filter(pk=waiting.pk).exists()
    assert address not in dump()


@pytest.mark.promise("P8")
@pytest.mark.parametrize("then", [OLD, NEW], ids=["old", "new"])
def test_food_that_was_taken_back_goes_whatever_key_its_line_is_under(
    policy: PolicyVersion, journal: Journal, settings: Any, then: str
) -> None:
    rotate(settings, OLD)
    person, event = customer(policy), EventFactory.create()
    register(person, event, NOON, policy=policy, food="no nuts")
    asked = {"kind": "event", "scenario": "event", "event": event, "policy_version": policy}
    made = SignUpFactory.create(email=person.email, **asked)
    FoodPreference.objects.create(sign_up=made, preference="no nuts", consented_at=NOON)
    backup = Backup(journal)
    if then == NEW:
        rotate(settings, NEW, OLD)
    dietary.withdraw(person.email or "", public_id=None, at=NOON, by="visitor")
    backup.restore()
    rotate(settings, NEW, OLD)
    assert replay.run(now=lambda: NOON)
    assert not FoodPreference.objects.exists()


def test_a_closed_account_stays_closed(policy: PolicyVersion, journal: Journal) -> None:
    user = User.objects.create(username="left", is_staff=True)
    backup = Backup(journal)
    closing.close(user.pk, at=NOON, by="user:0")
    assert not User.objects.get(pk=user.pk).is_active
    backup.restore()
    assert User.objects.get(pk=user.pk).is_active
    replay.run(now=lambda: NOON)
    assert not User.objects.get(pk=user.pk).is_active


def test_an_account_that_was_closed_has_no_role_when_it_is_opened_again(
    policy: PolicyVersion, journal: Journal
) -> None:
    officer, administrator = accounts.colleague("privacy officer"), accounts.colleague("administrator")
    granting.give(officer.pk, "administrator", at=NOON, by=accounts.by(administrator))
    backup = Backup(journal)
    closing.close(officer.pk, at=NOON, by=accounts.by(administrator))
    backup.restore_and_replay()
    assert accounts.roles_of(officer) == set()
    assert not RoleRequest.objects.open(NOON).exists()
    closing.reopen(officer.pk, at=NOON, by=accounts.by(administrator))
    assert accounts.roles_of(officer) == set()


def test_an_account_of_after_the_backup_stops_no_replay(policy: PolicyVersion, journal: Journal) -> None:
    backup = Backup(journal)
    closing.close(accounts.colleague("sales").pk, at=NOON, by="operator")
    backup.restore_and_replay()
    assert not User.objects.exists()


def test_what_may_have_been_used_of_accounts_since_the_backup_opens_nothing(
    policy: PolicyVersion, journal: Journal
) -> None:
    """A link by which a password was chosen, a role that somebody declined, and mails that have left."""
    colleague, administrator = accounts.colleague("sales"), accounts.colleague("administrator")
    accounts.colleague("privacy officer")
    before = NOON - dt.timedelta(hours=1)
    inviting.send_link(colleague.pk, at=before, by=accounts.by(administrator))
    granting.give(colleague.pk, "privacy officer", at=before, by=accounts.by(administrator))
    link, asked = AccountLink.objects.get(), RoleRequest.objects.open(NOON).get()
    backup = Backup(journal)
    assert accounts.told()
    inviting.set_password(link, "first otter meadow", at=NOON)
    granting.withdraw(Q(pk=asked.pk), at=NOON)
    objects(customer(policy), policy)
    backup.restore_and_replay()
    assert accounts.told() == []
    assert not AccountLink.objects.usable(NOON).exists()
    assert not RoleRequest.objects.open(NOON).exists()
