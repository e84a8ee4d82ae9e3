"""On “My data” people say yes or no to what others said about them; nobody else's yes opens a channel (L15)."""

from typing import Any

import pytest
from django.test import Client

from contacts.models import AuditEvent, Contact, PolicyVersion, ProposedDetail
from tests.support.factories import NOON, OrganisationFactory, everything_about
from tests.support.preferring import reader
from tests.support.visiting import ADDRESS, MINE, press, seal, visiting, words
from tests.support.visitors import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L15")]

ASKED = "Your country becomes France"


@pytest.fixture
def aino(policy: PolicyVersion) -> Contact:
    employer = OrganisationFactory.create(name="Old AB")
    person = reader(policy, email=ADDRESS, country="SE", organisation=employer)
    for detail, said in {"country": {"country": "FR"}, "company": {"company": "New AB"}}.items():
        ProposedDetail.objects.create(contact=person, detail=detail, typed=said, source="staff", proposed_at=NOON)
    return person


def held(person: Contact) -> tuple[Any, ...]:
    person.refresh_from_db()
    return person.country, person.company, str(person.organisation or ""), person.corrected


def answer(client: Client, **said: str) -> str:
    answered = press(client, MINE, answer="save", **{f"right-{detail}": word for detail, word in said.items()})
    return words(client.get(answered["Location"]))


def test_a_yes_is_the_persons_own_word_and_a_no_ends_it(aino: Contact) -> None:
    client = visiting(aino)
    assert ASKED in words(client.get(MINE))
    shown = answer(client, country="yes", company="no")
    assert "Your details are corrected." in shown
    assert ASKED not in shown
    assert held(aino) == ("FR", "", "Old AB", ["country"])
    noted = AuditEvent.objects.filter(code="detail.answered", public_id=aino.public_id, by="visitor")
    assert set(noted.values_list("rule", flat=True)) == {"country:own", "company:own"}


def test_a_yes_to_another_company_ends_the_match(aino: Contact) -> None:
    answer(visiting(aino), company="yes")
    assert held(aino) == ("SE", "New AB", "", ["company"])
    assert ProposedDetail.objects.get().detail == "country"


def test_a_yes_brings_what_was_shown(policy: PolicyVersion) -> None:
    """The typed address whole, without the old town; and the whole name where half of it was typed."""
    known = {"first_name": "Aino", "last_name": "Berg", "address": "Storgatan 1", "postal_code": "111 57"}
    person = reader(policy, email=ADDRESS, **known, city="Stockholm")
    for detail, said in {"name": {"first_name": "Bo"}, "address": {"address": "1 Fleet Street"}}.items():
        ProposedDetail.objects.create(contact=person, detail=detail, typed=said, source="form", proposed_at=NOON)
    client = visiting(person)
    shown = words(client.get(MINE))
    assert "Your name becomes Bo Berg" in shown
    assert "Your postal address becomes 1 Fleet Street<" in shown
    answer(client, name="yes", address="yes")
    person.refresh_from_db()
    assert person.display_name == "Bo Berg"
    assert (person.address, person.postal_code, person.city) == ("1 Fleet Street", "", "")


@pytest.mark.parametrize("said", [{}, {"country": "no"}, {"country": "perhaps"}, {"phone": "yes"}])
def test_without_a_yes_nothing_changes(said: dict[str, str], aino: Contact) -> None:
    before = held(aino)
    assert "Your details stay as they were." in answer(visiting(aino), **said)
    assert held(aino) == before


def test_to_look_changes_nothing_and_no_form_without_its_seal_does(aino: Contact) -> None:
    client = visiting(aino)
    client.get(MINE)
    before = everything_about(aino)
    client.get(MINE, {"answer": "save", "right-country": "yes"})
    assert send(client, MINE, {"answer": "save", "right-country": "yes"}).status_code == 403
    assert everything_about(aino) == before


@pytest.mark.promise("L6")
@pytest.mark.parametrize("column", ["frozen_through", "restricted_through"])
def test_while_nothing_may_change_nothing_is_asked(column: str, aino: Contact) -> None:
    client = visiting(aino)
    Contact.objects.filter(pk=aino.pk).update(**{column: NOON.date(), "frozen_through": NOON.date()})
    assert ASKED not in words(client.get(MINE))
    before = held(aino)
    answer(client, country="yes")
    assert held(aino) == before
    assert ProposedDetail.objects.count() == 2


def test_where_nothing_is_proposed_nothing_is_asked(policy: PolicyVersion) -> None:
    client = visiting(reader(policy, email=ADDRESS))
    assert "What is right?" not in words(client.get(MINE))


def test_under_an_address_that_is_theirs_no_longer_nobody_answers(aino: Contact) -> None:
    client, before = visiting(aino), held(aino)
    said = {"seal": seal(client), "lang": "en", "answer": "save", "right-country": "yes"}
    Contact.objects.filter(pk=aino.pk).update(email="new@x.example", address_hash="x", mailbox_hash="x")
    assert send(client, MINE, said).status_code == 403
    assert held(aino) == before
    assert press(visiting("nobody@x.example"), answer="save", **{"right-country": "yes"}).status_code == 410
