"""The officer finds the person whom a request is about: by name, organisation or address, also by an earlier one."""

import datetime as dt

import pytest

from contacts.models import Contact, PolicyVersion
from contacts.people import change_email
from contacts.words.vocabulary import TrustReason
from dsr.intake import identity
from dsr.package import finding
from privacy_crm.merging import merge
from tests.support.factories import NOON, ContactFactory, OrganisationFactory, hold
from tests.support.requesting import KNOWN, OFFICER, asked_by, close

pytestmark = [pytest.mark.django_db, pytest.mark.promise("P19")]


def person(policy: PolicyVersion, email: str = "ada@fjordkraft.example", **fields: object) -> Contact:
    contact = ContactFactory.create(email=email, **{"first_name": "Ada", "last_name": "Berg", **fields})
    hold(contact, "prospect", dt.date(2026, 11, 1), policy=policy)
    return contact


@pytest.mark.parametrize(
    "term",
    ["Berg", "berg ada", "ber", "Fjordkraft Berg", "ada@fjordkraft.example", " ADA@Fjordkraft.example", "@fjordkraft"],
)
def test_a_person_is_found_by_what_the_officer_has(policy: PolicyVersion, term: str) -> None:
    contact = person(policy, organisation=OrganisationFactory.create(name="Fjordkraft AB"))
    ContactFactory.create(email="other@elsewhere.example", last_name="Holm")
    assert finding.find(term).people == [contact]


def test_a_person_is_found_by_the_address_from_which_they_asked_before(policy: PolicyVersion) -> None:
    contact = person(policy, "ada@old.example")
    close(asked_by(contact, policy), policy)
    change_email.change(contact.pk, "ada@new.example", evidence=TrustReason.MET, at=NOON, by="test")
    assert [found.pk for found in finding.find("ada@old.example").people] == [contact.pk]


def test_a_person_is_found_by_the_address_that_they_gave_up_in_a_merge(policy: PolicyVersion) -> None:
    contact, twice = person(policy), person(policy, "ada@old.example")
    merge(contact.pk, twice.pk, [], policy=policy, at=NOON, by="user:7")
    assert finding.find("ada@old.example").people == [contact]


def test_a_person_is_found_by_the_address_that_they_named_as_theirs(policy: PolicyVersion) -> None:
    contact = person(policy)
    request = asked_by(contact, policy)
    identity.answer_to(request.pk, "ada@private.example", KNOWN, at=NOON, by=OFFICER)
    assert finding.find("ada@private.example").people == [contact]


@pytest.mark.parametrize("term", ["", " ", "a", "nobody@elsewhere.example", "%", "Berg Holm"])
def test_what_fits_nobody_finds_nobody(policy: PolicyVersion, term: str) -> None:
    person(policy)
    assert finding.find(term).people == []


def test_the_search_gives_no_more_than_can_be_looked_through(policy: PolicyVersion) -> None:
    ContactFactory.create_batch(finding.MOST + 1, last_name="Berg")
    found = finding.find("Berg")
    assert (len(found.people), found.more) == (finding.MOST, True)
