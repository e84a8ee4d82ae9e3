"""A doubted address gets the question whose it is, and nothing else (L15)."""

import pytest
from django.test import Client

from contacts.delivery import change_address_notified, send_guard
from contacts.information import informing
from contacts.models import Contact, Message, PolicyVersion
from contacts.outbox import links, outbox
from contacts.words.vocabulary import MailPurpose, MailTemplate, TrustReason
from tests.support.admin_pages import contents
from tests.support.factories import DOUBTED, NOON, UNPROVEN, ContactFactory, customer, hold
from tests.support.visitors import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.promise("L15")]

NEW = "new@elsewhere.example"


@pytest.fixture
def person(policy: PolicyVersion) -> Contact:
    return customer(policy, first_name="Qqada", last_name="Qqek", phone="+46 Qq")


def noted(person: Contact, *, proven: bool = False, address: str = NEW) -> None:
    change_address_notified.change(
        person.pk, address, evidence=TrustReason.MET if proven else None, at=NOON, by="user:1"
    )
    person.refresh_from_db()


def asked() -> Message:
    return Message.objects.get(address=NEW)


def answers(client: Client, person: Contact, mine: str) -> int:
    url = f"/address/{links.asked(person)}/"
    status: int = send(client, url, {"lang": "en", "mine": mine}).status_code
    return status


def test_it_asks_and_says_of_nobody_that_they_are_on_file(person: Contact) -> None:
    old = person.email
    noted(person)
    said = str(asked().written)
    assert "Is this your address?" in said
    assert asked().contact is None
    for secret in ("Qqada", "Qqek", str(old), str(person.public_id)):
        assert secret not in said


def test_an_address_that_staff_made_sure_of_is_not_asked(person: Contact) -> None:
    noted(person, proven=True)
    assert not Message.objects.filter(address=NEW).exists()


@pytest.mark.promise("P13")
def test_to_open_the_page_answers_nothing(client: Client, person: Contact) -> None:
    noted(person)
    before = contents()
    page = client.get(f"/address/{links.asked(person)}/?lang=en").content.decode()
    assert "Yes, it is mine" in page
    assert "Qqada" not in page
    assert answers(client, person, "perhaps") == 200
    assert contents() == before


@pytest.mark.parametrize(("mine", "trust"), [("yes", ("unproven", "answered")), ("no", ("doubted", "denied"))])
def test_the_answer_is_noted_and_proves_nothing(
    client: Client, person: Contact, mine: str, trust: tuple[str, str]
) -> None:
    noted(person)
    assert answers(client, person, mine) == 200
    person.refresh_from_db()
    assert (person.address_trust, person.address_trust_reason) == trust


@pytest.mark.parametrize("since", ["answered", "changed again", "proven", "deleted"])
def test_an_answer_that_is_no_longer_asked_for_changes_nothing(client: Client, person: Contact, since: str) -> None:
    noted(person)
    url = f"/address/{links.asked(person)}/"
    match since:
        case "answered":
            answers(client, person, "yes")
        case "changed again":
            noted(person, address="newer@elsewhere.example")
        case "proven":
            noted(person, proven=True)
        case "deleted":
            person.delete()
    before = contents()
    assert [client.get(url).status_code, send(client, url, {"mine": "yes"}).status_code] == [410, 410]
    assert contents() == before


@pytest.mark.parametrize("token", ["made-up", "made.up:seal"])
def test_a_link_that_nobody_sealed_is_unknown(client: Client, policy: PolicyVersion, token: str) -> None:
    assert client.get(f"/address/{token}/").status_code == 404


@pytest.mark.parametrize("purpose", MailPurpose)
def test_nothing_else_is_sent_there(policy: PolicyVersion, person: Contact, purpose: MailPurpose) -> None:
    noted(person)
    message = outbox.enqueue(MailTemplate.REGISTERED, contact=person, purpose=purpose, at=NOON)
    assert send_guard.reason(message, policy=policy, at=NOON) == "unconfirmed"
    Contact.objects.update(**UNPROVEN)
    message = Message.objects.get(pk=message.pk)
    assert send_guard.reason(message, policy=policy, at=NOON) != "unconfirmed"


@pytest.mark.promise("L5")
def test_who_is_to_be_told_where_their_details_come_from_is_told_by_post(policy: PolicyVersion) -> None:
    doubted = ContactFactory.create(**DOUBTED)
    hold(doubted, "prospect", NOON.date(), policy=policy, source_kind="public")
    assert informing.enqueue_due(most=9, policy=policy, at=NOON) == 0
    assert list(informing.unreached(Contact.objects.all(), day=NOON.date())) == [doubted]
