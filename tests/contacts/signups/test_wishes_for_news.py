"""A wish for news that waits to be confirmed is about nobody but its person: it goes when they go, and nothing else."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, Message, PolicyVersion, SignUp
from contacts.people import erasure
from contacts.signups import proof
from contacts.signups.proof import SignUpGoneError
from contacts.signups.sign_ups import Wish
from contacts.words.vocabulary import Channel
from retention.lapses.objections import object_to_marketing
from tests.processes.test_purge import found_in_dump
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, contact_locked, deed_locked, meanwhile
from tests.support import visitors
from tests.support.factories import DUE, NOON, ContactFactory, WhitepaperFactory, do, held_for, place, run, stockholm
from tests.support.visitors import AINO, asked

__all__ = ["meanwhile"]  # the fixture

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

BOX = {"email": "Yes, please."}


def news(policy: PolicyVersion, email: str = AINO["email"]) -> SignUp:
    return asked(Wish.of_consent(), policy, email=email, consents=BOX)


def typed() -> list[str]:
    return list(SignUp.objects.waiting().order_by("pk").values_list("email", flat=True))


def deleted(*people: Contact) -> None:
    erasure.delete({person.pk: person.public_id for person in people}, at=NOON, by="test", rule="test")


@pytest.mark.django_db(transaction=True)
def test_no_dump_holds_the_address_that_a_deleted_person_typed(policy: PolicyVersion) -> None:
    person = held_for("prospect", policy)
    address = str(person.email)
    news(policy, address)
    assert found_in_dump({address}) == {address}
    run(DUE, policy)
    assert found_in_dump({address}) == set()
    assert not Message.objects.exists()


def test_it_goes_with_whoever_is_reduced_to_what_a_duty_names(policy: PolicyVersion) -> None:
    person = held_for("prospect", policy)
    place(person, "duty", "bookkeeping")
    news(policy, str(person.email))
    run(DUE, policy)
    assert Contact.objects.minimised().get() == person
    assert typed() == []


@pytest.mark.promise("P12")
def test_it_goes_with_a_prospect_who_objects_to_everything(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy)
    news(policy)
    heard: dict[str, Any] = {"public_id": person.public_id, "reason": "told us by phone", "policy": policy}
    object_to_marketing(str(person.address_hash), channels=list(Channel), **heard, at=NOON, by="user:7")
    assert typed() == []


def test_what_was_asked_for_besides_stays_and_can_still_be_had(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy)
    made = asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy, consents=BOX)
    deleted(person)
    assert typed() == [AINO["email"]]
    proof.confirm(made.public_id, consent=True, policy=policy, at=NOON, by="visitor")
    assert Contact.objects.get().email == AINO["email"]


def test_other_peoples_wishes_stay(policy: PolicyVersion) -> None:
    person, other = ContactFactory.create_batch(2)
    news(policy, other.email)
    deleted(person)
    assert typed() == [other.email]


def test_the_statements_do_not_grow_with_the_people(policy: PolicyVersion) -> None:
    counted = []
    for number in (1, 9):
        people = ContactFactory.create_batch(number)
        for person in people:
            news(policy, person.email)
        with CaptureQueriesContext(connection) as asked_for:
            deleted(*people)
        counted.append(len(asked_for))
        assert typed() == []
    assert counted[0] == counted[1]


@pytest.mark.parametrize("held_up", [contact_locked, deed_locked])
@pytest.mark.django_db(transaction=True)
def test_whoever_confirms_it_while_they_are_deleted_is_told_that_it_has_ended(
    policy: PolicyVersion,
    meanwhile: Callable[[Callable[[], Any]], Future[Any]],
    held_up: Callable[[Contact], AbstractContextManager[None]],
) -> None:
    person = visitors.on_file(policy)
    do(person, "call", stockholm(2025, 5, 24), policy)
    made = news(policy)
    with held_up(person):
        night = meanwhile(lambda: run(DUE, policy))
        await_waiting(1)
        late = meanwhile(lambda: proof.confirm(made.public_id, consent=True, policy=policy, at=NOON, by="visitor"))
        await_waiting(2)
    assert night.result(PATIENCE).contacts_deleted == 1
    assert isinstance(late.exception(PATIENCE), SignUpGoneError)
    assert (typed(), Contact.objects.count()) == ([], 0)
