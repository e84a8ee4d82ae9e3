"""The search of the whole database after a deletion: what it finds, what it must not take for the person."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from contacts.models import Contact, Message, PolicyVersion
from dsr.decisions import certificates
from dsr.models import Paper
from dsr.traces import scanning
from dsr.traces.scanning import Identifiers
from dsr.words.vocabulary import Kind
from privacy_crm.access import telling
from tests.support.deleting import erased, full, under_a_duty, wish
from tests.support.factories import NOON, ContactFactory, OrganisationFactory, SignUpFactory
from tests.support.requesting import asked_by
from tests.support.sharing import RecipientFactory

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L11")]

ADDRESS = "ann.öberg@fjordkraft.example"


def found(*own: str, shared: tuple[str, ...] = (), **apart_from: list[int]) -> scanning.Scan:
    return scanning.scan(Identifiers(frozenset(own), frozenset(shared)), apart_from=apart_from)


def note(text: str, data: dict[str, Any] | None = None) -> Paper:
    """Something in words, in somebody else's papers."""
    request = asked_by(ContactFactory.create(), PolicyVersion.objects.get(), Kind.ACCESS)
    return Paper.objects.create(request=request, kind="reason", at=NOON, text=text, data=data or {})


@pytest.mark.parametrize("text", [ADDRESS, ADDRESS.upper(), f"write to <{ADDRESS}>.", f"{ADDRESS}, please"])
def test_an_address_is_found_in_any_spelling_and_amid_other_words(policy: PolicyVersion, text: str) -> None:
    note(text)
    assert found(ADDRESS).found == {"dsr_paper": 1}


@pytest.mark.parametrize(
    "text", [f"jo{ADDRESS}", f"x.{ADDRESS}", f"x-{ADDRESS}", f"{ADDRESS}s", f"{ADDRESS}.org", f"{ADDRESS}-x"]
)
def test_an_address_that_has_it_as_a_part_is_somebody_elses(policy: PolicyVersion, text: str) -> None:
    note(text)
    assert found(ADDRESS).found == {}


def test_json_and_lists_are_searched(policy: PolicyVersion) -> None:
    note("", {"deep": [{"in": ADDRESS}]})
    ContactFactory.create(corrected=[ADDRESS])
    assert found(ADDRESS).found == {"dsr_paper": 1, "contacts_contact": 1}


def test_tables_that_are_no_models_of_ours_are_searched_too(policy: PolicyVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind (words text[])")
        cursor.execute("INSERT INTO left_behind VALUES (%s)", [[ADDRESS]])
    assert found(ADDRESS).found == {"left_behind": 1}


def test_every_table_with_words_is_counted(policy: PolicyVersion) -> None:
    scan = found(ADDRESS)
    with connection.cursor() as cursor:
        assert 20 < scan.tables <= len(connection.introspection.table_names(cursor))
    assert scan.columns > 100


def test_percent_signs_and_quotes_are_only_letters(policy: PolicyVersion) -> None:
    note("100%_o'neil\\x@fjordkraft.example")
    assert found("100%_o'neil\\x@fjordkraft.example").found == {"dsr_paper": 1}
    assert found("100xxo'neil\\x@fjordkraft.example").found == {}


def test_the_letter_that_tells_the_person_may_stand(policy: PolicyVersion) -> None:
    certificate = erased(wish(full(policy), policy), policy)
    assert Message.objects.exclude(address="").count() == 1
    assert certificate.scan["found"] == {}


def test_namesakes_and_colleagues_are_not_taken_for_the_person(policy: PolicyVersion) -> None:
    same = {"first_name": "Aino", "last_name": "Lindqvist", "phone": "+46 8 555 01 00", "address": "Storgatan 1"}
    ContactFactory.create(**same)
    SignUpFactory.create(policy_version=policy, **same)
    certificate = erased(wish(ContactFactory.create(**same), policy), policy)
    assert (certificate.scan["found"], certificate.scan["others"]) == ({}, {})


def test_a_name_in_somebodys_papers_may_be_anothers_and_does_not_alarm(policy: PolicyVersion) -> None:
    note("we also spoke to Aino Lindqvist")
    certificate = erased(wish(ContactFactory.create(first_name="Aino", last_name="Lindqvist"), policy), policy)
    assert (certificate.scan["found"], certificate.scan["others"]) == ({}, {"dsr_paper": 1})


def test_an_address_that_stands_for_another_reason_does_not_alarm(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    colleague = User.objects.create(username="colleague", email=contact.email or "")
    telling.owe([colleague.pk], colleague.pk, "account.renamed", at=NOON, address=contact.email or "")
    RecipientFactory.create(contact_email=contact.email)
    certificate = erased(wish(contact, policy), policy)
    assert certificate.scan["found"] == {}
    assert certificate.scan["others"] == {"auth_user": 1, "contacts_recipient": 1, "privacy_crm_accountmail": 1}


def test_an_organisation_named_after_the_person_does_not_alarm(policy: PolicyVersion) -> None:
    OrganisationFactory.create(name="Aino Lindqvist Konsult AB")
    certificate = erased(wish(ContactFactory.create(first_name="Aino", last_name="Lindqvist"), policy), policy)
    assert certificate.scan["others"] == {"contacts_organisation": 1}


def test_what_is_left_in_somebody_elses_papers_alarms(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    note(f"their colleague is {contact.email}")
    assert erased(wish(contact, policy), policy).scan["found"] == {"dsr_paper": 1}


def test_what_was_searched_for_is_stored_nowhere(policy: PolicyVersion) -> None:
    contact = ContactFactory.create(first_name="Aino", last_name="Lindqvist", phone="+46 70 555 01 23")
    said = str(erased(wish(contact, policy), policy).__dict__)
    for text in (contact.email or "", "Lindqvist", "555"):
        assert text not in said


def test_very_short_names_are_not_searched_for(policy: PolicyVersion) -> None:
    person = Contact.objects.filter(pk=ContactFactory.create(first_name="", last_name="Li", phone="112").pk).values()
    sought = scanning.identifiers(person, [ADDRESS])
    assert (sought.own, sought.shared) == ({ADDRESS}, frozenset())


# Numbers and coded addresses


@pytest.mark.promise("L20")
@pytest.mark.parametrize("trace", ["public_id", "address_hash"])
def test_their_number_or_coded_address_alarms_where_nothing_has_it_stay(policy: PolicyVersion, trace: str) -> None:
    contact = ContactFactory.create()
    note(f"see {getattr(contact, trace)}")
    assert erased(wish(contact, policy), policy).scan["found"] == {"dsr_paper": 1}


@pytest.mark.promise("L20")
def test_a_number_is_found_in_a_column_for_numbers(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind (whose uuid)")
        cursor.execute("INSERT INTO left_behind VALUES (%s)", [contact.public_id])
    assert erased(wish(contact, policy), policy).scan["found"] == {"left_behind": 1}


@pytest.mark.promise("L20")
def test_where_they_stay_as_proof_is_told_and_does_not_alarm(policy: PolicyVersion) -> None:
    certificate = erased(wish(full(policy), policy), policy)
    assert certificate.scan["found"] == {}
    proof = {"contacts_tombstone", "contacts_suppression", "contacts_auditevent", "dsr_request"}
    assert set(certificate.scan["coded"]) >= proof
    said = " ".join(certificates.scanned(certificate))
    assert re.search(
        r"It was searched by 1 e-mail address, \d names, phones or streets, 1 number of a record and", said
    )
    assert "As said above, their number or coded address stays in:" in said


@pytest.mark.promise("L20")
def test_the_number_under_which_a_duty_keeps_a_part_does_not_alarm(policy: PolicyVersion) -> None:
    certificate = erased(wish(under_a_duty(policy), policy), policy)
    assert certificate.kept
    assert certificate.scan["found"] == {}


@pytest.mark.promise("L16")
def test_whoever_shares_the_mailbox_under_a_tag_does_not_alarm(policy: PolicyVersion) -> None:
    ContactFactory.create(email="ann+news@fjordkraft.example")
    certificate = erased(wish(ContactFactory.create(email="ann@fjordkraft.example"), policy), policy)
    assert (certificate.scan["found"], certificate.scan["others"]) == ({}, {"contacts_contact": 1})


def test_nothing_sought_finds_nothing(policy: PolicyVersion) -> None:
    Contact.objects.create(email="a@fjordkraft.example", address_hash="0" * 64, mailbox_hash="0" * 64)
    assert found().found == {}
