"""Proofs that meet each other, or the nightly run. Real connections in threads."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from contacts.models import Activity, Contact, Message, PolicyVersion, Registration, SignUp
from contacts.signups import proof
from contacts.signups.sign_ups import SignUpRefusedError, Wish
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, deed_locked, locked, meanwhile
from tests.support import visitors
from tests.support.factories import DUE, NOON, WhitepaperFactory, do, run, scenarios_of, stockholm
from tests.support.visitors import AINO, asked

__all__ = ["meanwhile"]  # the fixture

pytestmark = pytest.mark.django_db(transaction=True)

type Start = Callable[[Callable[[], Any]], Future[Any]]


def prove(made: SignUp, policy: PolicyVersion) -> Callable[[], proof.Proven]:
    return lambda: proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="visitor")


def test_the_last_place_is_given_once(policy: PolicyVersion, meanwhile: Start) -> None:
    event = visitors.event(capacity=1)
    both = [asked(Wish.of_event(event), policy, email=f"guest{number}@fjordkraft.example") for number in range(2)]
    with locked("contacts_event", "id = %s", event.pk):
        proofs = [meanwhile(prove(made, policy)) for made in both]
        await_waiting(2)
    refusals = [proof.exception(PATIENCE) for proof in proofs]
    assert Registration.objects.filter(event=event).count() == 1
    (refused,) = [refusal for refusal in refusals if refusal]
    assert isinstance(refused, SignUpRefusedError)
    assert refused.code == "full"
    assert Contact.objects.count() == 1


def test_a_button_pressed_twice_at_once_does_its_work_once(policy: PolicyVersion, meanwhile: Start) -> None:
    made = asked(Wish.of_event(visitors.event()), policy)
    with locked("contacts_signup", "id = %s", made.pk):
        proofs = [meanwhile(prove(made, policy)) for _ in range(2)]
        await_waiting(2)
    assert sorted(future.result(PATIENCE).again for future in proofs) == [False, True]
    assert Activity.objects.count() == Registration.objects.count() == 1
    assert Message.objects.filter(template="registered").count() == 1


def test_two_wishes_of_a_new_person_proven_at_once_make_one_contact(policy: PolicyVersion, meanwhile: Start) -> None:
    wishes = [Wish.of_register("customer"), Wish.of_whitepaper(WhitepaperFactory.create())]
    both = [asked(wish, policy) for wish in wishes]
    with locked("contacts_signup", "id = ANY(%s)", [made.pk for made in both]):
        proofs = [meanwhile(prove(made, policy)) for made in both]
        await_waiting(2)
    people = {future.result(PATIENCE).contact for future in proofs}
    assert len(people) == Contact.objects.count() == 1
    assert scenarios_of(people.pop()) == ["customer", "whitepaper"]


def test_whoever_proves_while_the_run_deletes_them_comes_in_anew(policy: PolicyVersion, meanwhile: Start) -> None:
    person = visitors.on_file(policy, first_name="Old")
    do(person, "call", stockholm(2025, 5, 24), policy)
    made = asked(Wish.of_register("customer"), policy)
    with deed_locked(person):
        night = meanwhile(lambda: run(DUE, policy))
        await_waiting(1)
        late = meanwhile(prove(made, policy))
        await_waiting(2)
    assert night.result(PATIENCE).contacts_deleted == 1
    anew = late.result(PATIENCE).contact
    assert (anew.email, anew.first_name, anew.pk == person.pk) == (AINO["email"], "Aino", False)
    assert scenarios_of(anew) == ["customer"]


def test_whoever_proves_before_the_run_picks_them_stays(policy: PolicyVersion) -> None:
    person = visitors.on_file(policy)
    prove(asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy), policy)()
    run(DUE, policy)
    assert scenarios_of(person) == ["whitepaper"]
