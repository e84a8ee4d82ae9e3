"""Whoever was given a person's data is owed a notice, in the very transaction that erases or changes it (Art. 19)."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, PolicyVersion, Recipient, RecipientNotice
from contacts.outbox import notices
from contacts.people import change_email, erasure
from contacts.permission import objections, set_country
from contacts.words.vocabulary import Channel, NoticeKind, TrustReason
from retention.lapses.objections import object_to_marketing
from tests.support.factories import (
    DOUBTED,
    DUE,
    NOON,
    SPRING,
    ContactFactory,
    crowd,
    held_for,
    hold,
    is_held,
    place,
    run,
)
from tests.support.sharing import RecipientFactory, gave, notice, owed

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def erase(contact: Contact) -> None:
    erasure.delete({contact.pk: contact.public_id}, at=NOON, by="test", rule="test")


def object_to(contact: Contact, *channels: Channel, at: dt.datetime = NOON) -> None:
    day = at.date()
    address_hash = str(contact.address_hash)
    objections.record(address_hash, public_id=None, channels=channels, reason="test", day=day, at=at, by="test")


# What each act owes


@pytest.mark.promise("L4")
def test_each_recipient_of_an_erased_person_is_owed_one_notice_by_number_alone() -> None:
    printer, provider, _stranger = (RecipientFactory.create() for _ in range(3))
    person, other = ContactFactory.create_batch(2)
    gave(printer, person, other)
    gave(printer, person, purpose="webinar")
    gave(provider, person)
    erase(person)
    assert not is_held(person)
    assert owed(printer) == owed(provider) == [("erased", person.public_id, [])]
    assert len(owed()) == 2


@pytest.mark.promise("L4")
def test_the_nightly_run_owes_notices_too(policy: PolicyVersion) -> None:
    recipient = RecipientFactory.create()
    lapsed, kept = held_for("webinar", policy), ContactFactory.create()
    hold(kept, "event", dt.date(2026, 11, 1), policy=policy)
    gave(recipient, lapsed, kept)
    run(DUE, policy)
    assert not is_held(lapsed)
    assert owed() == [("erased", lapsed.public_id, [])]


@pytest.mark.promise("L4")
def test_whoever_is_reduced_to_what_a_duty_names_is_erased_at_the_recipients(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), held_for("customer", policy)
    gave(recipient, person)
    place(person, "duty", "bookkeeping", dt.date(2030, 12, 31))
    run(DUE, policy)
    person.refresh_from_db()
    assert person.minimised_on == DUE
    assert owed() == [("erased", person.public_id, [])]


@pytest.mark.promise("P12")
def test_an_objection_is_told_with_its_channels_and_once() -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    gave(recipient, person)
    object_to(person, Channel.POST)
    object_to(person, Channel.POST)
    assert owed() == [("objected", person.public_id, ["post"])]
    object_to(person, Channel.EMAIL, Channel.POST)
    assert owed() == [("objected", person.public_id, ["email", "post"])]


def test_an_objection_that_deletes_the_prospect_tells_both(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    hold(person, "prospect", dt.date(2026, 11, 1), policy=policy)
    gave(recipient, person, purpose="prospect")
    address_hash = str(person.address_hash)
    object_to_marketing(
        address_hash, public_id=None, channels=list(Channel), reason="test", policy=policy, at=NOON, by="test"
    )
    assert not is_held(person)
    assert [kind for kind, _, _ in owed()] == ["objected", "erased"]


@pytest.mark.promise("L4")
def test_a_changed_address_and_a_completed_country_are_told_by_the_name_of_the_field_alone() -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    gave(recipient, person)
    change_email.change(person.pk, "new@fjordkraft.example", evidence=TrustReason.MET, at=NOON, by="test")
    set_country.country(person.pk, "NO", at=NOON, by="test")
    assert owed() == [("rectified", person.public_id, ["country", "email"])]


def test_an_address_that_is_only_proven_has_not_changed() -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create(**DOUBTED)
    gave(recipient, person)
    change_email.change(person.pk, str(person.email), evidence=TrustReason.MET, at=NOON, by="test")
    assert owed() == []


# In the same transaction, and at no cost to those without disclosures


@contextmanager
def _broken_off() -> Iterator[None]:
    """Do something in a transaction that does not reach its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.promise("L4")
@pytest.mark.parametrize("act", ["erase", "object", "move", "complete"])
def test_a_transaction_that_does_not_commit_owes_nothing(act: str) -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    gave(recipient, person)
    acts: dict[str, Any] = {
        "erase": lambda: erase(person),
        "object": lambda: object_to(person, Channel.EMAIL),
        "move": lambda: change_email.change(
            person.pk, "new@fjordkraft.example", evidence=TrustReason.MET, at=NOON, by="test"
        ),
        "complete": lambda: set_country.country(person.pk, "NO", at=NOON, by="test"),
    }
    with _broken_off():
        acts[act]()
        assert len(owed()) == 1
    assert is_held(person)
    assert owed() == []


@pytest.mark.promise("L4")
def test_a_night_that_fails_after_the_deletion_owes_nothing(policy: PolicyVersion) -> None:
    recipient, person = RecipientFactory.create(), held_for("webinar", policy)
    gave(recipient, person)
    with connection.cursor() as cursor:
        # The last thing that the batch's transaction writes: the audit of who was deleted.
        cursor.execute(
            "CREATE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.code = 'contact.deleted' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER fail BEFORE INSERT ON contacts_auditevent FOR EACH ROW EXECUTE FUNCTION pg_temp.fail()"
        )
    run(DUE, policy)
    assert is_held(person)
    assert owed() == []


def test_a_night_costs_one_statement_a_batch_for_all_who_were_given_to_nobody(policy: PolicyVersion) -> None:
    written = []
    for number in (3, 60):
        people = crowd(number, "webinar", SPRING, policy=policy)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run(DUE, policy)
        written.append(sum("contacts_recipientnotice" in query["sql"] for query in queries))
        assert not Contact.objects.filter(pk__in=[person.pk for person in people]).exists()
    assert written == [1, 1]
    assert owed() == []


def test_many_people_are_owed_in_one_statement(django_assert_num_queries: Any) -> None:
    recipients = RecipientFactory.create_batch(3)
    people = ContactFactory.create_batch(20)
    for recipient in recipients:
        gave(recipient, *people)
    with django_assert_num_queries(1):
        assert notices.enqueue(NoticeKind.ERASED, [person.pk for person in people], at=NOON) == 60


# One after the other


def test_nobody_is_owed_the_same_twice_until_it_is_sent() -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    gave(recipient, person)
    notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["phone"], at=NOON)
    notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["email"], at=NOON)
    assert owed() == [("rectified", person.public_id, ["email", "phone"])]
    RecipientNotice.objects.update(sent_at=NOON)
    notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["city"], at=NOON)
    assert [details for _, _, details in owed()] == [["email", "phone"], ["city"]]


def test_a_notice_that_comes_to_say_more_while_it_is_sent_is_sent_again() -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    gave(recipient, person)
    notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["phone"], at=NOON)
    RecipientNotice.objects.update(claimed_until=NOON + MINUTE)
    assert not RecipientNotice.objects.due(NOON).exists()
    notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["email"], at=NOON)
    assert RecipientNotice.objects.due(NOON).get().details == ["email", "phone"]


@pytest.mark.promise("L6")
def test_a_restriction_that_is_placed_again_before_its_end_was_told_stands_as_the_last_word() -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    gave(recipient, person)
    for number, kind in enumerate([NoticeKind.RESTRICTED, NoticeKind.LIFTED, NoticeKind.RESTRICTED]):
        notices.enqueue(kind, [person.pk], at=NOON + number * MINUTE)
    assert [kind for kind, _, _ in owed()] == ["restricted"]


def test_an_erasure_takes_the_place_of_what_was_to_be_corrected_and_not_of_an_objection() -> None:
    recipient, person = RecipientFactory.create(), ContactFactory.create()
    gave(recipient, person)
    object_to(person, Channel.EMAIL)
    notices.enqueue(NoticeKind.RECTIFIED, [person.pk], details=["phone"], at=NOON)
    notices.enqueue(NoticeKind.RESTRICTED, [person.pk], at=NOON)
    erase(person)
    assert [kind for kind, _, _ in owed()] == ["objected", "erased"]


def test_a_notice_waits_for_an_earlier_one_about_the_same_person_that_has_not_been_sent() -> None:
    recipient, reference = RecipientFactory.create(), uuid.uuid4()
    first = notice(recipient, "restricted", reference=reference, not_before=NOON + MINUTE)
    second = notice(recipient, "restriction_lifted", reference=reference, created_at=NOON + MINUTE)
    other = notice(recipient)
    assert set(RecipientNotice.objects.due(NOON)) == {other}
    assert set(RecipientNotice.objects.due(NOON + MINUTE)) == {first, other}
    RecipientNotice.objects.filter(pk=first.pk).update(sent_at=NOON, not_before=NOON + 9 * MINUTE)
    assert set(RecipientNotice.objects.due(NOON + MINUTE)) == {second, other}


# Standing recipients


def standing(**fields: Any) -> Recipient:
    return RecipientFactory.create(standing=True, **fields)


HOST = {"untold_because": "It keeps whole copies of our servers.", "copy_days": 35}


@pytest.mark.promise("P15")
@pytest.mark.parametrize(
    ("fields", "had"),
    [
        ({}, True),
        ({"purposes": ["prospect"]}, True),
        ({"purposes": ["customer", "event"]}, False),
        ({"agreement_until": SPRING}, True),
        ({"agreement_until": SPRING - dt.timedelta(days=1)}, False),
        ({"agreement_from": NOON.date() + dt.timedelta(days=1)}, False),
        ({"agreement_from": None, "agreement_reference": ""}, False),
        ({"standing": False}, False),
    ],
    ids=["all", "theirs", "others", "ended since", "ended before", "to come", "none", "gets single people"],
)
def test_a_standing_recipient_has_everybody_whom_its_agreement_covered(
    policy: PolicyVersion, fields: dict[str, Any], had: bool
) -> None:
    recipient = RecipientFactory.create(**{"standing": True} | fields)
    person = ContactFactory.create()
    hold(person, "prospect", SPRING, policy=policy)
    assert list(notices.holders([person.pk], at=NOON)) == [recipient] * had
    erase(person)
    assert owed() == [("erased", person.public_id, [])] * had


@pytest.mark.promise("L4")
def test_one_that_cannot_act_on_a_notice_is_owed_none(policy: PolicyVersion) -> None:
    told, untold = standing(), standing(**HOST)
    person = ContactFactory.create()
    hold(person, "prospect", SPRING, policy=policy)
    object_to(person, Channel.PHONE)
    assert owed(told) == [("objected", person.public_id, ["phone"])]
    assert not owed(untold)
    assert set(notices.holders([person.pk], at=NOON)) == {told, untold}


def test_one_that_was_given_a_person_besides_is_owed_one_notice(policy: PolicyVersion) -> None:
    recipient, person = standing(), ContactFactory.create()
    hold(person, "prospect", SPRING, policy=policy)
    gave(recipient, person)
    erase(person)
    assert owed(recipient) == [("erased", person.public_id, [])]


@pytest.mark.parametrize(
    "fields",
    [HOST | {"standing": False}, HOST | {"copy_days": None}, HOST | {"untold_because": ""}],
    ids=["of single people", "without an end", "without a reason"],
)
def test_the_register_says_why_one_is_not_told_and_when_its_copy_goes(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RecipientFactory.create(**{"standing": True} | fields)
