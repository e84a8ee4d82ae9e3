"""A disclosure while a person goes, objects or is held for it no longer: the recipient is told, or gets nothing."""

from functools import partial
from typing import Any

import pytest
from django.db import transaction

from contacts.disclosure import disclosing
from contacts.disclosure.disclosing import Disclosed, DisclosureError
from contacts.events import announcing
from contacts.models import Contact, Disclosure, Message, PolicyVersion, Recipient
from contacts.people import erasure
from contacts.permission import objections
from contacts.words.vocabulary import Channel, DisclosureKind, Scenario
from retention.lapses import lapse_decisions
from tests.retention.nights.test_purge_races import PATIENCE, await_waiting, meanwhile, uncommitted
from tests.support.factories import NOON, SPRING, ContactFactory, TopicFactory, WhitepaperFactory, hold, is_held
from tests.support.mailing import reader
from tests.support.sharing import RecipientFactory, owed

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
    locked = lapse_decisions.lock_contacts([person.pk])
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
    with pytest.raises(DisclosureError, match="the person is no longer held"):
        disclosure.result(PATIENCE)
    assert not Disclosure.objects.exists()
    assert owed() == []


@pytest.mark.promise("P12")
def test_a_share_with_a_reseller_that_waits_for_an_objection_to_all_marketing_is_refused(
    person: Contact, policy: PolicyVersion, meanwhile: Any
) -> None:
    reseller = RecipientFactory.create(kind="reseller")
    told = {"channels": list(Channel), "reason": "told us by phone", "day": NOON.date(), "at": NOON, "by": "test"}
    objects = partial(objections.record, str(person.address_hash), public_id=person.public_id, **told)
    with uncommitted(objects, meanwhile):
        disclosure = meanwhile(partial(give, person, reseller))
        await_waiting(1)
    with pytest.raises(DisclosureError, match="They objected to marketing"):
        disclosure.result(PATIENCE)
    assert not Disclosure.objects.exists()
    assert owed() == []


@transaction.atomic
def stop_holding(person: Contact, scenario: Scenario, policy: PolicyVersion) -> None:
    lapse_decisions.lock_contacts([person.pk])
    erasure.drop_basis(scenario, [person.pk], policy=policy)


@pytest.mark.promise("P15")
def test_nobody_is_given_for_what_they_are_no_longer_held_for_once_an_announcement_has_waited(
    policy: PolicyVersion, meanwhile: Any
) -> None:
    RecipientFactory.create(sends_our_mail=True)
    whitepaper = WhitepaperFactory.create()
    whitepaper.topics.add(TopicFactory.create())
    person, other = reader(policy, whitepaper), reader(policy, whitepaper)
    hold(person, "customer", SPRING, policy=policy)
    with uncommitted(partial(stop_holding, person, Scenario.WHITEPAPER, policy), meanwhile):
        act = partial(announcing.announce, whitepaper=whitepaper, at=NOON, by="test", policy=policy)
        announced = meanwhile(act)
        await_waiting(1)
    assert announced.result(PATIENCE).owed == 1
    assert list(Disclosure.objects.values_list("contact", "purpose")) == [(other.pk, "whitepaper")]
    assert list(Message.objects.values_list("contact", flat=True)) == [other.pk]
