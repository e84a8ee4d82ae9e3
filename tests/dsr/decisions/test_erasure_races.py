"""What happens while a person is being deleted: forms, links, the night, and the same deletion twice. Real connections
in threads; that somebody waits is read from PostgreSQL.
"""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from contacts.models import Contact, PolicyVersion, SignUp
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from dsr.decisions import erasing
from dsr.models import Certificate, Request
from dsr.records.transitions import MovedError, RequestError
from dsr.words.vocabulary import ErasureGround, Kind, Source
from tests.contacts.signups.test_proof_races import prove
from tests.retention.nights.test_purge_races import (
    PATIENCE,
    await_waiting,
    contact_locked,
    deed_locked,
    locked,
    meanwhile,
)
from tests.support import visitors
from tests.support.deleting import erased, wish
from tests.support.factories import NOON, SPRING, do, is_held
from tests.support.requesting import posted
from tests.support.visitors import AINO, asked

__all__ = ["meanwhile"]  # the fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("P21"), pytest.mark.promise("L11")]

type Start = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    """Somebody old, whose deletion can be held up where their activity goes."""
    contact = visitors.on_file(policy, first_name="Old", last_name="Name")
    do(contact, "call", dt.datetime.combine(SPRING, dt.time(12), dt.UTC), policy)
    return contact


def operator(contact: Contact, policy: PolicyVersion) -> Callable[[], Certificate]:
    """The operator's script, asked to delete whoever has this address."""
    ground, source = ErasureGround.NOT_NEEDED, Source.EMAIL
    return partial(
        erasing.erase_address, contact.email or "", ground, source=source, policy=policy, at=NOON, by="operator"
    )


def nothing_is_left_of(contact: Contact) -> bool:
    return not (is_held(contact) or Contact.objects.filter(first_name="Old").exists())


# Twice at once


def test_one_request_carried_out_twice_at_once_has_one_certificate(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request = wish(person, policy)
    with deed_locked(person):
        both = [meanwhile(partial(erased, request, policy)) for _ in range(2)]
        await_waiting(2)
    refusals = [future.exception(PATIENCE) for future in both]
    assert [type(refusal) for refusal in refusals if refusal] == [MovedError]
    assert Certificate.objects.count() == 1
    assert nothing_is_left_of(person)


def test_one_person_deleted_twice_at_once_has_one_certificate(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    with deed_locked(person):
        both = [meanwhile(operator(person, policy)) for _ in range(2)]
        await_waiting(2)
    refusals = [future.exception(PATIENCE) for future in both]
    assert [type(refusal) for refusal in refusals if refusal] == [erasing.NobodyError]
    assert Certificate.objects.count() == Request.objects.count() == 1


def test_two_requests_of_one_person_never_delete_each_others(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    requests = [wish(person, policy), wish(person, policy, Kind.LEAVER)]
    with contact_locked(person):
        both = [meanwhile(partial(erased, request, policy)) for request in requests]
        await_waiting(2)
    refusals = [future.exception(PATIENCE) for future in both]
    assert [type(refusal) for refusal in refusals] == [RequestError, RequestError]
    assert is_held(person)
    assert not Certificate.objects.exists()


# A form that is being confirmed


def test_whoever_confirms_a_form_while_they_are_deleted_finds_it_gone(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request, made = wish(person, policy), asked(Wish.of_register("customer"), policy)
    with deed_locked(person):
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(1)
        late = meanwhile(prove(made, policy))
        await_waiting(2)
    deletion.result(PATIENCE)
    assert isinstance(late.exception(PATIENCE), proof.SignUpGoneError)
    assert not Contact.objects.exists()
    assert not SignUp.objects.exists()


def test_whoever_has_just_confirmed_a_form_is_deleted_with_what_it_said(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request, made = wish(person, policy), asked(Wish.of_register("customer"), policy)
    with contact_locked(person):
        confirmed = meanwhile(prove(made, policy))
        await_waiting(1)
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(2)
    assert confirmed.result(PATIENCE).contact == person
    assert deletion.result(PATIENCE).deleted["contacts_basis"] == 2
    assert not Contact.objects.exists()


@pytest.mark.parametrize("table", ["contacts_signup", "dsr_proof"])
def test_a_deletion_waits_for_a_form_or_link_before_it_holds_the_person(
    policy: PolicyVersion, person: Contact, meanwhile: Start, table: str
) -> None:
    """As whoever confirms one does, so that neither waits for the other for ever."""
    request = wish(person, policy)
    asked(Wish.of_register("customer"), policy)
    posted(policy, person.email or "")
    with locked(table, "TRUE"):
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(1)
        with transaction.atomic():
            assert Contact.objects.select_for_update(nowait=True).get() == person
    deletion.result(PATIENCE)
    assert nothing_is_left_of(person)


def test_whoever_asks_for_something_anew_meanwhile_comes_in_with_that_alone(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request = wish(person, policy)
    with deed_locked(person):
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(1)
        made = asked(Wish.of_register("customer"), policy)
        anew = meanwhile(prove(made, policy))
        await_waiting(2)
    deletion.result(PATIENCE)
    contact = anew.result(PATIENCE).contact
    assert (contact.email, contact.first_name, contact.pk == person.pk) == (AINO["email"], "Aino", False)
    assert not contact.activities.exists()
    assert list(contact.bases.values_list("scenario", flat=True)) == ["customer"]


def test_a_wish_for_news_confirmed_meanwhile_goes_with_its_person(
    policy: PolicyVersion, person: Contact, meanwhile: Start
) -> None:
    request, made = wish(person, policy), asked(Wish.of_consent(), policy)
    with deed_locked(person):
        deletion = meanwhile(partial(erased, request, policy))
        await_waiting(1)
        late = meanwhile(lambda: proof.confirm(made.public_id, consent=True, policy=policy, at=NOON, by="visitor"))
        await_waiting(2)
    deletion.result(PATIENCE)
    assert isinstance(late.exception(PATIENCE), proof.SignUpGoneError)
    assert not Contact.objects.exists()
