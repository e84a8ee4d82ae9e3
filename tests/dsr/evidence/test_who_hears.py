"""Who hears of sealed evidence when the request it proves is gone: the person who asked, and nobody else (P20, L20)."""

from pathlib import Path
from typing import Any

import pytest

from contacts.models import Contact, PolicyVersion
from contacts.people import erasure
from contacts.words.addresses import every_hash
from dsr import package
from dsr.intake import intake
from dsr.intake.intake import Asked
from dsr.models import Evidence, Request
from dsr.records import requesters
from dsr.words.vocabulary import Kind, Outcome, Source
from privacy_crm.merging import merge
from tests.support.deciding import TODAY, ada
from tests.support.factories import NOON, ONE_DAY, ContactFactory
from tests.support.requesting import OFFICER, asked_by, close

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P20")]


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_KEYS_URL = (tmp_path / "keys").as_uri()


def answered(contact: Contact, policy: PolicyVersion) -> str:
    """The number of a request that is gone by now, whose evidence is still sealed."""
    request = close(asked_by(contact, policy, Kind.COMPLAINT), policy, Outcome.ANSWERED)
    Request.objects.filter(pk=request.pk).delete()
    return request.number


def told(policy: PolicyVersion, *people: Contact, address: str = "") -> str:
    return package.html([each.pk for each in people], address=address, policy=policy, language="en", at=NOON)


def test_who_asked_hears_of_it_as_long_as_it_is_sealed(policy: PolicyVersion) -> None:
    contact = ada(policy)
    number = answered(contact, policy)
    said = f"We keep sealed evidence of your request {number} until 24 November 2031."
    assert said in told(policy, contact)
    Contact.objects.filter(pk=contact.pk).update(
        email="berg@fjordkraft.example", address_hash="k:1", mailbox_hash="k:1"
    )
    assert said in told(policy, contact)  # under another address, too
    assert "sealed evidence" not in told(policy, address="ada@fjordkraft.example")
    assert not Evidence.objects.filter(requesters.evidence_of(every_hash("ada@fjordkraft.example"), [])).exists()


@pytest.mark.promise("L20")
def test_nobody_else_under_that_address_hears_of_it(policy: PolicyVersion) -> None:
    contact = ada(policy)
    answered(contact, policy)
    erasure.delete({contact.pk: contact.public_id}, at=NOON, by="test", rule="test")
    assert Evidence.objects.get().contact is None
    assert "sealed evidence" in told(policy, address="ada@fjordkraft.example")
    assert "sealed evidence" not in told(policy, ada(policy))


@pytest.mark.promise("L20")
def test_what_somebody_else_said_about_them_is_nothing_they_asked(policy: PolicyVersion) -> None:
    contact = ada(policy)
    said = Asked(Kind.LEAVER, "She has left.")
    request = intake.enter(said, source=Source.EMAIL, received_on=TODAY, policy=policy, at=NOON, by=OFFICER)
    request.subjects.create(contact=contact)
    close(request, policy, Outcome.ANSWERED)
    assert Evidence.objects.get().contact is None


def test_a_reduction_and_a_merge_leave_it_theirs(policy: PolicyVersion) -> None:
    contact, other = ada(policy), ContactFactory.create()
    number = answered(contact, policy)
    merge(other.pk, contact.pk, [], policy=policy, at=NOON + ONE_DAY, by=OFFICER)
    assert Evidence.objects.get().contact == other
    erasure.minimise({other.pk: other.public_id}, ["name"], day=TODAY, at=NOON, by="test", rule="test")
    assert f"your request {number} until" in told(policy, other)
