"""Who is told that their address was replaced may say that it is wrong: the new one is doubted, nothing is undone."""

from typing import Any

import pytest
from django.test import Client

from contacts.delivery import change_address_notified
from contacts.models import AuditEvent, Contact, Message, PolicyVersion
from contacts.outbox import links
from contacts.people import address_trust
from contacts.signups import proof
from contacts.signups.sign_ups import Wish
from contacts.words.vocabulary import TrustReason
from dsr.words.vocabulary import Kind
from privacy_crm.merging import merge
from tests.support import visitors
from tests.support.factories import NOON, ContactFactory, WhitepaperFactory, customer
from tests.support.requesting import press
from tests.support.visiting import MINE, ask, only_request, visiting, words
from tests.support.visitors import send

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_noon", "unhurried"),
    pytest.mark.promise("L15"),
]

OLD, NEW = "ada@fjordkraft.example", "new@elsewhere.example"


@pytest.fixture
def unhurried(settings: Any) -> None:
    settings.POSTS_AN_HOUR = settings.MAILS_AN_HOUR = 1_000_000


@pytest.fixture
def ada(policy: PolicyVersion) -> Contact:
    return customer(policy, email=OLD, first_name="Ada", last_name="Qqberg")


def move(person: Contact, evidence: TrustReason | None = TrustReason.MET) -> None:
    change_address_notified.change(person.pk, NEW, evidence=evidence, at=NOON, by="user:7")
    person.refresh_from_db()


def complain(client: Client, policy: PolicyVersion, address: str = OLD) -> None:
    """Follow the letter that the old address got, send its form as it stands, and press the button in our mail."""
    parts = Message.objects.get(address=OLD, template="written").written["parts"]
    page = client.get(next(part["url"] for part in parts if "url" in part))
    ask(client, **page.context["form"].initial | {"email": address})
    press(only_request(), policy)


def trust(person: Contact) -> tuple[str, str]:
    person.refresh_from_db()
    return person.address_trust, person.address_trust_reason


@pytest.mark.parametrize("merged", [False, True], ids=["changed", "merged"])
def test_the_new_address_is_doubted_and_opens_nothing(
    client: Client, policy: PolicyVersion, ada: Contact, merged: bool
) -> None:
    if merged:
        newer = ContactFactory.create(email=NEW)
        merge(newer.pk, ada.pk, [], policy=policy, at=NOON, by="user:7")
        ada = newer
    else:
        move(ada)
        assert "Qqberg" in words(visiting(NEW).get(MINE))
    complain(client, policy)
    assert trust(ada) == ("doubted", "contested")
    assert (ada.email, ada.frozen_through) == (NEW, None)
    assert only_request().kind == Kind.COMPLAINT
    assert AuditEvent.objects.filter(code="address.trust", public_id=ada.public_id, rule="doubted:contested").exists()
    for address in (NEW, OLD):
        assert "Qqberg" not in words(visiting(address).get(MINE))


def test_nobody_contests_it_by_a_mail_that_was_passed_on(client: Client, policy: PolicyVersion, ada: Contact) -> None:
    move(ada)
    complain(client, policy, "eve@elsewhere.example")
    assert trust(ada) == ("proven", "met")


def test_who_has_the_address_again_or_is_gone_is_not_doubted(
    client: Client, policy: PolicyVersion, ada: Contact
) -> None:
    move(ada)
    change_address_notified.change(ada.pk, OLD, evidence=TrustReason.MET, at=NOON, by="user:7")
    complain(client, policy)
    assert trust(ada) == ("proven", "met")
    ada.delete()
    address_trust.contest(ada.public_id, "somebody else's", at=NOON, by="visitor")


def test_no_button_settles_what_is_contested_and_evidence_does(
    client: Client, policy: PolicyVersion, ada: Contact
) -> None:
    move(ada, None)
    question = f"/address/{links.asked(ada)}/"
    complain(client, policy)
    assert send(client, question, {"mine": "yes"}).status_code == 410
    made = visitors.asked(Wish.of_whitepaper(WhitepaperFactory.create()), policy, email=NEW)
    proof.confirm(made.public_id, consent=False, policy=policy, at=NOON, by="visitor")
    assert trust(ada) == ("doubted", "contested")
    address_trust.prove(ada.pk, TrustReason.PHONED, at=NOON, by="user:1")
    assert trust(ada) == ("proven", "phoned")
