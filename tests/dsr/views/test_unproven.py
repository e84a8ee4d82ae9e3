"""An address that a list or staff put on a record opens nothing of it; the officer answers what its reader asks for."""

import pytest
from django.test import Client

from contacts.models import Contact, PolicyVersion, Suppression
from dsr.answers import answering
from dsr.intake import asking, identity
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import Kind, State
from tests.support import requesting
from tests.support.admin_pages import contents
from tests.support.factories import DOUBTED, NOON, UNPROVEN, ContactFactory, customer, hold
from tests.support.requesting import KNOWN, OFFICER, answer, fresh, question
from tests.support.visiting import ADDRESS, CORRECT, MINE, only_request, path_of, posted, press, seal, visiting, words
from tests.support.visitors import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L15")]

TODAY = NOON.date()
SECRET = "Qqsecret"


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    """Ada, a customer's contact from a list, on whose record stands an address that may be a stranger's."""
    return customer(policy, email=ADDRESS, last_name=SECRET, phone=f"+46 {SECRET}", city=SECRET, **UNPROVEN)


def shown(client: Client) -> str:
    return words(client.get(MINE))


def identified(contact: Contact) -> None:
    identity.identify(only_request().pk, [contact], KNOWN, at=NOON, by=OFFICER)


@pytest.mark.parametrize("trust", [UNPROVEN, DOUBTED], ids=["unproven", "doubted"])
def test_whoever_reads_the_mail_is_told_why_the_record_is_not_shown(person: Contact, trust: dict[str, str]) -> None:
    Contact.objects.update(**trust)
    page = shown(visiting(ADDRESS))
    assert "Your address is on a record of ours" in page
    assert "We do not know yet whether that record is about you" in page
    assert "answers within one month" in page
    assert SECRET not in page


def test_they_cannot_correct_or_fetch_or_choose_topics(person: Contact) -> None:
    client = visiting(ADDRESS)
    before = contents()
    assert SECRET not in words(client.get(CORRECT))
    assert send(client, CORRECT, {"seal": seal(client), "lang": "en", "first_name": "Eve"}).status_code == 410
    assert press(client, topics="1", shown="1").status_code == 410
    assert contents() == before


@pytest.mark.promise("P19")
@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.ERASURE, Kind.RECTIFICATION, Kind.OBJECTION, Kind.PORTABILITY])
def test_what_they_ask_for_waits_for_the_officer_and_nothing_is_deleted_meanwhile(person: Contact, kind: Kind) -> None:
    client = visiting(ADDRESS)
    done = press(client, ask=kind)
    request = only_request()
    assert (request.state, request.received_on, request.paused_since) == (State.NEW, TODAY, None)
    assert request.subjects.get().contact == person
    person.refresh_from_db()
    assert person.frozen_through is not None
    page = words(client.get(done["Location"]))
    assert f"Its number is {request.number}. We answer by 24 December 2026." in page
    assert SECRET not in page


def test_the_same_is_asked_for_once(person: Contact) -> None:
    client = visiting(ADDRESS)
    press(client, ask=Kind.ACCESS)
    assert press(client, ask=Kind.ACCESS).status_code == 409
    only_request()


@pytest.mark.promise("P19")
def test_what_was_asked_by_the_form_waits_for_the_officer_too(policy: PolicyVersion, person: Contact) -> None:
    send(Client(), path_of(posted(policy, ADDRESS)), {"lang": "en"})
    request = only_request()
    assert (request.state, request.subjects.get().contact) == (State.NEW, person)


def test_once_the_officer_knows_who_asks_the_address_opens_the_record(person: Contact) -> None:
    client = visiting(ADDRESS)
    press(client, ask=Kind.ACCESS)
    identified(person)
    person.refresh_from_db()
    assert (person.address_trust, person.address_trust_reason) == ("proven", "officer")
    assert SECRET in shown(visiting(ADDRESS))


def test_the_officer_who_finds_somebody_else_trusts_nobodys_address(policy: PolicyVersion, person: Contact) -> None:
    press(visiting(ADDRESS), ask=Kind.ACCESS)
    identified(ContactFactory.create(**UNPROVEN))
    assert set(Contact.objects.values_list("address_trust", flat=True)) == {"unproven"}


def test_an_address_that_only_stands_in_a_letter_is_not_trusted_for_it(policy: PolicyVersion, person: Contact) -> None:
    request = requesting.entered(policy)
    identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)
    person.refresh_from_db()
    assert person.address_trust == "unproven"


def test_an_answer_to_our_question_is_not_yet_the_officers_word(policy: PolicyVersion, person: Contact) -> None:
    press(visiting(ADDRESS), ask=Kind.ACCESS)
    asked = answer(question(only_request(), policy), policy, TODAY)
    assert fresh(asked).state == State.NEW


@pytest.mark.promise("P12")
def test_marketing_stops_at_once_whoever_the_record_is_about(person: Contact) -> None:
    client = visiting(ADDRESS)
    done = press(client, stop="all")
    assert Suppression.objects.filter(address_hash=person.address_hash).count() == 3
    assert set(person.permissions.values_list("channel", "state")) == {
        ("email", "objected"), ("phone", "objected"), ("post", "objected"),
    }  # fmt: skip
    page = words(client.get(done["Location"]))
    assert ("is stopped" in page, SECRET in page) == (True, False)


@pytest.mark.promise("P12")
def test_a_prospect_of_a_list_who_stops_all_is_deleted_as_any_other(policy: PolicyVersion) -> None:
    prospect = ContactFactory.create(email=ADDRESS, **UNPROVEN)
    hold(prospect, "prospect", TODAY, policy=policy)
    press(visiting(ADDRESS), stop="all")
    assert not Contact.objects.filter(pk=prospect.pk).exists()


@pytest.mark.promise("L14")
def test_a_consent_is_withdrawn_at_once(policy: PolicyVersion, person: Contact) -> None:
    person.permissions.create(channel="email", state="consented", given_on=TODAY, wording="Yes.")
    press(visiting(ADDRESS), withdraw="email")
    assert set(person.permissions.values_list("channel", "state")) == {("email", "objected")}


def test_what_the_person_asked_for_elsewhere_is_not_shown(policy: PolicyVersion, person: Contact) -> None:
    request = requesting.entered(policy, Kind.ERASURE)
    identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)
    client = visiting(ADDRESS)
    assert fresh(request).number not in shown(client)
    press(client, ask=Kind.ERASURE)
    assert fresh(request).number not in shown(client)


def test_a_visit_ends_to_show_the_record_once_the_address_is_no_longer_trusted(person: Contact) -> None:
    Contact.objects.update(address_trust="proven", address_trust_reason="met")
    client = visiting(ADDRESS)
    assert SECRET in shown(client)
    Contact.objects.update(**UNPROVEN)
    assert SECRET not in shown(client)


def test_no_answer_goes_to_an_address_that_is_doubted(policy: PolicyVersion, person: Contact) -> None:
    request = requesting.entered(policy)
    identity.identify(request.pk, [person], KNOWN, at=NOON, by=OFFICER)
    Contact.objects.update(**DOUBTED)
    with pytest.raises(RequestError, match="doubted"):
        answering.reach(request)


def test_being_answered_is_what_the_officer_is_sure_of(person: Contact) -> None:
    press(visiting(ADDRESS), ask=Kind.ACCESS)
    found = type(only_request()).objects.all()
    assert not asking.being_answered(found).exists()
    identified(person)
    assert asking.being_answered(found).exists()
