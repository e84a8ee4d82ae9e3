"""Deletions that meet a link being used, the night, or what the person does. Real connections in threads."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest

from contacts.models import Contact, PolicyVersion
from dsr.decisions import erasing
from dsr.intake import intake, proving
from dsr.models import Proof, Request
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import State
from retention.models import PurgeCount
from tests.dsr.decisions.test_erasure_races import nothing_is_left_of, operator, person
from tests.retention.nights.test_purge_races import (
    PATIENCE,
    await_waiting,
    contact_locked,
    deed_locked,
    meanwhile,
    uncommitted,
)
from tests.support.deleting import erased, wish
from tests.support.factories import DUE, NOON, do, is_held, run
from tests.support.requesting import fresh, posted

__all__ = ["meanwhile", "person"]  # the fixtures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("P21"), pytest.mark.promise("L11")]

type Start = Callable[[Callable[[], Any]], Future[Any]]


# A link that is being used


def test_a_link_pressed_while_its_person_is_deleted_has_ended(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request, other = wish(person, policy), posted(policy, person.email or "")
    link = proving.token_of(other.proofs.get())
    with deed_locked(person):
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(1)
        late = meanwhile(partial(intake.confirm, link, policy=policy, at=NOON, by="visitor"))
        await_waiting(2)
    deletion.result(PATIENCE)
    assert isinstance(late.exception(PATIENCE), proving.EndedProofError)
    assert not Proof.objects.exists()
    assert Request.objects.get() == request


def test_a_link_pressed_just_before_opens_a_request_that_has_to_be_answered_first(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request, other = wish(person, policy), posted(policy, person.email or "")
    link = proving.token_of(other.proofs.get())
    with contact_locked(person):
        pressed = meanwhile(partial(intake.confirm, link, policy=policy, at=NOON, by="visitor"))
        await_waiting(1)
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(2)
    pressed.result(PATIENCE)
    assert isinstance(deletion.exception(PATIENCE), RequestError)
    assert is_held(person)


def test_a_link_asked_for_and_pressed_meanwhile_finds_nobody_any_more(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request = wish(person, policy)
    with deed_locked(person):
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(1)
        other = posted(policy, person.email or "")
        link = proving.token_of(other.proofs.get())
        late = meanwhile(partial(intake.confirm, link, policy=policy, at=NOON, by="visitor"))
        await_waiting(2)
    deletion.result(PATIENCE)
    assert late.result(PATIENCE).contact is None
    assert (fresh(other).state, other.subjects.count()) == (State.NEW, 0)


# The night, and what staff do


def test_whom_the_night_deletes_first_the_operator_does_not_find(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    with deed_locked(person):
        night = meanwhile(lambda: run(DUE, policy))
        await_waiting(1)
        late = meanwhile(operator(person, policy))
        await_waiting(2)
    assert night.result(PATIENCE).contacts_deleted == 1
    assert isinstance(late.exception(PATIENCE), erasing.NobodyError)
    assert not Request.objects.exists()


def test_whom_the_operator_deletes_first_the_night_does_not_count(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    with deed_locked(person):
        deletion = meanwhile(operator(person, policy))
        await_waiting(1)
        night = meanwhile(lambda: run(DUE, policy))
        await_waiting(2)
    deletion.result(PATIENCE)
    assert night.result(PATIENCE).contacts_deleted == 0
    assert sum(PurgeCount.objects.values_list("contacts_deleted", flat=True)) == 0
    assert nothing_is_left_of(person)


def test_what_a_person_does_meanwhile_is_deleted_with_them(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request = wish(person, policy)
    with uncommitted(lambda: do(person, "meeting", NOON, policy), meanwhile):
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(1)
    assert deletion.result(PATIENCE).deleted["contacts_activity"] == 2
    assert nothing_is_left_of(person)
