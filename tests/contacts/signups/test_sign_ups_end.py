"""A sign-up ends after 30 days, with every word that was typed, also while somebody confirms it."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import fields
from typing import Any

import pytest

from contacts.models import Contact, FoodPreference, Message, PolicyVersion, SignUp
from contacts.signups import proof, sign_ups
from contacts.signups.proof import SignUpGoneError
from contacts.signups.sign_ups import Typed, Wish
from tests.processes.test_purge import found_in_dump
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, locked, meanwhile
from tests.support import visitors
from tests.support.factories import NOON, ONE_DAY
from tests.support.visitors import AINO, asked

__all__ = ["meanwhile"]  # the fixture

pytestmark = pytest.mark.django_db(transaction=True)

END = NOON + 30 * ONE_DAY
LAST_MOMENT = END - ONE_DAY / 86_400

type Start = Callable[[Callable[[], Any]], Future[Any]]


@pytest.mark.promise("L11")
@pytest.mark.promise("P8")
def test_no_dump_holds_what_was_typed_under_an_address_that_nobody_proved(policy: PolicyVersion) -> None:
    typed = {field.name: f"marker.{field.name}@fjordkraft.example" for field in fields(Typed)}
    consents = {channel: f"marker.{channel}.wording" for channel in ("email", "phone")}
    asked(Wish.of_event(visitors.event()), policy, **typed, consents=consents, food="marker.food")
    markers = {*typed.values(), *consents.values(), "marker.food"}
    assert found_in_dump(markers) == markers
    sign_ups.sweep(END)
    assert found_in_dump(markers) == set()
    assert not FoodPreference.objects.exists()
    assert not Message.objects.exists()


def prove(made: SignUp, policy: PolicyVersion) -> Callable[[], proof.Proven]:
    return lambda: proof.confirm(made.public_id, consent=False, policy=policy, at=LAST_MOMENT, by="visitor")


def test_whoever_confirms_while_it_ends_is_told_so(policy: PolicyVersion, meanwhile: Start) -> None:
    made = asked(Wish.of_register("customer"), policy)
    with locked("contacts_signup", "id = %s", made.pk):
        sweep = meanwhile(lambda: sign_ups.sweep(END))
        await_waiting(1)
        late = meanwhile(prove(made, policy))
        await_waiting(2)
    assert sweep.result(PATIENCE) == 1
    assert isinstance(late.exception(PATIENCE), SignUpGoneError)
    assert not Contact.objects.exists()


def test_whoever_confirms_before_it_ends_gets_what_they_asked_for(policy: PolicyVersion, meanwhile: Start) -> None:
    made = asked(Wish.of_register("customer"), policy)
    with locked("contacts_signup", "id = %s", made.pk):
        last = meanwhile(prove(made, policy))
        await_waiting(1)
        sweep = meanwhile(lambda: sign_ups.sweep(END))
        await_waiting(2)
    assert last.result(PATIENCE).contact == Contact.objects.get(email=AINO["email"])
    assert sweep.result(PATIENCE) == 1
    assert not SignUp.objects.exists()
