"""A disclosure and a deletion of the same person at once: either the recipient is told, or it was given nothing."""

from functools import partial
from typing import Any

import pytest
from django.db import transaction

from contacts import disclosing, erasure
from contacts.disclosing import Disclosed, DisclosureError
from contacts.models import Contact, Disclosure, PolicyVersion, Recipient
from contacts.vocabulary import DisclosureKind, Scenario
from retention import parting
from tests.factories import NOON, SPRING, ContactFactory, hold, is_held
from tests.sharing import RecipientFactory, owed
from tests.test_purge_races import PATIENCE, await_waiting, meanwhile, uncommitted

__all__ = ["meanwhile"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    contact = ContactFactory.create()
    hold(contact, "event", SPRING, policy=policy)
    return contact


@pytest.fixture
def recipient(policy: PolicyVersion) -> Recipient:
    return RecipientFactory.create()


def give(person: Contact, recipient: Recipient) -> Disclosed:
    kind = DisclosureKind.MAILING
    return disclosing.disclose([person.pk], recipient, purpose=Scenario.EVENT, kind=kind, at=NOON, by="test")


@transaction.atomic
def erase(person: Contact) -> None:
    locked = parting.lock_contacts([person.pk])
    people = {pk: each.public_id for pk, each in locked.items()}
    erasure.delete(people, at=NOON, by="test", rule="test")


@pytest.mark.promise("L4")
def test_a_deletion_that_waits_for_a_disclosure_owes_its_notice(
    person: Contact, recipient: Recipient, meanwhile: Any
) -> None:
    with uncommitted(partial(give, person, recipient), meanwhile):
        deletion = meanwhile(partial(erase, person))
        await_waiting(1)
    deletion.result(PATIENCE)
    assert not is_held(person)
    assert owed(recipient) == [("erased", person.public_id, [])]


@pytest.mark.promise("L4")
def test_a_disclosure_that_waits_for_a_deletion_is_refused(
    person: Contact, recipient: Recipient, meanwhile: Any
) -> None:
    with uncommitted(partial(erase, person), meanwhile):
        disclosure = meanwhile(partial(give, person, recipient))
        await_waiting(1)
    with pytest.raises(DisclosureError, match="1 no longer held"):
        disclosure.result(PATIENCE)
    assert not Disclosure.objects.exists()
    assert owed() == []
