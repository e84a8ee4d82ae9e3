"""Somebody on a list that left as a file objects or goes: its holder hears whom to strike, and says that it is done."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from contacts.audiences import striking
from contacts.audiences.exporting import confirm
from contacts.base.limits import limits
from contacts.models import Audience, Contact, ListedPerson, PolicyVersion, Strike
from contacts.people import erasure
from contacts.permission import objections
from contacts.words.vocabulary import AudienceEnd, Channel
from privacy_crm.merging import merge
from tests.support import listing
from tests.support.admin_pages import contents
from tests.support.factories import DUE, NOON, ContactFactory, hold, is_held, run
from tests.support.mail_sink import Sink
from tests.support.mail_under_way import elsewhere

type LogIn = Callable[[str], Client]

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P12")]

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    contact: Contact = ContactFactory.create(first_name="Aino", last_name="Ek")
    hold(contact, "prospect", DUE, policy=policy)
    return contact


@pytest.fixture
def kim() -> User:
    """A holder who has an address."""
    holder = listing.holder("kim")
    User.objects.filter(pk=holder.pk).update(email="kim@nordvik.example")
    return holder


def listed(*people: Contact, channel: str = "phone", holder: User | None = None) -> Audience:
    """A list that left with these people, as `exporting` puts it on record."""
    made: Audience = listing.made(holder, channel=channel) if holder else listing.made(channel=channel)
    ListedPerson.objects.bulk_create(ListedPerson(audience=made, contact=each) for each in people)
    return made


def object_to(contact: Contact, *channels: Channel) -> None:
    heard: dict[str, Any] = {"public_id": contact.public_id, "reason": "phone", "day": NOON.date()}
    objections.record(str(contact.address_hash), channels=channels, **heard, at=NOON, by="user:1")


def strikes() -> set[Any]:
    return set(Strike.objects.values_list("audience", "reference", "kind"))


def test_whoever_objects_to_the_channel_of_a_list_is_to_be_struck_from_it(person: Contact) -> None:
    by_phone, by_post, without = listed(person), listed(person, channel="post"), listed(ContactFactory.create())
    object_to(person, Channel.PHONE, Channel.EMAIL)
    assert strikes() == {(by_phone.pk, person.public_id, "objected")}
    object_to(person, Channel.PHONE)
    assert Strike.objects.count() == 1
    assert not by_post.strikes.exists()
    assert not without.strikes.exists()


def test_whoever_is_deleted_is_to_be_struck_by_a_number_alone(policy: PolicyVersion, person: Contact) -> None:
    first, second = listed(person), listed(person, channel="post")
    run(DUE + dt.timedelta(days=600), policy)
    assert not is_held(person)
    assert strikes() == {(made.pk, person.public_id, "erased") for made in (first, second)}


def test_a_list_whose_end_is_on_record_has_nobody_left_to_strike(person: Contact) -> None:
    confirm(listed(person), AudienceEnd.DESTROYED, at=NOON, by="user:1")
    erasure.delete({person.pk: person.public_id}, at=NOON, by="test", rule="test")
    assert not Strike.objects.exists()


def test_the_holder_hears_once_by_mail_that_names_nobody(person: Contact, kim: User) -> None:
    made, other = listed(person, holder=kim), ContactFactory.create()
    listed(other, holder=kim)
    object_to(person, Channel.PHONE)
    assert striking.tell(at=NOON) == 1
    assert striking.tell(at=NOON + HOUR) == 0
    (told,) = mail.outbox
    assert told.to == ["kim@nordvik.example"]
    assert told.subject == "Remove 1 person from a list that you hold"
    assert f"/admin/contacts/audience/{made.pk}/change/" in told.body
    assert [word for word in ("Aino", "Ek", str(person.email), str(person.public_id)) if word in told.body] == []
    erasure.delete({person.pk: person.public_id}, at=NOON, by="test", rule="test")
    assert striking.tell(at=NOON + HOUR) == 1


def test_whoever_objects_and_is_deleted_then_is_one_person(log_in: LogIn, person: Contact, kim: User) -> None:
    made = listed(person, holder=kim)
    object_to(person, Channel.PHONE)
    erasure.delete({person.pk: person.public_id}, at=NOON, by="test", rule="test")
    assert striking.tell(at=NOON) == 1
    assert mail.outbox[0].subject == "Remove 1 person from a list that you hold"
    page = f"/admin/contacts/audience/{made.pk}/"
    client = log_in("privacy officer")
    assert (
        "1 person on it has objected, was deleted or is on file under another number:"
        in client.get(f"{page}change/").content.decode()
    )
    assert "Noted: 1 person removed." in client.post(f"{page}struck/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "One person on the list has objected, was deleted or has another number now. Do not"),
        (2, "2 people on the list have objected, were deleted or have another number now. Do not"),
    ],
)
def test_the_mail_says_how_many(policy: PolicyVersion, kim: User, number: int, said: str) -> None:
    people = ContactFactory.create_batch(number)
    listed(*people, holder=kim)
    for each in people:
        object_to(each, Channel.PHONE)
    striking.tell(at=NOON)
    assert mail.outbox[0].body.startswith(said)


def test_lists_with_nobody_new_to_strike_are_not_looked_at(
    person: Contact, kim: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    struck, told = listed(person, holder=kim), listed(person, holder=kim)
    for _more in range(3):
        listed(ContactFactory.create(), holder=kim)
    object_to(person, Channel.PHONE)
    striking.struck(struck, at=NOON, by="user:1")
    told.strikes.update(told_at=NOON)
    with django_assert_num_queries(1):
        assert striking.tell(at=NOON) == 0


@pytest.mark.parametrize("end", AudienceEnd)
def test_a_list_that_is_gone_asks_nobody_to_strike(log_in: LogIn, person: Contact, kim: User, end: AudienceEnd) -> None:
    made = listed(person, holder=kim)
    object_to(person, Channel.PHONE)
    confirm(made, end, at=NOON, by="user:1")
    client, page = log_in("privacy officer"), f"/admin/contacts/audience/{made.pk}/"
    shown = client.get(f"{page}change/").content.decode()
    assert [word for word in ("remove them", "Remove these people", "Confirm removal") if word in shown] == []
    assert str(person.public_id) in shown
    before = contents()
    client.post(f"{page}struck/")
    assert contents() == before
    assert striking.tell(at=NOON) == 0


def test_a_holder_without_an_address_is_not_mailed(person: Contact) -> None:
    holder = listing.holder("kim")
    User.objects.filter(pk=holder.pk).update(email="")
    listed(person, holder=holder)
    object_to(person, Channel.PHONE)
    assert striking.tell(at=NOON) == 0
    assert Strike.objects.get().told_at is None


def test_one_mail_that_is_refused_keeps_nobody_else_from_hearing(person: Contact, settings: Any) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1},
        }
    }
    made = listed(person)
    User.objects.filter(pk=made.holder_id).update(email="kim@nordvik.example")
    object_to(person, Channel.PHONE)
    assert striking.tell(at=NOON) == 0
    assert Strike.objects.get().told_at is None


def test_the_page_says_whom_to_strike_and_takes_the_word_that_it_is_done(log_in: LogIn, person: Contact) -> None:
    made = listed(person)
    object_to(person, Channel.PHONE)
    client = log_in("privacy officer")
    page = f"/admin/contacts/audience/{made.pk}/"
    shown = client.get(f"{page}change/").content.decode()
    assert (
        "1 person on it has objected, was deleted or is on file under another number: remove them from the file now."
        in shown
    )
    assert str(person.public_id) in shown
    before = contents()
    client.get(f"{page}struck/")
    assert contents() == before
    answer = client.post(f"{page}struck/", follow=True).content.decode()
    assert "Noted: 1 person removed." in answer
    assert "remove them from the file now" not in answer
    assert Strike.objects.get().struck_by.startswith("user:")
    assert client.post(f"{page}struck/").status_code in {302, 403}


@pytest.mark.promise("L20")
def test_a_merge_has_the_number_that_is_given_up_struck_and_calls_nobody_deleted(
    log_in: LogIn, policy: PolicyVersion, person: Contact
) -> None:
    """Later objections name the number that stays: under the other one nobody would hear of them."""
    other = ContactFactory.create()
    hold(other, "prospect", DUE, policy=policy)
    with_gone, with_kept = listed(person), listed(other)
    merge(other.pk, person.pk, [], policy=policy, at=NOON, by="user:1")
    assert strikes() == {(with_gone.pk, person.public_id, "merged")}
    shown = log_in("privacy officer").get(f"/admin/contacts/audience/{with_gone.pk}/change/").content.decode()
    assert "on file under another number</td>" in shown
    object_to(other, Channel.PHONE)
    assert strikes() - {(with_gone.pk, person.public_id, "merged")} == {(with_kept.pk, other.public_id, "objected")}


def test_an_objection_that_a_merge_carries_over_strikes_the_number_that_stays(
    policy: PolicyVersion, person: Contact
) -> None:
    other = ContactFactory.create()
    hold(other, "prospect", DUE, policy=policy)
    both = listed(person, other)
    object_to(person, Channel.PHONE)
    merge(other.pk, person.pk, [], policy=policy, at=NOON, by="user:1")
    told = {(person.public_id, "objected"), (person.public_id, "merged"), (other.public_id, "objected")}
    assert strikes() == {(both.pk, number, kind) for number, kind in told}


@pytest.mark.django_db(transaction=True)
def test_a_holder_works_on_while_the_mail_is_being_sent(person: Contact, kim: User, sink: Sink) -> None:
    """It waited for the mail server, and a second process that tells waits for nothing and tells nothing twice."""
    made, seen = listed(person, holder=kim), []

    def meanwhile() -> None:
        with limits(lock="1s"):
            seen.extend([striking.tell(at=NOON), striking.struck(made, at=NOON, by="user:1")])

    object_to(person, Channel.PHONE)
    sink.taken = elsewhere(meanwhile)
    assert striking.tell(at=NOON) == 1
    assert (seen, len(sink.raw)) == ([0, 1], 1)


def test_whose_turn_has_not_come_when_the_time_is_over_hears_with_the_next_call(person: Contact, kim: User) -> None:
    listed(person, holder=kim)
    listed(person, holder=kim)
    object_to(person, Channel.PHONE)
    assert striking.tell(at=NOON, is_over=lambda: len(mail.outbox) == 1) == 1
    assert striking.tell(at=NOON + HOUR) == 1
